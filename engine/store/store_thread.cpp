#include "store/store_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <pthread.h>

namespace switchhook::store {
StoreThread::StoreThread(std::function<void(Batch&)> serve)
    : thread_([this, serve = std::move(serve)] { run(serve); }) {}

StoreThread::~StoreThread() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    more_.notify_one();
    thread_.join();
}

void StoreThread::push(std::unique_ptr<Work> work) {
    bool was_empty = false;
    {
        std::lock_guard lock(mutex_);
        was_empty = queue_.empty();
        queue_.push_back(std::move(work));
    }
    if (was_empty) more_.notify_one();
}

void StoreThread::run(const std::function<void(Batch&)>& serve) {
    pthread_setname_np(pthread_self(), "store");
    Batch batch;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            more_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (queue_.empty()) return;
            batch.swap(queue_);
        }
        serve(batch);
        deliver(batch);
    }
}

// Leaves the batch empty.
void StoreThread::deliver(Batch& batch) {
    while (!batch.empty()) {
        auto executor = batch.front()->executor_;
        auto others = std::stable_partition(batch.begin(), batch.end(),
                                            [&](const auto& work) { return work->executor_ == executor; });
        Batch here(std::make_move_iterator(batch.begin()), std::make_move_iterator(others));
        batch.erase(batch.begin(), others);
        if (!executor) {
            resume(std::move(here));
            continue;
        }
        boost::asio::post(executor, [here = std::move(here)]() mutable { resume(std::move(here)); });
    }
}

// An exception that one coroutine lets escape does not keep the others waiting.
void StoreThread::resume(Batch batch) {
    for (auto work = batch.begin(); work != batch.end(); ++work) try {
            (*work)->resume();
        } catch (...) {
            Batch rest(std::make_move_iterator(work + 1), std::make_move_iterator(batch.end()));
            deliver(rest);
            throw;
        }
}

}  // namespace switchhook::store

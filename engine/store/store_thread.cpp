#include "store/store_thread.hpp"

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
    Batch batch;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            more_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (queue_.empty()) return;
            batch.swap(queue_);
        }
        serve(batch);
        batch.clear();
    }
}

}  // namespace switchhook::store

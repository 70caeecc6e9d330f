#include "net/workers.hpp"

#include <string>
#include <system_error>
#include <utility>

namespace switchhook::net {

struct Workers::Worker {
    Worker(const Options& options_in, std::size_t index_in) : options(options_in), index(index_in) {}

    const Options& options;
    std::size_t index;
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<Executor> work{context.get_executor()};
    pthread_t thread{};
    bool started = false;

    void run() {
        pthread_setname_np(pthread_self(), ("worker " + std::to_string(index)).c_str());
        if (options.on_start) options.on_start(index);
        for (bool done = false; !done;) {
            try {
                context.run();
                done = true;
            } catch (...) {
                if (!options.on_exception) throw;
                options.on_exception(std::current_exception());
            }
        }
        if (options.on_end) options.on_end(index);
    }

    static void* entry(void* self) {
        static_cast<Worker*>(self)->run();
        return nullptr;
    }
};

Workers::Workers(Options options) : options_(std::move(options)) {
    for (std::size_t i = 0; i < options_.count; ++i) workers_.push_back(std::make_unique<Worker>(options_, i));

    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int failed = pthread_attr_setstacksize(&attributes, options_.stack_bytes);
    for (auto& worker : workers_) {
        if (failed) break;
        failed = pthread_create(&worker->thread, &attributes, &Worker::entry, worker.get());
        worker->started = !failed;
    }
    pthread_attr_destroy(&attributes);
    if (failed) {
        stop();
        join();
        throw std::system_error(failed, std::generic_category(), "cannot start a worker thread");
    }
}

Workers::~Workers() {
    stop();
    join();
}

Workers::Executor Workers::executor(std::size_t index) const noexcept {
    return workers_[index]->context.get_executor();
}

void Workers::stop() noexcept {
    for (auto& worker : workers_) worker->context.stop();
}

void Workers::join() noexcept {
    for (auto& worker : workers_) {
        if (worker->started) pthread_join(worker->thread, nullptr);
        worker->started = false;
    }
}

}  // namespace switchhook::net

#pragma once

#include "core/errc.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace switchhook::store {

// A thread that does what may block, for coroutines that must not. What queues up while it is busy it takes as one
// batch.
class StoreThread {
public:
    // One thing to do. Its result reaches the coroutine when the batch is over.
    class Work {
    public:
        virtual ~Work() = default;
        virtual void run() = 0;                       // may throw: then the whole batch fails
        virtual void finish(core::Error failed) = 0;  // an error takes the place of the result
    };
    using Batch = std::vector<std::unique_ptr<Work>>;

    // `serve` runs on the thread, once for each batch; it runs every piece of work and finishes it.
    explicit StoreThread(std::function<void(Batch&)> serve);
    // Does what is queued, then ends.
    ~StoreThread();
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;

    // Runs `work` on the thread. Errc::unavailable where its batch failed.
    template <class T>
    boost::asio::awaitable<core::Result<T>> perform(std::function<core::Result<T>()> work) {
        co_return co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(core::Result<T>)>(
            [this](auto handler, auto w) {
                push(std::make_unique<Task<T, decltype(handler)>>(std::move(handler), std::move(w)));
            },
            boost::asio::use_awaitable, std::move(work));
    }

private:
    template <class T, class Handler>
    class Task final : public Work {
    public:
        Task(Handler handler, std::function<core::Result<T>()> work)
            : handler_(std::move(handler)),
              work_(std::move(work)),
              executor_(boost::asio::prefer(boost::asio::get_associated_executor(handler_),
                                            boost::asio::execution::outstanding_work.tracked)) {}

        void run() override { result_.emplace(work_()); }
        void finish(core::Error failed) override {
            if (failed) result_.emplace(failed);
            boost::asio::post(executor_, [handler = std::move(handler_), result = std::move(*result_)]() mutable {
                std::move(handler)(std::move(result));
            });
        }

    private:
        Handler handler_;
        std::function<core::Result<T>()> work_;
        std::optional<core::Result<T>> result_;
        // Keeps the coroutine's io_context running until its result is there.
        std::decay_t<decltype(boost::asio::prefer(boost::asio::get_associated_executor(std::declval<Handler&>()),
                                                  boost::asio::execution::outstanding_work.tracked))>
            executor_;
    };

    void push(std::unique_ptr<Work> work);
    void run(const std::function<void(Batch&)>& serve);

    std::mutex mutex_;
    std::condition_variable more_;
    Batch queue_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace switchhook::store

#pragma once

#include "core/errc.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace switchhook::store {

// A thread that does what may block, for coroutines that must not. What queues up while it is busy it takes as one
// batch, and the coroutines of one executor that waited for it go on together: each side is woken once.
class StoreThread {
public:
    // One thing to do. Its result reaches the coroutine when the batch is over.
    class Work {
    public:
        // No executor: it goes on where it was done.
        explicit Work(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
        virtual ~Work() = default;
        virtual void run() = 0;                      // may throw: then it has no result, and fail() must give it one
        virtual void fail(core::Error failure) = 0;  // takes the place of the result

    private:
        friend StoreThread;
        virtual void resume() = 0;  // whoever waits: a coroutine on its executor, or a thread

        boost::asio::any_io_executor executor_;
    };
    using Batch = std::vector<std::unique_ptr<Work>>;

    // `serve` runs on the thread, once for each batch, and runs every piece of work.
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

    // The same for a thread that may wait.
    template <class T>
    core::Result<T> perform_and_wait(std::function<core::Result<T>()> work) {
        std::promise<core::Result<T>> done;
        auto result = done.get_future();
        push(std::make_unique<Waited<T>>(std::move(done), std::move(work)));
        return result.get();
    }

private:
    template <class T>
    class WorkOf : public Work {
    public:
        WorkOf(boost::asio::any_io_executor executor, std::function<core::Result<T>()> work)
            : Work(std::move(executor)), work_(std::move(work)) {}

        void run() override { result_.emplace(work_()); }
        void fail(core::Error failure) override { result_.emplace(failure); }

    protected:
        core::Result<T> take_result() { return std::move(*result_); }

    private:
        std::function<core::Result<T>()> work_;
        std::optional<core::Result<T>> result_;
    };

    template <class T, class Handler>
    class Task final : public WorkOf<T> {
    public:
        // The executor keeps the coroutine's io_context running until its result is there.
        Task(Handler handler, std::function<core::Result<T>()> work)
            : WorkOf<T>(boost::asio::prefer(boost::asio::get_associated_executor(handler),
                                            boost::asio::execution::outstanding_work.tracked),
                        std::move(work)),
              handler_(std::move(handler)) {}

    private:
        void resume() override { std::move(handler_)(this->take_result()); }

        Handler handler_;
    };

    template <class T>
    class Waited final : public WorkOf<T> {
    public:
        Waited(std::promise<core::Result<T>> done, std::function<core::Result<T>()> work)
            : WorkOf<T>({}, std::move(work)), done_(std::move(done)) {}

    private:
        void resume() override { done_.set_value(this->take_result()); }

        std::promise<core::Result<T>> done_;
    };

    void push(std::unique_ptr<Work> work);
    void run(const std::function<void(Batch&)>& serve);
    static void deliver(Batch& batch);
    static void resume(Batch batch);

    std::mutex mutex_;
    std::condition_variable more_;
    Batch queue_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace switchhook::store

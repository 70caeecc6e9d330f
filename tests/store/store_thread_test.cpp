#include "store/store_thread.hpp"

#include "awaited.hpp"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

using namespace switchhook;

namespace {

// A thread that takes its next batch when it is told to.
class HeldStoreThread {
public:
    HeldStoreThread() {
        // The first batch keeps the thread busy.
        boost::asio::co_spawn(first_, hold(), boost::asio::detached);
        first_.poll();
        started_.get_future().wait();
    }

    store::StoreThread& operator*() { return thread_; }
    void go_on() { go_on_.set_value(); }
    std::size_t largest_batch() const { return largest_batch_; }

private:
    boost::asio::awaitable<void> hold() {
        std::function<core::Result<int>()> work = [this]() -> core::Result<int> {
            started_.set_value();
            go_on_.get_future().wait();
            return 0;
        };
        co_await thread_.perform(std::move(work));
    }

    boost::asio::io_context first_;
    std::promise<void> started_;
    std::promise<void> go_on_;
    std::size_t largest_batch_ = 0;
    store::StoreThread thread_{[this](store::StoreThread::Batch& batch) {
        largest_batch_ = std::max(largest_batch_, batch.size());
        for (auto& work : batch) work->run();
    }};
};

boost::asio::awaitable<int> number(store::StoreThread& thread, int result) {
    std::function<core::Result<int>()> work = [result]() -> core::Result<int> { return result; };
    auto given = co_await thread.perform(std::move(work));
    co_return *given;
}

}  // namespace

TEST(StoreThread, TakesWhatCameMeanwhileAsOneBatch) {
    boost::asio::io_context context;
    HeldStoreThread thread;
    std::vector<tests::Awaited<int>> asked;
    for (int i = 0; i < 10; ++i) asked.emplace_back(context, number(*thread, i));
    tests::run_ready(context);
    thread.go_on();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(tests::wait_for(context, asked[static_cast<std::size_t>(i)]), i);
    EXPECT_EQ(thread.largest_batch(), 10u);
}

TEST(StoreThread, BringsEachResultToTheContextThatWaitsForIt) {
    boost::asio::io_context one, other;
    HeldStoreThread thread;
    tests::Awaited<int> first(one, number(*thread, 1)), second(other, number(*thread, 2)),
        third(one, number(*thread, 3));
    tests::run_ready(one);
    tests::run_ready(other);
    thread.go_on();
    EXPECT_EQ(tests::wait_for(one, first), 1);
    EXPECT_EQ(tests::wait_for(one, third), 3);
    EXPECT_FALSE(second.done());
    EXPECT_EQ(tests::wait_for(other, second), 2);
}

TEST(StoreThread, BringsTheOthersTheirResultsWhereOneCoroutineEndsWithAnException) {
    boost::asio::io_context context;
    HeldStoreThread thread;
    auto breaks = [](store::StoreThread& t) -> boost::asio::awaitable<void> {
        co_await number(t, 1);
        throw std::runtime_error("it broke");
    };
    boost::asio::co_spawn(context, breaks(*thread), [](std::exception_ptr error) { std::rethrow_exception(error); });
    tests::Awaited<int> other(context, number(*thread, 2));
    tests::run_ready(context);
    thread.go_on();
    EXPECT_THROW(context.run(), std::runtime_error);
    EXPECT_EQ(tests::wait_for(context, other), 2);
}

TEST(StoreThread, BringsAThreadThatWaitsItsResultWithThoseOfTheCoroutines) {
    boost::asio::io_context context;
    HeldStoreThread thread;
    tests::Awaited<int> other(context, number(*thread, 1));
    tests::run_ready(context);
    std::thread::id ran_on;
    auto waiting = std::async(std::launch::async, [&] {
        return (*thread).perform_and_wait<int>([&]() -> core::Result<int> {
            ran_on = std::this_thread::get_id();
            return core::Errc::conflict;
        });
    });
    thread.go_on();
    EXPECT_EQ(waiting.get(), core::Result<int>(core::Errc::conflict));
    EXPECT_NE(ran_on, std::this_thread::get_id());
    EXPECT_EQ(tests::wait_for(context, other), 1);
}

TEST(StoreThread, DoesWhatIsQueuedBeforeItEnds) {
    boost::asio::io_context context;
    std::optional<tests::Awaited<int>> asked;
    {
        store::StoreThread thread([](store::StoreThread::Batch& batch) {
            for (auto& work : batch) work->run();
        });
        asked.emplace(context, number(thread, 7));
        tests::run_ready(context);
    }
    EXPECT_EQ(tests::wait_for(context, *asked), 7);
}

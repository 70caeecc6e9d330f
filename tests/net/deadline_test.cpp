#include "net/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

using namespace switchhook;
using namespace switchhook::net;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<core::Result<int>> seven_after(std::chrono::milliseconds time, bool* cancelled = nullptr) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) *cancelled = error == asio::error::operation_aborted;
    co_return 7;
}

asio::awaitable<core::Result<int>> thrown() {
    throw std::runtime_error("broken");
    co_return 0;
}

core::Result<int> run(asio::awaitable<core::Result<int>> operation) {
    asio::io_context context;
    core::Result<int> out = core::Errc::unavailable;
    std::exception_ptr exception;
    asio::co_spawn(context, std::move(operation), [&](std::exception_ptr failure, core::Result<int> result) {
        exception = failure;
        out = result;
    });
    context.run();
    if (exception) std::rethrow_exception(exception);
    return out;
}

}  // namespace

TEST(Deadline, PassesOnWhatComesInTime) {
    EXPECT_EQ(run(with_deadline(seven_after(0ms), 1h)), core::Result<int>(7));
}

TEST(Deadline, CancelsWhatTakesTooLong) {
    bool cancelled = false;
    EXPECT_EQ(run(with_deadline(seven_after(1h, &cancelled), 5ms)), core::Result<int>(core::Errc::timed_out));
    EXPECT_TRUE(cancelled);
}

TEST(Deadline, PassesOnAnExceptionAtOnce) {
    EXPECT_THROW(run(with_deadline(thrown(), 1h)), std::runtime_error);
}

TEST(Deadline, NestsInAShorterOne) {
    EXPECT_EQ(run(with_deadline(with_deadline(seven_after(1h), 1h), 5ms)), core::Result<int>(core::Errc::timed_out));
}

#include "core/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

using namespace switchhook::core;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> count_when_set(Event& event, int& count) {
    co_await event.wait();
    ++count;
}

}  // namespace

TEST(Event, WakesEveryWaiterBeforeSetReturns) {
    asio::io_context context;
    Event event;
    int woken = 0;
    int seen_after_set = 0;
    asio::co_spawn(context, count_when_set(event, woken), asio::detached);
    asio::co_spawn(context, count_when_set(event, woken), asio::detached);
    asio::post(context, [&] {
        event.set();
        seen_after_set = woken;
    });
    context.run();
    EXPECT_EQ(seen_after_set, 2);
    EXPECT_FALSE(event.has_waiters());
}

TEST(Event, DoesNotRememberASetThatNobodyWaitedFor) {
    asio::io_context context;
    Event event;
    int woken = 0;
    event.set();
    asio::co_spawn(context, count_when_set(event, woken), asio::detached);
    context.poll();
    EXPECT_EQ(woken, 0);
    EXPECT_TRUE(event.has_waiters());
}

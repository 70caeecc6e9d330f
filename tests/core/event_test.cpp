#include "core/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

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

namespace {

// Waits for what it owns itself, as calls do.
struct Owner {
    explicit Owner(bool& is_gone) : gone(is_gone) {}
    Owner(const Owner&) = delete;
    ~Owner() { gone = true; }

    static asio::awaitable<void> run(std::shared_ptr<Owner> self) { co_await self->event.wait(); }

    Event event;
    bool& gone;
};

}  // namespace

TEST(Event, LetsGoOfItsOwnersWithTheContextThatTheyWaitOn) {
    bool gone = false;
    std::optional<asio::io_context> context(std::in_place);
    asio::co_spawn(*context, Owner::run(std::make_shared<Owner>(gone)), asio::detached);
    context->poll();
    EXPECT_FALSE(gone);
    context.reset();
    EXPECT_TRUE(gone);
}

TEST(Event, MayOutliveTheContextThatItIsWaitedForOn) {
    Event event;
    int woken = 0;
    {
        asio::io_context context;
        asio::co_spawn(context, count_when_set(event, woken), asio::detached);
        context.poll();
    }
    EXPECT_FALSE(event.has_waiters());
    event.set();
    EXPECT_EQ(woken, 0);
}

#include "openai/response_queue.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::openai;
using namespace std::chrono_literals;
using State = ResponseQueue::State;

namespace {

const Moment start{};

}  // namespace

TEST(ResponseQueue, GoesFromIdleToActiveAndBack) {
    ResponseQueue queue;
    EXPECT_TRUE(queue.empty());
    queue.add({});
    EXPECT_FALSE(queue.empty());
    auto create = queue.next(start);
    ASSERT_TRUE(create);
    EXPECT_EQ((*create)["type"], "response.create");
    EXPECT_EQ(queue.state(), State::create_requested);
    EXPECT_FALSE(queue.next(start));
    EXPECT_FALSE(queue.created("r1"));
    EXPECT_EQ(queue.active(), "r1");
    EXPECT_TRUE(queue.done("r1"));
    EXPECT_TRUE(queue.empty());
}

TEST(ResponseQueue, CancelsOnceWhatIsActive) {
    ResponseQueue queue;
    EXPECT_FALSE(queue.cancel());
    queue.created("r1");
    auto cancel = queue.cancel();
    ASSERT_TRUE(cancel);
    EXPECT_EQ((*cancel)["response_id"], "r1");
    EXPECT_FALSE(queue.cancel());
    EXPECT_FALSE(queue.done("r1"));  // nobody had asked for it
    EXPECT_TRUE(queue.empty());
}

TEST(ResponseQueue, CancelsWhatBeginsTooLate) {
    ResponseQueue queue;
    queue.add({});
    queue.next(start);
    EXPECT_FALSE(queue.cancel());
    EXPECT_TRUE(queue.created("r1"));
    EXPECT_EQ(queue.state(), State::cancel_requested);
}

TEST(ResponseQueue, IsNotMisledByTheEndOfAnotherResponse) {
    ResponseQueue queue;
    queue.created("r2");
    EXPECT_FALSE(queue.done("r1"));
    EXPECT_EQ(queue.state(), State::active);
}

TEST(ResponseQueue, KnowsItsOwnRefusals) {
    ResponseQueue queue;
    queue.add({ResponseQueue::Purpose::say});
    auto id = (*queue.next(start))["event_id"].get<std::string>();
    EXPECT_FALSE(queue.refused("another"));
    auto refused = queue.refused(id);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->purpose, ResponseQueue::Purpose::say);
    EXPECT_EQ(queue.state(), State::idle);
    queue.retry(*refused, start + 1s);
    EXPECT_FALSE(queue.next(start));
    EXPECT_EQ(queue.next_due(), start + 1s);
    EXPECT_TRUE(queue.next(start + 1s));
}

TEST(ResponseQueue, KeepsWhatHadNotBegunWhenASessionEnds) {
    ResponseQueue queue;
    queue.add({ResponseQueue::Purpose::greeting});
    queue.next(start);
    queue.reset();
    EXPECT_TRUE(queue.next(start));
    queue.created("r1");
    queue.reset();
    EXPECT_FALSE(queue.next(start));
}

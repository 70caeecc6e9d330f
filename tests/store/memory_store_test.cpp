#include "store/memory_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <future>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Json;

namespace {

class MemoryStoreTest : public testing::Test {
protected:
    template <class T>
    core::Result<T> wait(core::Store::Awaitable<T> operation) {
        boost::asio::io_context context;
        std::optional<core::Result<T>> result;
        boost::asio::co_spawn(context, std::move(operation),
                              [&](std::exception_ptr, core::Result<T> r) { result = std::move(r); });
        context.run();
        return *result;
    }

    core::JournalEntry entry(std::uint32_t seq, const char* digits) {
        return {"CA1", seq, "d", core::Answer::of({{"digits", digits}}, clock_.now())};
    }

    core::ManualClock clock_{core::Time(1'772'490'600'000ms)};
    store::MemoryStore store_{clock_};
};

}  // namespace

TEST_F(MemoryStoreTest, KeepsAJournalInOrder) {
    EXPECT_TRUE(wait(store_.append(entry(1, "1"))));
    EXPECT_TRUE(wait(store_.append(entry(2, "5"))));
    auto journal = wait(store_.journal("CA1")).value();
    ASSERT_EQ(journal.size(), 2u);
    EXPECT_EQ(journal[1].answer.value["digits"], "5");
}

TEST_F(MemoryStoreTest, RefusesASecondAnswerToTheSameAsk) {
    EXPECT_TRUE(wait(store_.append(entry(1, "1"))));
    EXPECT_EQ(wait(store_.append(entry(1, "2"))).error(), core::Errc::already_answered);
    EXPECT_EQ(wait(store_.journal("CA1")).value()[0].answer.value["digits"], "1");
}

TEST_F(MemoryStoreTest, ForgetsAJournal) {
    EXPECT_TRUE(wait(store_.append(entry(1, "1"))));
    EXPECT_TRUE(wait(store_.forget("CA1")));
    EXPECT_TRUE(wait(store_.journal("CA1")).value().empty());
}

TEST_F(MemoryStoreTest, KeepsValuesApartByBusiness) {
    EXPECT_TRUE(wait(store_.set("lexi", "key", 1, {})));
    EXPECT_EQ(wait(store_.get("lexi", "key")).value(), Json(1));
    EXPECT_EQ(wait(store_.get("concya", "key")).value(), std::nullopt);
}

TEST_F(MemoryStoreTest, LosesAValueWhenItsTimeIsUp) {
    EXPECT_TRUE(wait(store_.set("lexi", "key", 1, 60s)));
    clock_.advance(59'999ms);
    EXPECT_EQ(wait(store_.get("lexi", "key")).value(), Json(1));
    clock_.advance(1ms);
    EXPECT_EQ(wait(store_.get("lexi", "key")).value(), std::nullopt);
}

TEST_F(MemoryStoreTest, ChangesAValueOnlyIfItHoldsWhatWasExpected) {
    EXPECT_TRUE(wait(store_.compare_and_set("lexi", "slot", std::nullopt, Json("ann"), {})));
    EXPECT_EQ(wait(store_.compare_and_set("lexi", "slot", std::nullopt, Json("bob"), {})).error(),
              core::Errc::conflict);
    EXPECT_EQ(wait(store_.compare_and_set("lexi", "slot", Json("bob"), Json("eve"), {})).error(), core::Errc::conflict);
    EXPECT_EQ(wait(store_.get("lexi", "slot")).value(), Json("ann"));
    EXPECT_TRUE(wait(store_.compare_and_set("lexi", "slot", Json("ann"), std::nullopt, {})));
    EXPECT_EQ(wait(store_.get("lexi", "slot")).value(), std::nullopt);
}

TEST_F(MemoryStoreTest, RemovesAValue) {
    EXPECT_TRUE(wait(store_.set("lexi", "key", 1, {})));
    EXPECT_TRUE(wait(store_.remove("lexi", "key")));
    EXPECT_EQ(wait(store_.get("lexi", "key")).value(), std::nullopt);
}

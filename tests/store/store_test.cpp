#include "awaited.hpp"
#include "core/log.hpp"
#include "core/temporary_folder.hpp"
#include "store/postgres_server.hpp"
#include "store/storage.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Json;

namespace {

struct InMemory {
    explicit InMemory(const core::Clock& clock) : storage(store::in_memory(clock)) {}
    store::Storage storage;
};

struct InSqlite {
    explicit InSqlite(const core::Clock& clock) : storage(store::in_sqlite(folder.path(), clock, log)) {}
    core::TemporaryFolder folder{"switchhook-store"};
    core::Log log{{}, [](std::string_view) {}};
    store::Storage storage;
};

struct InPostgres {
    explicit InPostgres(const core::Clock& clock) : storage(store::in_postgres({server().url()}, clock, log)) {
        store::PostgresConnection(server().url())
            .run_script(
                "TRUNCATE switchhook.journal, switchhook.calls, switchhook.conversations, switchhook.versions, "
                "switchhook.kv, switchhook.outcomes");
    }
    // Starting one takes two seconds: the tests share it.
    static tests::PostgresServer& server() {
        static tests::PostgresServer started;
        return started;
    }
    core::Log log{{}, [](std::string_view) {}};
    store::Storage storage;
};

// What every store keeps to.
template <class Kind>
class StoreTest : public testing::Test {
protected:
    template <class T>
    core::Result<T> wait(core::Store::Awaitable<T> operation) {
        return tests::run(context_, std::move(operation));
    }

    core::JournalEntry entry(std::uint32_t seq, const char* digits) {
        return {"CA1", seq, "d", core::Answer::of({{"digits", digits}}, clock_.now())};
    }

    static core::Exchange once(const char* call) {
        return {.value = "ann", .once = core::Exchange::Once{call, 1, true}};
    }

    core::CallRecord call() {
        core::CallInfo info;
        info.id = "CA1";
        info.from = "+15551230147";
        info.to = "+15550100";
        info.account = "AC1";
        info.settings = {{"front_desk", "+15550190"}};
        info.caller = {{"city", "DENVER"}};
        info.started = clock_.now();
        return {std::move(info), "lexi", "0123456789ab"};
    }

    boost::asio::io_context context_;  // outlives the store's thread, which posts to it
    core::ManualClock clock_{core::Time(1'772'490'600'000ms)};
    Kind kind_{clock_};
    core::Store& store_ = *kind_.storage.store;
};

using Kinds = testing::Types<InMemory, InSqlite, InPostgres>;
TYPED_TEST_SUITE(StoreTest, Kinds);

}  // namespace

TYPED_TEST(StoreTest, KeepsAJournalInOrder) {
    EXPECT_TRUE(this->wait(this->store_.append(this->entry(1, "1"))));
    EXPECT_TRUE(this->wait(this->store_.append(this->entry(2, "5"))));
    auto journal = this->wait(this->store_.journal("CA1")).value();
    ASSERT_EQ(journal.size(), 2u);
    EXPECT_EQ(journal[1].answer.value["digits"], "5");
}

TYPED_TEST(StoreTest, RefusesASecondAnswerToTheSameAsk) {
    EXPECT_TRUE(this->wait(this->store_.append(this->entry(1, "1"))));
    EXPECT_EQ(this->wait(this->store_.append(this->entry(1, "2"))).error(), core::Errc::already_answered);
    EXPECT_EQ(this->wait(this->store_.journal("CA1")).value()[0].answer.value["digits"], "1");
}

TYPED_TEST(StoreTest, ForgetsAJournal) {
    EXPECT_TRUE(this->wait(this->store_.append(this->entry(1, "1"))));
    EXPECT_TRUE(this->wait(this->store_.forget("CA1")));
    EXPECT_TRUE(this->wait(this->store_.journal("CA1")).value().empty());
}

TYPED_TEST(StoreTest, KeepsValuesApartByBusiness) {
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "key", 1, {})));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "key")).value(), Json(1));
    EXPECT_EQ(this->wait(this->store_.get("concya", "key")).value(), std::nullopt);
}

TYPED_TEST(StoreTest, LosesAValueWhenItsTimeIsUp) {
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "key", 1, 60s)));
    this->clock_.advance(59'999ms);
    EXPECT_EQ(this->wait(this->store_.get("lexi", "key")).value(), Json(1));
    this->clock_.advance(1ms);
    EXPECT_EQ(this->wait(this->store_.get("lexi", "key")).value(), std::nullopt);
}

TYPED_TEST(StoreTest, ChangesAValueOnlyIfItHoldsWhatWasExpected) {
    auto exchange = [this](core::Exchange made) {
        return this->wait(this->store_.exchange("lexi", "slot", std::move(made)));
    };
    EXPECT_TRUE(exchange({}));
    EXPECT_TRUE(exchange({.value = "ann"}));
    EXPECT_EQ(exchange({}).error(), core::Errc::conflict);
    EXPECT_EQ(exchange({.value = "bob"}).error(), core::Errc::conflict);
    EXPECT_EQ(exchange({.expected = "bob", .value = "eve"}).error(), core::Errc::conflict);
    EXPECT_EQ(exchange({.expected = "bob"}).error(), core::Errc::conflict);
    EXPECT_EQ(this->wait(this->store_.get("lexi", "slot")).value(), Json("ann"));
    EXPECT_TRUE(exchange({.expected = "ann", .value = "bob", .lifetime = 60s}));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "slot")).value(), Json("bob"));
    EXPECT_TRUE(exchange({.expected = "bob"}));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "slot")).value(), std::nullopt);
}

TYPED_TEST(StoreTest, TakesAnExpiredValueForAFreeKey) {
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "slot", "ann", 60s)));
    this->clock_.advance(60s);
    EXPECT_EQ(this->wait(this->store_.exchange("lexi", "slot", {.expected = "ann", .value = "bob"})).error(),
              core::Errc::conflict);
    EXPECT_TRUE(this->wait(this->store_.exchange("lexi", "slot", {})));
    EXPECT_TRUE(this->wait(this->store_.exchange("lexi", "slot", {.value = "bob"})));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "slot")).value(), Json("bob"));
}

TYPED_TEST(StoreTest, MakesAnExchangeOnceHoweverOftenItsAskIsPerformed) {
    auto add = [this](std::optional<Json> expected, Json sum, const char* call) {
        core::Exchange made{.expected = expected, .value = sum, .once = core::Exchange::Once{call, 3, sum}};
        return this->wait(this->store_.exchange("lexi", "count", std::move(made)));
    };
    EXPECT_TRUE(add({}, 1, "CA1"));
    EXPECT_TRUE(add(1, 2, "CA2"));
    EXPECT_EQ(add(2, 3, "CA1").error(), core::Errc::already_answered);
    EXPECT_EQ(add({}, 1, "CA1").error(), core::Errc::already_answered);
    EXPECT_EQ(this->wait(this->store_.get("lexi", "count")).value(), Json(2));
    EXPECT_EQ(this->wait(this->store_.find_outcome("lexi", "CA1", 3)).value(), Json(1));
    EXPECT_EQ(this->wait(this->store_.find_outcome("lexi", "CA2", 3)).value(), Json(2));
    EXPECT_EQ(this->wait(this->store_.find_outcome("lexi", "CA1", 4)).value(), std::nullopt);
}

TYPED_TEST(StoreTest, RemembersNoExchangeThatWasNotMade) {
    auto take = [this](std::optional<Json> expected) {
        core::Exchange made{.expected = expected, .value = "bob", .once = core::Exchange::Once{"CA1", 3, true}};
        return this->wait(this->store_.exchange("lexi", "slot", std::move(made)));
    };
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "slot", "ann", {})));
    EXPECT_EQ(take("eve").error(), core::Errc::conflict);
    EXPECT_EQ(this->wait(this->store_.find_outcome("lexi", "CA1", 3)).value(), std::nullopt);
    EXPECT_TRUE(take("ann"));
    EXPECT_EQ(this->wait(this->store_.find_outcome("lexi", "CA1", 3)).value(), Json(true));
}

TYPED_TEST(StoreTest, RemovesAValue) {
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "key", 1, {})));
    EXPECT_TRUE(this->wait(this->store_.remove("lexi", "key")));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "key")).value(), std::nullopt);
}

TYPED_TEST(StoreTest, KeepsWhatRebuildingACallTakes) {
    EXPECT_TRUE(this->wait(this->store_.open_call(this->call())));
    auto found = this->wait(this->store_.find_call("CA1")).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(core::to_json(found->info), core::to_json(this->call().info));
    EXPECT_EQ(found->flow, "lexi");
    EXPECT_EQ(found->version, "0123456789ab");
    EXPECT_FALSE(found->ended);
    EXPECT_FALSE(this->wait(this->store_.find_call("CA2")).value());
}

TYPED_TEST(StoreTest, OpensACallOnce) {
    EXPECT_TRUE(this->wait(this->store_.open_call(this->call())));
    EXPECT_EQ(this->wait(this->store_.open_call(this->call())).error(), core::Errc::conflict);
}

TYPED_TEST(StoreTest, KnowsHowACallEndedUntilItForgetsIt) {
    EXPECT_TRUE(this->wait(this->store_.open_call(this->call())));
    EXPECT_TRUE(this->wait(this->store_.append(this->entry(1, "1"))));
    this->clock_.advance(60s);
    EXPECT_TRUE(this->wait(this->store_.close_call("CA1", this->clock_.now(), "completed")));
    auto found = this->wait(this->store_.find_call("CA1")).value();
    EXPECT_EQ(found->ended, this->clock_.now());
    EXPECT_EQ(found->status, "completed");
    EXPECT_EQ(this->wait(this->store_.journal("CA1")).value().size(), 1u);
    EXPECT_TRUE(this->wait(this->store_.keep_conversation("CA1", 1, core::Json::array())));
    EXPECT_TRUE(this->wait(this->store_.exchange("lexi", "slot", this->once("CA1"))));
    EXPECT_TRUE(this->wait(this->store_.forget("CA1")));
    EXPECT_TRUE(this->wait(this->store_.conversations("CA1")).value().empty());
    EXPECT_FALSE(this->wait(this->store_.find_outcome("lexi", "CA1", 1)).value());
    EXPECT_FALSE(this->wait(this->store_.find_call("CA1")).value());
    EXPECT_TRUE(this->wait(this->store_.journal("CA1")).value().empty());
}

TYPED_TEST(StoreTest, ClosesACallOnce) {
    EXPECT_TRUE(this->wait(this->store_.open_call(this->call())));
    EXPECT_TRUE(this->wait(this->store_.close_call("CA1", this->clock_.now(), "completed")));
    EXPECT_EQ(this->wait(this->store_.close_call("CA1", this->clock_.now(), "failed")).error(), core::Errc::conflict);
    EXPECT_EQ(this->wait(this->store_.find_call("CA1")).value()->status, "completed");
    EXPECT_EQ(this->wait(this->store_.close_call("CA2", this->clock_.now(), "failed")).error(), core::Errc::conflict);
}

TYPED_TEST(StoreTest, ListsTheCallsThatAreMeantTheNewestFirst) {
    const auto began = this->clock_.now();
    auto open = [&](const char* id, const char* flow, const char* from, const char* to, std::chrono::minutes after) {
        auto begun = this->call();
        begun.info.id = id;
        begun.info.from = from;
        begun.info.to = to;
        begun.info.started = began + after;
        begun.flow = flow;
        EXPECT_TRUE(this->wait(this->store_.open_call(std::move(begun))));
    };
    open("CA1", "lexi", "+15551230147", "+15550150", 0min);
    open("CA2", "concya", "+15551230148", "+15550100", 1min);
    open("CA3", "lexi", "anonymous", "+15550151", 2min);
    open("CB4", "lexi", "+15551230147", "+15550150", 2min);
    EXPECT_TRUE(this->wait(this->store_.close_call("CA1", began + 3min, "completed")));

    auto ids = [&](core::CallFilter filter) {
        std::string found;
        for (const auto& call : this->wait(this->store_.calls(std::move(filter))).value()) found += call.info.id + " ";
        return found;
    };
    EXPECT_EQ(ids({}), "CB4 CA3 CA2 CA1 ");
    EXPECT_EQ(ids({.most = 2}), "CB4 CA3 ");
    EXPECT_EQ(ids({.flow = "lexi"}), "CB4 CA3 CA1 ");
    EXPECT_EQ(ids({.number = "+15550150"}), "CB4 CA1 ");
    EXPECT_EQ(ids({.number = "0150", .most = 1}), "CB4 ");
    EXPECT_EQ(ids({.caller = "0148"}), "CA2 ");
    EXPECT_EQ(ids({.caller = "anonymous"}), "CA3 ");
    EXPECT_EQ(ids({.active = true}), "CB4 CA3 CA2 ");
    EXPECT_EQ(ids({.flow = "lexi", .active = false}), "CA1 ");
    EXPECT_EQ(ids({.since = began + 1min}), "CB4 CA3 CA2 ");
    EXPECT_EQ(ids({.since = began + 1min, .until = began + 2min}), "CA2 ");
    EXPECT_EQ(ids({.id = "CA"}), "CA3 CA2 CA1 ");
    EXPECT_EQ(ids({.id = "A"}), "");
    EXPECT_EQ(ids({.texts = true}), "");
    auto text = this->call();
    text.info.id = "SM5";
    text.info.to = "+15550150";
    text.info.started = began;
    text.info.message = {{"body", ""}, {"media", core::Json::array()}};
    EXPECT_TRUE(this->wait(this->store_.open_call(std::move(text))));
    EXPECT_EQ(ids({.texts = true}), "SM5 ");
    EXPECT_EQ(ids({.texts = false}), "CB4 CA3 CA2 CA1 ");
    EXPECT_EQ(ids({.number = "0150"}), "CB4 SM5 CA1 ");
    auto ended = this->wait(this->store_.calls({.active = false})).value();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].ended, began + 3min);
    EXPECT_EQ(ended[0].status, "completed");
    EXPECT_EQ(ended[0].info.caller["city"], "DENVER");
}

TYPED_TEST(StoreTest, KeepsWhatWasSaidLastInEveryConversation) {
    core::Json first = {{{"who", "caller"}, {"text", "Hello"}}};
    core::Json second = {{{"who", "caller"}, {"text", "Hello"}}, {{"who", "assistant"}, {"text", "Hi"}}};
    EXPECT_TRUE(this->wait(this->store_.keep_conversation("CA1", 2, first)));
    EXPECT_TRUE(this->wait(this->store_.keep_conversation("CA1", 2, second)));
    EXPECT_TRUE(this->wait(this->store_.keep_conversation("CA1", 9, first)));
    EXPECT_TRUE(this->wait(this->store_.keep_conversation("CA2", 2, first)));
    auto found = this->wait(this->store_.conversations("CA1")).value();
    EXPECT_EQ(found, (std::map<std::uint32_t, core::Json>{{2, second}, {9, first}}));
}

TYPED_TEST(StoreTest, KeepsTheVersionsOfFlows) {
    Json sources{{"flow.lua", "return {}"}};
    EXPECT_TRUE(this->wait(this->store_.keep_version("lexi", "1", sources)));
    EXPECT_TRUE(this->wait(this->store_.keep_version("lexi", "1", Json::object())));
    EXPECT_EQ(this->wait(this->store_.find_version("lexi", "1")).value(), sources);
    EXPECT_FALSE(this->wait(this->store_.find_version("concya", "1")).value());
}

TYPED_TEST(StoreTest, PrunesCallsThatEndedLongAgoWithAllThatIsKeptOfThem) {
    for (const char* id : {"CA1", "CA2", "CA3"}) {
        auto begun = this->call();
        begun.info.id = id;
        EXPECT_TRUE(this->wait(this->store_.open_call(std::move(begun))));
    }
    EXPECT_TRUE(this->wait(this->store_.append(this->entry(1, "1"))));
    EXPECT_TRUE(this->wait(this->store_.keep_conversation("CA1", 1, Json::array())));
    EXPECT_TRUE(this->wait(this->store_.exchange("lexi", "slot", this->once("CA1"))));
    const auto ended = this->clock_.now() + 60s;
    EXPECT_TRUE(this->wait(this->store_.close_call("CA1", ended, "completed")));
    EXPECT_TRUE(this->wait(this->store_.close_call("CA2", ended + 1h, "completed")));
    EXPECT_EQ(this->wait(this->store_.prune(ended, 10)).value(), 0u);
    EXPECT_EQ(this->wait(this->store_.prune(ended + 1ms, 10)).value(), 1u);
    EXPECT_FALSE(this->wait(this->store_.find_call("CA1")).value());
    EXPECT_TRUE(this->wait(this->store_.journal("CA1")).value().empty());
    EXPECT_TRUE(this->wait(this->store_.conversations("CA1")).value().empty());
    EXPECT_FALSE(this->wait(this->store_.find_outcome("lexi", "CA1", 1)).value());
    EXPECT_EQ(this->wait(this->store_.get("lexi", "slot")).value(), Json("ann"));
    EXPECT_TRUE(this->wait(this->store_.find_call("CA2")).value());
    EXPECT_TRUE(this->wait(this->store_.find_call("CA3")).value());
}

TYPED_TEST(StoreTest, PrunesNoMoreThanItIsToldAndCallsOfWhichNothingWasHeard) {
    for (const char* id : {"CA1", "CA2", "CA3"}) {
        auto begun = this->call();
        begun.info.id = id;
        EXPECT_TRUE(this->wait(this->store_.open_call(std::move(begun))));
    }
    const auto over = this->clock_.now() + 24h;
    EXPECT_EQ(this->wait(this->store_.prune(over, 10)).value(), 0u);
    EXPECT_EQ(this->wait(this->store_.prune(over + 1ms, 2)).value(), 2u);
    EXPECT_EQ(this->wait(this->store_.prune(over + 1ms, 2)).value(), 1u);
}

TYPED_TEST(StoreTest, KeepsValuesThatHaveNotExpiredWhenItPrunes) {
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "short", 1, 60s)));
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "long", 1, 600s)));
    EXPECT_TRUE(this->wait(this->store_.set("lexi", "for ever", 1, {})));
    this->clock_.advance(61s);
    EXPECT_TRUE(this->wait(this->store_.prune(this->clock_.now(), 10)));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "short")).value(), std::nullopt);
    EXPECT_EQ(this->wait(this->store_.get("lexi", "long")).value(), Json(1));
    EXPECT_EQ(this->wait(this->store_.get("lexi", "for ever")).value(), Json(1));
}

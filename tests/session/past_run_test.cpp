#include "session/past_run.hpp"

#include "session/call_session.hpp"
#include "session/session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using testing::ElementsAre;

namespace {

// Calls that were led by a session, and are told again from what the store has of them.
class PastRunTest : public testing::Test, protected World {
protected:
    void serve(const std::string& flow) {
        script::on_worker([&] {
            live = live_flow(flow);
            core::CallRecord record{script::test_call(), live->flow->name(), live->flow->version()};
            EXPECT_TRUE(tests::run(context, store.open_call(std::move(record))));
            CallSession session(script::test_call(), live, port, surroundings());
            tests::run(context, tests::finished(session.run()));
        });
    }
    KeptCall kept() {
        const auto id = script::test_call().id;
        return {**tests::run(context, store.find_call(id)), {*tests::run(context, store.journal(id)), {}}, live};
    }
    // Runs it again, and looks at that.
    void look(const KeptCall& call, const std::function<void(const PastRun&)>& at) {
        script::on_worker([&] { at(PastRun(call, {})); });
    }
    static std::vector<std::string> kinds(const script::Recording::Handler& handler) {
        std::vector<std::string> kinds;
        for (const auto& asked : handler.asked) kinds.push_back(asked.ask.kind);
        return kinds;
    }

    std::shared_ptr<const script::Live> live;
};

constexpr auto menu = R"(return {
  on_call = function(call)
    call:say("Hello")
    local choice = call:gather { say = "Key?", digits = 1 }
    call:say("You pressed " .. choice.digits)
    call:gather { digits = 1 }
  end,
  on_call_ended = function(call) kv.set("said", #call:summary().transcript) end,
})";

}  // namespace

TEST_F(PastRunTest, HasWhatWasAskedAndWhatWasAnswered) {
    port.answers = {of({{"digits", "1"}})};
    serve(menu);
    look(kept(), [](const PastRun& run) {
        EXPECT_FALSE(run.diverged());
        EXPECT_FALSE(run.fell_back());
        const auto& handlers = run.recording().handlers;
        ASSERT_EQ(handlers.size(), 2u);
        EXPECT_THAT(kinds(handlers[0]), ElementsAre("say", "gather", "say"));
        EXPECT_EQ(std::get<core::Ask>(handlers[0].last).kind, "gather");
        EXPECT_THAT(handlers[0].ending, testing::HasSubstr("hung_up"));
        EXPECT_THAT(kinds(handlers[1]), ElementsAre("kv"));
    });
}

TEST_F(PastRunTest, EndsAtTheAskThatWaits) {
    port.answers = {of({{"digits", "1"}})};
    serve(menu);
    auto call = kept();
    call.record.ended.reset();
    call.past.journal.resize(1);
    look(call, [](const PastRun& run) {
        ASSERT_EQ(run.recording().handlers.size(), 1u);
        EXPECT_EQ(std::get<core::Ask>(run.recording().handlers[0].last).where, "test/flow.lua:6");
        EXPECT_EQ(run.recording().handlers[0].ending, "");
    });
}

TEST_F(PastRunTest, TellsWhereTheFlowAsksSomethingElse) {
    port.answers = {of({{"digits", "1"}})};
    serve(menu);
    auto call = kept();
    call.past.journal[1].digest = "0123456789abcdef";
    look(call, [](const PastRun& run) {
        EXPECT_TRUE(run.diverged());
        EXPECT_EQ(run.answer_then().reason, "hung_up");
        EXPECT_EQ(run.recording().handlers.size(), 1u);
    });
}

TEST_F(PastRunTest, KnowsThatAFlowBrokeAndWhoAnsweredInstead) {
    port.answers = {of({{"digits", "1"}}), of({{"status", "completed"}, {"seconds", 12}})};
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call)
        local choice = call:gather { digits = 1 }
        call:say(choice.digit:upper())
    end })");
    look(kept(), [](const PastRun& run) {
        EXPECT_TRUE(run.fell_back());
        EXPECT_EQ(std::get<script::Failed>(run.recording().handlers[0].last).where, "test/flow.lua:3");
        ASSERT_TRUE(run.fallback_outcome());
        EXPECT_EQ(run.fallback_outcome()->value["seconds"], 12);
    });
}

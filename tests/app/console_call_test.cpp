#include "app/console_call.hpp"

#include "awaited.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <sstream>

using namespace switchhook;
using namespace switchhook::app;
using core::Answer;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class Console : public testing::Test {
protected:
    Answer perform(std::string kind, Json options = Json::object()) {
        core::Ask ask{std::move(kind), std::move(options), "flow.lua:1"};
        return tests::run(context, call.perform(ask));
    }
    // What the caller types before the flow asks.
    Answer gather(std::deque<std::string> typed, Json options = {{"speech", true}}) {
        lines = std::move(typed);
        return perform("gather", std::move(options));
    }

    boost::asio::io_context context;
    core::ManualClock clock{core::Time(std::chrono::milliseconds(5))};
    std::ostringstream out;
    std::deque<std::string> lines;
    std::vector<std::string> asked;
    ConsoleCall call{out,
                     [this](const std::string& prompt) -> std::optional<std::string> {
                         asked.push_back(prompt);
                         if (lines.empty()) return std::nullopt;
                         auto line = lines.front();
                         lines.pop_front();
                         return line;
                     },
                     clock};
};

}  // namespace

TEST_F(Console, PrintsWhatTheCallerHears) {
    perform("say", {{"text", "Hello"}});
    perform("say", {{"ssml", "<p>Hi</p>"}});
    perform("play", {{"url", "https://e.example/a.mp3"}});
    perform("play", {{"digits", "ww1"}});
    perform("pause", {{"length", 2}});
    EXPECT_EQ(out.str(),
              "  hears: Hello\n  hears: <p>Hi</p>\n  hears: (https://e.example/a.mp3)\n  hears: (keys ww1)\n"
              "  hears: (2 s of silence)\n");
}

TEST_F(Console, TakesKeysAndSpeech) {
    EXPECT_EQ(gather({" 12#9 "}).value, Json({{"digits", "12"}}));
    EXPECT_EQ(gather({"1234"}, {{"digits", 2}}).value, Json({{"digits", "12"}}));
    EXPECT_EQ(gather({"12#"}, {{"finish_on_key", "*"}}).value, Json({{"digits", "12#"}}));
    EXPECT_EQ(gather({"A table, please"}).value["speech"], "A table, please");
    EXPECT_EQ(gather({""}).reason, "timeout");
    EXPECT_EQ(gather({"12"}, {{"speech", true}, {"dtmf", false}}).value["speech"], "12");
}

TEST_F(Console, AsksAgainForKeysWhereNobodyListens) {
    EXPECT_EQ(gather({"hello", "4"}, {{"digits", 1}}).value, Json({{"digits", "4"}}));
    EXPECT_THAT(out.str(), HasSubstr("[only keys are listened for here"));
    EXPECT_THAT(asked, ElementsAre("press", "press"));
}

TEST_F(Console, HangsUpWhenToldOrWhenThereIsNoMore) {
    EXPECT_EQ(gather({"hang up"}).reason, "hung_up");
    EXPECT_TRUE(call.ended());
    EXPECT_EQ(perform("say", {{"text", "Hello?"}}).reason, "");
    EXPECT_EQ(gather({"1"}).reason, "hung_up");
    EXPECT_EQ(out.str(), "  [the caller hangs up]\n");
}

TEST_F(Console, PutsThroughToWhomeverAnswers) {
    Json to = {{"to", Json::array(
                          {{{"number", "+15550100"}, {"whisper", Json::array({{{"say", {{"text", "A caller"}}}}})}}})}};
    lines = {"yes", "busy", "no", "failed"};
    EXPECT_EQ(perform("dial", to).value["status"], "completed");
    EXPECT_THAT(out.str(), HasSubstr("[rings +15550100]"));
    EXPECT_THAT(out.str(), HasSubstr("the one called hears: A caller"));
    EXPECT_EQ(perform("dial", to).reason, "busy");
    EXPECT_EQ(perform("dial", to).reason, "no_answer");
    EXPECT_EQ(perform("dial", to).reason, "failed");
    EXPECT_EQ(perform("dial", to).reason, "hung_up");
}

TEST_F(Console, RecordsWhatIsTyped) {
    lines = {"Please call me back tomorrow morning", ""};
    EXPECT_EQ(perform("record").value["seconds"], 2);
    EXPECT_EQ(perform("record").reason, "silence");
}

TEST_F(Console, WaitsInAQueue) {
    lines = {"bridged", "leave", "full"};
    EXPECT_EQ(perform("enqueue", {{"queue", "sales"}}).value["result"], "bridged");
    EXPECT_EQ(perform("enqueue", {{"queue", "sales"}}).value["result"], "leave");
    EXPECT_EQ(perform("enqueue", {{"queue", "sales"}}).reason, "queue_full");
    EXPECT_THAT(out.str(), HasSubstr("[waits in the queue sales]"));
}

TEST_F(Console, SaysHowTheFlowLeaves) {
    perform("redirect", {{"url", "https://other.example/voice"}});
    EXPECT_TRUE(call.ended());
    call.finish();
    EXPECT_EQ(out.str(), "  [hands the call to https://other.example/voice]\n");
}

TEST_F(Console, EndsWhenTheFlowIsDone) {
    call.finish();
    EXPECT_TRUE(call.ended());
    EXPECT_EQ(out.str(), "  [the flow hangs up]\n");
}

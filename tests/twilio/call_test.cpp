#include "twilio/call.hpp"

#include "awaited.hpp"

#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::twilio;
using namespace std::chrono_literals;
using core::Answer;
using core::Json;
using switchhook::tests::Awaited;
using testing::HasSubstr;

namespace {

constexpr const char* origin = "https://voice.example.com";

// What stands in <Response>.
std::string verbs(const std::string& document) {
    auto from = document.find("<Response>");
    auto to = document.find("</Response>");
    if (from == std::string::npos) return document.find("<Response/>") == std::string::npos ? document : "";
    return document.substr(from + 10, to - from - 10);
}

Webhook webhook(net::Form params = {}) {
    Webhook made;
    made.call_sid = "CA1";
    made.params = std::move(params);
    return made;
}

Json prompts(const char* text) {
    return Json::array({{{"say", {{"text", text}}}}});
}

class TwilioCall : public testing::Test {
protected:
    Awaited<Answer> ask(std::string kind, Json options = Json::object()) {
        Awaited<Answer> answer(context, perform({std::move(kind), std::move(options), "flow.lua:1"}));
        tests::run_ready(context);
        return answer;
    }

    Awaited<Call::Reply> turn(unsigned number, net::Form params = {}) {
        Awaited<Call::Reply> reply(context, call.turn(number, webhook(std::move(params))));
        tests::run_ready(context);
        return reply;
    }

    void say(const char* text) { EXPECT_EQ(ask("say", {{"text", text}})->error, ""); }
    Awaited<Answer> gather(const char* text) { return ask("gather", {{"prompts", prompts(text)}, {"digits", 1}}); }

    // The call has come in, was greeted, and is asked for a key.
    Awaited<Answer> greeted() {
        auto first = turn(0);
        auto answer = gather("Press a key");
        EXPECT_TRUE(first.done());
        return answer;
    }

    boost::asio::io_context context;
    core::ManualClock clock{core::Time(1'700'000'000'000ms)};
    Call call{"CA1", origin, {}, clock, context.get_executor()};

private:
    boost::asio::awaitable<Answer> perform(core::Ask ask) { co_return co_await call.perform(ask); }
};

}  // namespace

TEST_F(TwilioCall, AnswersItsFirstWebhookWithWhatTheFlowSaysAndAsks) {
    auto first = turn(0);
    EXPECT_FALSE(first.done());
    say("Hello");
    EXPECT_FALSE(first.done());
    auto answer = gather("Press a key");
    ASSERT_TRUE(first.done());
    EXPECT_FALSE(first->repeated);
    EXPECT_FALSE(first->kept_waiting);
    EXPECT_THAT(first->document, HasSubstr("<Say>Hello</Say><Gather"));
    EXPECT_THAT(first->document, HasSubstr("action=\"https://voice.example.com/twilio/continue/1/0\""));
    EXPECT_FALSE(answer.done());
}

TEST_F(TwilioCall, LetsTheFlowAskBeforeTheWebhookIsThere) {
    say("Hello");
    auto answer = gather("Press a key");
    auto first = turn(0);
    ASSERT_TRUE(first.done());
    EXPECT_THAT(first->document, HasSubstr("<Say>Hello</Say><Gather"));
    EXPECT_FALSE(answer.done());
}

TEST_F(TwilioCall, TakesTheCallersKeyToTheFlowAndItsNextDocumentBack) {
    auto pressed = greeted();
    auto second = turn(1, {{"Digits", "2"}, {"CallStatus", "in-progress"}});
    ASSERT_TRUE(pressed.done());
    EXPECT_EQ(pressed->value, Json({{"digits", "2"}}));
    EXPECT_EQ(pressed->time, clock.now());
    EXPECT_FALSE(second.done());
    gather("And another");
    ASSERT_TRUE(second.done());
    EXPECT_THAT(second->document, HasSubstr("/twilio/continue/2/0\""));
    EXPECT_THAT(second->document, HasSubstr("And another"));
    EXPECT_THAT(second->document, testing::Not(HasSubstr("Press a key")));
}

TEST_F(TwilioCall, GivesARepeatedFirstWebhookTheSameDocument) {
    auto first = turn(0);
    auto again_while_waiting = turn(0);
    auto answer = gather("Press a key");
    ASSERT_TRUE(first.done());
    ASSERT_TRUE(again_while_waiting.done());
    EXPECT_FALSE(first->repeated);
    EXPECT_TRUE(again_while_waiting->repeated);
    EXPECT_EQ(again_while_waiting->document, first->document);
    auto again = turn(0);
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->document, first->document);
    EXPECT_FALSE(answer.done());
}

TEST_F(TwilioCall, AnswersARepeatedTurnOnceAndChangesNothing) {
    auto pressed = greeted();
    auto second = turn(1, {{"Digits", "2"}});
    auto next = gather("Next");
    auto again = turn(1, {{"Digits", "3"}});
    ASSERT_TRUE(again.done());
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->document, second->document);
    EXPECT_EQ(pressed->value, Json({{"digits", "2"}}));
    EXPECT_FALSE(next.done());
}

TEST_F(TwilioCall, LetsATurnThatIsOverOrNotYetDueAnswerNothing) {
    auto pressed = greeted();
    turn(1, {{"Digits", "2"}});
    auto next = gather("Next");
    auto old = turn(0, {{"Digits", "9"}});
    auto early = turn(7, {{"Digits", "9"}});
    ASSERT_TRUE(old.done());
    ASSERT_TRUE(early.done());
    EXPECT_TRUE(old->repeated);
    EXPECT_TRUE(early->repeated);
    EXPECT_FALSE(next.done());
    turn(2, {{"Digits", "4"}});
    EXPECT_EQ(next->value, Json({{"digits", "4"}}));
}

TEST_F(TwilioCall, SaysWhatItHasWhenTheFlowIsSlowAndComesBackForTheRest) {
    Call hurried("CA1", origin, {5ms, 10s}, clock, context.get_executor());
    Awaited<Call::Reply> first(context, hurried.turn(0, webhook()));
    core::Ask hello{"say", {{"text", "One moment"}}, ""};
    core::Ask question{"gather", {{"prompts", prompts("Found it")}}, ""};
    Awaited<Answer> said(context, hurried.perform(hello));
    wait_for(context, first);
    EXPECT_TRUE(first->kept_waiting);
    EXPECT_EQ(verbs(first->document),
              "<Say>One moment</Say><Redirect>https://voice.example.com/twilio/continue/1/0</Redirect>");

    Awaited<Answer> asked(context, hurried.perform(question));
    Awaited<Call::Reply> second(context, hurried.turn(1, webhook({{"CallStatus", "in-progress"}})));
    wait_for(context, second);
    EXPECT_FALSE(second->kept_waiting);
    EXPECT_THAT(second->document, HasSubstr("Found it"));
    EXPECT_THAT(second->document, HasSubstr("/twilio/continue/2/0\""));
    EXPECT_FALSE(asked.done());
    Awaited<Call::Reply> third(context, hurried.turn(2, webhook({{"Digits", "1"}})));
    EXPECT_EQ(wait_for(context, asked).value, Json({{"digits", "1"}}));
    hurried.finish();
    wait_for(context, third);
}

TEST_F(TwilioCall, PausesWhenTheFlowIsSlowAndHasSaidNothing) {
    Call hurried("CA1", origin, {1ms, 10ms}, clock, context.get_executor());
    const auto pause = "<Pause length=\"1\"/><Redirect>https://voice.example.com/twilio/continue/";
    auto first = tests::run(context, hurried.turn(0, webhook()));
    EXPECT_TRUE(first.kept_waiting);
    EXPECT_EQ(verbs(first.document), pause + std::string("1/0</Redirect>"));
    auto second = tests::run(context, hurried.turn(1, webhook()));
    EXPECT_TRUE(second.kept_waiting);
    EXPECT_EQ(verbs(second.document), pause + std::string("2/0</Redirect>"));
    auto again = tests::run(context, hurried.turn(1, webhook()));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.document, second.document);
}

TEST_F(TwilioCall, WaitsForWhatFollowsWhileTheFlowGoesOnSpeaking) {
    Call patient("CA1", origin, {10s, 10s}, clock, context.get_executor());
    Awaited<Call::Reply> first(context, patient.turn(0, webhook()));
    core::Ask hello{"say", {{"text", "Hello"}}, ""};
    Awaited<Answer> said(context, patient.perform(hello));
    tests::run_ready(context);
    EXPECT_TRUE(said.done());
    EXPECT_FALSE(first.done());
    patient.finish();
    wait_for(context, first);
    EXPECT_EQ(verbs(first->document), "<Say>Hello</Say><Hangup/>");
}

TEST_F(TwilioCall, GivesTheFlowARecordingThatTheCallerEndedByHangingUp) {
    auto first = turn(0);
    auto recorded = ask("record", {{"max_length", 60}});
    auto second = turn(1, {{"RecordingUrl", "https://api.twilio.com/RE1"},
                           {"RecordingDuration", "7"},
                           {"Digits", "hangup"},
                           {"CallStatus", "completed"}});
    ASSERT_TRUE(recorded.done());
    EXPECT_EQ(recorded->value["seconds"], 7);
    EXPECT_TRUE(call.ended());
    ASSERT_TRUE(second.done());
    EXPECT_EQ(verbs(second->document), "");
    say("Nobody hears this");
    auto asked = gather("Still there?");
    ASSERT_TRUE(asked.done());
    EXPECT_EQ(asked->reason, "hung_up");
}

TEST_F(TwilioCall, EndsWithAGatherThatTheCallerLeftByHangingUp) {
    auto pressed = greeted();
    Awaited<bool> over(context, tests::finished(call.over()));
    tests::run_ready(context);
    EXPECT_FALSE(over.done());
    auto reply = turn(1, {{"CallStatus", "completed"}});
    EXPECT_EQ(pressed->reason, "hung_up");
    EXPECT_TRUE(reply.done());
    EXPECT_TRUE(over.done());
    EXPECT_TRUE(call.ended());
}

TEST_F(TwilioCall, EndsWhatIsPendingWhenTheStatusSaysThatTheCallIsOver) {
    auto pressed = greeted();
    call.end();
    tests::run_ready(context);
    ASSERT_TRUE(pressed.done());
    EXPECT_EQ(pressed->reason, "hung_up");
    EXPECT_TRUE(call.ended());
    call.end();
    EXPECT_TRUE(gather("Hello?").done());
}

TEST_F(TwilioCall, KeepsARecordingWhoseWebhookComesAfterTheStatusCallback) {
    turn(0);
    auto recorded = ask("record", {{"max_length", 60}});
    call.end();
    tests::run_ready(context);
    EXPECT_TRUE(call.ended());
    EXPECT_FALSE(recorded.done());
    auto late = turn(1, {{"RecordingUrl", "https://api.twilio.com/RE1"}, {"CallStatus", "completed"}});
    ASSERT_TRUE(recorded.done());
    EXPECT_EQ(recorded->value["url"], "https://api.twilio.com/RE1");
    EXPECT_EQ(verbs(late->document), "");
}

TEST_F(TwilioCall, EndsARecordingWhoseWebhookNeverComes) {
    Call hurried("CA1", origin, {10s, 10s, 5ms}, clock, context.get_executor());
    Awaited<Call::Reply> first(context, hurried.turn(0, webhook()));
    core::Ask record{"record", {{"max_length", 60}}, ""};
    Awaited<Answer> recorded(context, hurried.perform(record));
    wait_for(context, first);
    hurried.end();
    EXPECT_EQ(wait_for(context, recorded).reason, "hung_up");
}

TEST_F(TwilioCall, AnswersAWebhookThatWaitsWhenTheCallEnds) {
    auto first = turn(0);
    say("Hello");
    call.end();
    tests::run_ready(context);
    ASSERT_TRUE(first.done());
    EXPECT_EQ(verbs(first->document), "");
}

TEST_F(TwilioCall, EndsAnAskOfALaterTurnWhenTheCallerHangsUpBeforeIt) {
    Call hurried("CA1", origin, {1ms, 5ms}, clock, context.get_executor());
    tests::run(context, hurried.turn(0, webhook()));  // kept waiting
    core::Ask question{"gather", {{"prompts", prompts("Found it")}}, ""};
    Awaited<Answer> asked(context, hurried.perform(question));
    Awaited<Call::Reply> second(context, hurried.turn(1, webhook({{"CallStatus", "completed"}})));
    wait_for(context, second);
    tests::run_ready(context);
    ASSERT_TRUE(asked.done());
    EXPECT_EQ(asked->reason, "hung_up");
}

TEST_F(TwilioCall, WhispersToTheOneWhoIsCalled) {
    EXPECT_EQ(verbs(call.whisper(0)), "");
    auto first = turn(0);
    auto dialled = ask("dial", {{"to", Json::array({{{"number", "+15550100"}, {"whisper", prompts("A caller")}},
                                                    {{"number", "+15550101"}}})}});
    EXPECT_THAT(first->document, HasSubstr("https://voice.example.com/twilio/whisper/CA1/0"));
    EXPECT_EQ(verbs(call.whisper(0)), "<Say>A caller</Say>");
    EXPECT_EQ(verbs(call.whisper(1)), "");
    EXPECT_EQ(verbs(call.whisper(2)), "");
    turn(1, {{"DialCallStatus", "busy"}, {"CallStatus", "in-progress"}});
    EXPECT_EQ(dialled->reason, "busy");
    EXPECT_EQ(verbs(call.whisper(0)), "");
}

TEST_F(TwilioCall, HangsUpAfterWhatIsLeftToSayWhenTheFlowIsDone) {
    auto first = turn(0);
    say("Goodbye");
    call.finish();
    tests::run_ready(context);
    ASSERT_TRUE(first.done());
    EXPECT_EQ(verbs(first->document), "<Say>Goodbye</Say><Hangup/>");
    EXPECT_FALSE(call.ended());
}

TEST_F(TwilioCall, LeavesTheCallToNobodyToAnotherServerOrUnanswered) {
    for (auto& [kind, options, expected] : std::vector<std::tuple<std::string, Json, std::string>>{
             {"hangup", Json::object(), "<Hangup/>"},
             {"redirect", {{"url", "https://other.example/voice"}}, "<Redirect>https://other.example/voice</Redirect>"},
             {"reject", {{"reason", "busy"}}, "<Reject reason=\"busy\"/>"}}) {
        Call leaving("CA2", origin, {}, clock, context.get_executor());
        Awaited<Call::Reply> first(context, leaving.turn(0, webhook()));
        core::Ask leave{kind, options, ""};
        auto answer = tests::run(context, leaving.perform(leave));
        EXPECT_EQ(answer.error, "");
        EXPECT_TRUE(answer.value.is_null());
        leaving.finish();
        wait_for(context, first);
        EXPECT_EQ(verbs(first->document), expected);
    }
}

TEST_F(TwilioCall, RaisesWhatTwimlRefusesAndGoesOn) {
    auto first = turn(0);
    auto refused = ask("say", {{"text", "Hi"}, {"loop", "often"}});
    EXPECT_THAT(refused->error, HasSubstr("say: "));
    EXPECT_THAT(refused->error, HasSubstr("loop"));
    say("Sorry");
    call.finish();
    tests::run_ready(context);
    EXPECT_EQ(verbs(first->document), "<Say>Sorry</Say><Hangup/>");
}

namespace {

// A socket on which nothing comes.
class SilentSocket final : public net::WebSocket {
public:
    boost::asio::awaitable<core::Result<std::string>> read() override { co_return core::Errc::closed; }
    core::Result<void> send(std::string) override { return {}; }
    boost::asio::awaitable<void> close(std::uint16_t) override { co_return; }
    void abort() override {}
};

const core::Ask converse{"converse", {{"instructions", "Be polite"}}, "flow.lua:1"};

class CallAudio : public TwilioCall {
protected:
    using Connected = core::Result<std::unique_ptr<core::AudioLeg>>;

    // Asks for the caller's audio.
    void connect() {
        boost::asio::co_spawn(
            context,
            [this]() -> boost::asio::awaitable<void> {
                auto leg = co_await call.connect_audio(converse);
                connected.emplace(std::move(leg));
            },
            boost::asio::detached);
        tests::run_ready(context);
    }

    bool attach(std::string token, std::string call_sid = "CA1") {
        StreamStart start{"MZ1", std::move(call_sid), {{"token", std::move(token)}}};
        auto stream = std::make_shared<MediaStream>(std::make_shared<SilentSocket>(), std::move(start),
                                                    context.get_executor(), MediaStream::Options{});
        auto attached = call.attach(stream);
        tests::run_ready(context);
        return attached;
    }

    static std::string token_of(const std::string& document) {
        const std::string before = "<Parameter name=\"token\" value=\"";
        auto at = document.find(before);
        if (at == document.npos) return "";
        at += before.size();
        return document.substr(at, document.find('"', at) - at);
    }

    std::optional<Connected> connected;
};

}  // namespace

TEST_F(CallAudio, ComesToTheEnginesOwnAddressWhereThereIsOne) {
    call.bring_audio_to("https://voice-1.example.com");
    auto first = turn(0);
    connect();
    ASSERT_TRUE(first.done());
    EXPECT_THAT(first->document, HasSubstr("<Connect action=\"https://voice.example.com/twilio/continue/1/0\"><Stream "
                                           "url=\"wss://voice-1.example.com/twilio/stream/CA1\">"));
}

TEST_F(CallAudio, ComesByTheStreamThatBearsTheToken) {
    auto first = turn(0);
    connect();
    ASSERT_TRUE(first.done());
    EXPECT_THAT(first->document,
                HasSubstr("<Connect action=\"https://voice.example.com/twilio/continue/1/0\"><Stream "
                          "url=\"wss://voice.example.com/twilio/stream/CA1\"><Parameter name=\"token\""));
    auto token = token_of(first->document);
    EXPECT_GE(token.size(), 32U);
    EXPECT_FALSE(connected);
    EXPECT_TRUE(attach(token));
    ASSERT_TRUE(connected);
    EXPECT_TRUE(connected->has_value());
}

TEST_F(CallAudio, TakesNoOtherToken) {
    auto first = turn(0);
    EXPECT_FALSE(attach(""));
    connect();
    auto token = token_of(first->document);
    EXPECT_FALSE(attach(""));
    EXPECT_FALSE(attach(token.substr(1)));
    auto wrong = token;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    EXPECT_FALSE(attach(wrong));
    EXPECT_FALSE(attach(token, "CA2"));
    EXPECT_FALSE(connected);
    EXPECT_TRUE(attach(token));
    EXPECT_FALSE(attach(token)) << "a token is used once";
}

TEST_F(CallAudio, IsUnavailableWhereTwilioGoesOnWithoutIt) {
    auto first = turn(0);
    connect();
    auto second = turn(1, {{"CallStatus", "in-progress"}});
    ASSERT_TRUE(connected);
    EXPECT_EQ(connected->error(), core::Errc::unavailable);
    EXPECT_FALSE(attach(token_of(first->document))) << "the turn is over";
    EXPECT_FALSE(second.done());
    gather("Press a key");
    ASSERT_TRUE(second.done());
    EXPECT_THAT(second->document, HasSubstr("Press a key"));
}

TEST_F(CallAudio, IsUnavailableWhereTwilioDoesNotConnectInTime) {
    Call::Timing timing;
    timing.stream_within = 5ms;
    Call hurried("CA1", origin, timing, clock, context.get_executor());
    Awaited<Call::Reply> first(context, hurried.turn(0, webhook()));
    auto error = tests::run(context, [](Call& asked) -> boost::asio::awaitable<core::Error> {
        auto leg = co_await asked.connect_audio(converse);
        co_return leg ? core::Error() : leg.error();
    }(hurried));
    EXPECT_EQ(error, core::Errc::unavailable);
}

TEST_F(CallAudio, IsClosedWhereTheCallerHangsUp) {
    auto first = turn(0);
    connect();
    call.end();
    tests::run_ready(context);
    ASSERT_TRUE(connected);
    EXPECT_EQ(connected->error(), core::Errc::closed);
    connected.reset();
    connect();
    EXPECT_EQ(connected->error(), core::Errc::closed);
}

TEST_F(CallAudio, IsFollowedByTheNextDocumentWhoeverIsFirst) {
    auto first = turn(0);
    connect();
    ASSERT_TRUE(attach(token_of(first->document)));
    (**connected)->abort();
    // The flow goes on before Twilio has come back.
    auto pressed = gather("Anything else?");
    auto second = turn(1, {{"CallStatus", "in-progress"}});
    ASSERT_TRUE(second.done());
    EXPECT_THAT(second->document, HasSubstr("Anything else?"));
    turn(2, {{"Digits", "4"}});
    EXPECT_EQ(pressed->value, Json({{"digits", "4"}}));
    // Twilio comes back before the flow goes on.
    connected.reset();
    connect();
    auto third = turn(3, {{"CallStatus", "in-progress"}});
    auto again = gather("And now?");
    ASSERT_TRUE(third.done());
    EXPECT_THAT(third->document, HasSubstr("And now?"));
    EXPECT_FALSE(again.done());
}

TEST_F(CallAudio, LeavesAnAskUnansweredNoLongerThanTheCallerIsThere) {
    auto first = turn(0);
    connect();
    ASSERT_TRUE(attach(token_of(first->document)));
    auto pressed = gather("Anything else?");
    EXPECT_FALSE(pressed.done());
    turn(1, {{"CallStatus", "completed"}});
    ASSERT_TRUE(pressed.done());
    EXPECT_EQ(pressed->reason, "hung_up");
    EXPECT_TRUE(call.ended());
}

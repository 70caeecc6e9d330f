#include "sim/twiml_player.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::sim;
using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

namespace {

constexpr auto home = "https://hook.example/voice?key=1";

TwimlPlayer new_player(TwimlPlayer::Options options = {}) {
    return {std::move(options), std::make_shared<Sids>(1)};
}

// A call whose first document is `body` inside <Response>.
TwimlPlayer playing(const std::string& body, TwimlPlayer::Options options = {}) {
    auto player = new_player(std::move(options));
    player.start(home, "POST");
    player.arrived({200, "text/xml; charset=utf-8", "<Response>" + body + "</Response>"});
    return player;
}

std::vector<std::string> lines(TwimlPlayer& player) {
    std::vector<std::string> out;
    for (const auto& event : player.take_events()) out.push_back(describe(event));
    return out;
}

template <class Waiting>
const Waiting& waits(const TwimlPlayer& player) {
    if (const auto* need = std::get_if<Waiting>(&player.need())) return *need;
    ADD_FAILURE() << "the call waits for something else: " << player.need().index();
    static const Waiting none{};
    return none;
}

std::string status(const TwimlPlayer& player) {
    return waits<Ended>(player).status;
}

void reply(TwimlPlayer& player, const std::string& body) {
    ASSERT_TRUE(player.arrived({200, "application/xml", "<Response>" + body + "</Response>"}));
}

}  // namespace

TEST(TwimlPlayer, AsksTheVoiceUrlFirst) {
    auto player = new_player();
    player.start(home, "GET");
    EXPECT_EQ(waits<Fetch>(player).url, home);
    EXPECT_EQ(waits<Fetch>(player).method, "GET");
}

TEST(TwimlPlayer, SpeaksAndHangsUpAtTheEndOfTheDocument) {
    auto player = playing("<Say voice='Polly.Amy'>Hello  &amp;\n welcome.</Say><Play>/a.mp3</Play><Pause length='2'/>");
    EXPECT_THAT(lines(player),
                ElementsAre("hears \"Hello & welcome.\" (Polly.Amy)", "hears the sound https://hook.example/a.mp3",
                            "hears nothing for 2 s", "is hung up"));
    EXPECT_EQ(status(player), "completed");
    EXPECT_GT(player.elapsed(), 5s);
}

TEST(TwimlPlayer, SaysTheWordsInsideSsml) {
    auto player = playing("<Say>It is <say-as interpret-as='date'>2 March</say-as>,<break time='2s'/>noon.</Say>");
    EXPECT_THAT(lines(player), Contains("hears \"It is 2 March, noon.\""));
}

TEST(TwimlPlayer, GathersKeysUpToTheNumberAskedFor) {
    auto player = playing("<Gather numDigits='2' action='next?step=2'><Say>Two keys.</Say></Gather><Say>Late</Say>");
    EXPECT_THAT(lines(player), ElementsAre("hears \"Two keys.\"", "is asked for 2 keys"));
    EXPECT_TRUE(player.press("1"));
    EXPECT_EQ(waits<Gathering>(player).entered, "1");
    EXPECT_TRUE(player.press("2"));
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/next?step=2");
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("Digits", "12")));
}

TEST(TwimlPlayer, EndsKeysAtTheFinishingKeyWhichIsNotPartOfThem) {
    auto player = playing("<Gather/>");
    player.press("123#");
    EXPECT_EQ(waits<Fetch>(player).url, home) << "without an action the document itself is asked again";
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("Digits", "123")));
}

TEST(TwimlPlayer, TakesEveryKeyAsInputWhereNoKeyFinishes) {
    auto player = playing("<Gather finishOnKey=''/>");
    player.press("12#");
    EXPECT_EQ(waits<Gathering>(player).entered, "12#");
    player.stay_silent();
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("Digits", "12#")));
}

TEST(TwimlPlayer, FallsThroughASilentGather) {
    auto player = playing("<Gather timeout='7'/><Say>Nothing heard.</Say>");
    player.stay_silent();
    EXPECT_THAT(lines(player),
                ElementsAre("is asked for keys", "stays silent for 7 s", "hears \"Nothing heard.\"", "is hung up"));
}

TEST(TwimlPlayer, AsksTheActionOfASilentGatherThatWantsIt) {
    auto player = playing("<Gather actionOnEmptyResult='true' action='/next'/><Say>No.</Say>");
    player.stay_silent();
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/next");
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("Digits", "")));
}

TEST(TwimlPlayer, HearsSpeechOnlyWhereTheGatherListensForIt) {
    auto both = playing("<Gather input='dtmf speech' action='/next'/>");
    EXPECT_TRUE(both.speak("a table for four", 0.5));
    EXPECT_THAT(waits<Fetch>(both).params, Contains(Pair("SpeechResult", "a table for four")));
    EXPECT_THAT(waits<Fetch>(both).params, Contains(Pair("Confidence", "0.500000")));

    auto keys = playing("<Gather/>");
    EXPECT_TRUE(keys.speak("hello"));
    waits<Gathering>(keys);
    EXPECT_THAT(lines(keys), Contains("says \"hello\", and nobody listens for it"));
}

TEST(TwimlPlayer, IgnoresActsThatNothingWaitsFor) {
    auto player = playing("<Dial>+14155550100</Dial>");
    EXPECT_FALSE(player.press("1"));
    EXPECT_FALSE(player.speak("hello"));
    EXPECT_FALSE(player.bridge_ends(1s));
    EXPECT_FALSE(player.record(3s));
    waits<Ringing>(player);
}

TEST(TwimlPlayer, RecordsAndTellsTheActionWhereItIs) {
    auto player = playing("<Record action='/done' maxLength='10' recordingStatusCallback='/rec'/>");
    EXPECT_TRUE(player.record(30s, "#"));
    const auto& fetch = waits<Fetch>(player);
    EXPECT_EQ(fetch.url, "https://hook.example/done");
    EXPECT_THAT(fetch.params, Contains(Pair("RecordingDuration", "10")));
    EXPECT_THAT(fetch.params, Contains(Pair("Digits", "#")));
    EXPECT_THAT(fetch.params, Contains(Pair("RecordingUrl", HasSubstr("/Recordings/RE"))));
    auto callbacks = player.take_callbacks();
    ASSERT_EQ(callbacks.size(), 1u);
    EXPECT_EQ(callbacks[0].url, "https://hook.example/rec");
    EXPECT_THAT(callbacks[0].params, Contains(Pair("RecordingStatus", "completed")));
}

TEST(TwimlPlayer, GoesOnAfterAnEmptyRecording) {
    auto player = playing("<Record/><Say>Nothing recorded.</Say>");
    player.stay_silent();
    EXPECT_THAT(lines(player), Contains("hears \"Nothing recorded.\""));
}

TEST(TwimlPlayer, GoesOnAfterADialWithoutAnAction) {
    auto player = playing("<Dial>+14155550100</Dial><Say>Back again.</Say>");
    EXPECT_EQ(waits<Ringing>(player).callees[0].address, "+14155550100");
    player.callee(0, "answered");
    EXPECT_EQ(waits<Bridged>(player).callee.address, "+14155550100");
    player.bridge_ends(90s);
    EXPECT_THAT(lines(player), Contains("hears \"Back again.\""));
    EXPECT_GT(player.elapsed(), 90s);
}

TEST(TwimlPlayer, TellsTheActionHowTheDialWent) {
    auto busy = playing("<Dial action='/after'><Number>+14155550100</Number></Dial>");
    busy.callee(0, "busy");
    EXPECT_THAT(waits<Fetch>(busy).params, Contains(Pair("DialCallStatus", "busy")));

    auto unanswered = playing("<Dial action='/after' timeout='20'><Client>anna</Client></Dial>");
    unanswered.stay_silent();
    EXPECT_THAT(waits<Fetch>(unanswered).params, Contains(Pair("DialCallStatus", "no-answer")));
    EXPECT_EQ(unanswered.elapsed(), 20s);

    auto talked = playing("<Dial action='/after' record='record-from-answer'><Sip>sip:a@b.example</Sip></Dial>");
    talked.callee(0, "answered");
    talked.bridge_ends(12s);
    EXPECT_THAT(waits<Fetch>(talked).params, Contains(Pair("DialCallStatus", "completed")));
    EXPECT_THAT(waits<Fetch>(talked).params, Contains(Pair("DialCallDuration", "12")));
    EXPECT_THAT(waits<Fetch>(talked).params, Contains(Pair("DialBridged", "true")));
    EXPECT_THAT(waits<Fetch>(talked).params, Contains(Pair("RecordingUrl", HasSubstr("RE"))));
}

TEST(TwimlPlayer, RingsSeveralAtOnceAndTheFirstToAnswerWins) {
    auto player = playing("<Dial action='/a'><Number>+14155550101</Number><Number>+14155550102</Number></Dial>");
    EXPECT_EQ(waits<Ringing>(player).callees.size(), 2u);
    player.callee(0, "busy");
    EXPECT_EQ(waits<Ringing>(player).callees.size(), 1u);
    player.callee(0, "answered");
    EXPECT_EQ(waits<Bridged>(player).callee.address, "+14155550102");
}

TEST(TwimlPlayer, RingsOneAfterTheOtherWhenSequential) {
    auto player = playing(
        "<Dial sequential='true'><Number>+14155550101</Number><Number>+14155550102</Number></Dial><Say>Over.</Say>");
    EXPECT_EQ(waits<Ringing>(player).callees[0].address, "+14155550101");
    player.stay_silent();
    EXPECT_EQ(waits<Ringing>(player).callees[0].address, "+14155550102");
    player.callee(0, "no-answer");
    EXPECT_THAT(lines(player), Contains("hears \"Over.\""));
}

TEST(TwimlPlayer, RunsAWhisperForTheOneDialledBeforeConnecting) {
    auto player = playing("<Dial action='/a'><Number url='/whisper' method='GET'>+14155550101</Number></Dial>");
    player.callee(0, "answered");
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/whisper");
    EXPECT_EQ(waits<Fetch>(player).method, "GET");
    EXPECT_TRUE(waits<Fetch>(player).call_sid.starts_with("CA"));
    lines(player);
    reply(player, "<Gather numDigits='1' action='/accept'><Say>Press 1 to take the call.</Say></Gather><Hangup/>");
    EXPECT_THAT(lines(player), Contains("the one dialled hears \"Press 1 to take the call.\""));
    player.press("1");
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/accept");
    reply(player, "");
    waits<Bridged>(player);
}

TEST(TwimlPlayer, DoesNotConnectACalleeWhoseWhisperHangsUp) {
    auto player = playing("<Dial action='/a'><Number url='/whisper'>+14155550101</Number></Dial>");
    player.callee(0, "answered");
    reply(player, "<Hangup/>");
    // The whisper's own call ended by <Hangup>, which is not the end of its document.
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/a");
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("DialBridged", "false")));
}

TEST(TwimlPlayer, JoinsAConferenceWithoutRinging) {
    auto player = playing("<Dial action='/a'><Conference>room</Conference></Dial>");
    player.bridge_ends(60s);
    EXPECT_THAT(waits<Fetch>(player).params, ElementsAre(Pair("DialCallStatus", "answered")));
}

TEST(TwimlPlayer, WaitsInAQueueToTheSoundOfItsWaitUrl) {
    auto player = playing("<Enqueue waitUrl='/wait' action='/served'>support</Enqueue>");
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/wait");
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("QueuePosition", "1")));
    reply(player, "<Say>You are next.</Say>");
    EXPECT_EQ(waits<Queued>(player).name, "support");
    player.leave_queue("bridged", 30s);
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/served");
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("QueueResult", "bridged")));
}

TEST(TwimlPlayer, LeavesTheQueueWhenTheWaitUrlSaysSo) {
    auto player = playing("<Enqueue waitUrl='/wait'>support</Enqueue><Say>You left.</Say>");
    reply(player, "<Leave/>");
    EXPECT_THAT(lines(player), Contains("hears \"You left.\""));
}

TEST(TwimlPlayer, FollowsARedirectAndForgetsTheRest) {
    auto player = playing("<Redirect method='GET'>./other?a=1&amp;b=2</Redirect><Say>Never.</Say>");
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/other?a=1&b=2");
    EXPECT_EQ(waits<Fetch>(player).method, "GET");
    reply(player, "<Hangup/><Say>Never.</Say>");
    EXPECT_THAT(lines(player), ElementsAre(HasSubstr("is redirected"), "is hung up"));
}

TEST(TwimlPlayer, RejectsOnlyAsTheFirstVerb) {
    auto rejected = playing("<Reject/>");
    EXPECT_EQ(status(rejected), "no-answer");
    auto busy = playing("<Reject reason='busy'/>");
    EXPECT_EQ(status(busy), "busy");
    auto late = playing("<Say>Hello.</Say><Reject/>");
    EXPECT_EQ(status(late), "completed");
    EXPECT_THAT(lines(late), Contains(HasSubstr("Twilio warning 12200: Reject")));
}

TEST(TwimlPlayer, TellsTheActionWhenTheCallerHangsUpInTheMiddle) {
    auto recording = playing("<Record action='/done'/>");
    EXPECT_TRUE(recording.hang_up());
    EXPECT_EQ(status(recording), "completed");
    auto callbacks = recording.take_callbacks();
    ASSERT_EQ(callbacks.size(), 1u);
    EXPECT_THAT(callbacks[0].params, Contains(Pair("Digits", "hangup")));
    EXPECT_THAT(callbacks[0].params, Contains(Pair("CallStatus", "completed")));

    auto queued = playing("<Enqueue action='/served'>support</Enqueue>");
    queued.hang_up();
    callbacks = queued.take_callbacks();
    ASSERT_EQ(callbacks.size(), 1u);
    EXPECT_THAT(callbacks[0].params, Contains(Pair("QueueResult", "hangup")));

    auto gathering = playing("<Gather/>");
    gathering.hang_up();
    EXPECT_THAT(gathering.take_callbacks(), IsEmpty());
    EXPECT_FALSE(gathering.hang_up()) << "it is over";
}

TEST(TwimlPlayer, TurnsToTheFallbackUrlOnceWhenADocumentFails) {
    auto player = new_player({.fallback_url = "https://backup.example/v"});
    player.start(home, "POST");
    player.failed(11205, "connection refused");
    EXPECT_EQ(waits<Fetch>(player).url, "https://backup.example/v");
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("ErrorCode", "11205")));
    EXPECT_THAT(waits<Fetch>(player).params, Contains(Pair("ErrorUrl", home)));
    player.arrived({500, "text/plain", "oops"});
    EXPECT_THAT(lines(player), Contains(HasSubstr("application error")));
    EXPECT_EQ(status(player), "completed");
}

TEST(TwimlPlayer, AbandonsWhatGoesOnWhenRedirectedFromOutside) {
    auto player = playing("<Dial>+14155550100</Dial>");
    player.start("https://hook.example/elsewhere", "POST");
    EXPECT_EQ(waits<Fetch>(player).url, "https://hook.example/elsewhere");
}

TEST(TwimlPlayer, WantsAbsoluteActionsInADocumentThatCameByRest) {
    auto player = new_player();
    player.start_with("<Response><Gather action='/next'/></Response>");
    player.press("1#");
    EXPECT_THAT(lines(player), Contains(HasSubstr("Twilio error 11100")));

    auto absolute = new_player();
    absolute.start_with("<Response><Gather action='https://hook.example/next'/></Response>");
    absolute.press("1#");
    EXPECT_EQ(waits<Fetch>(absolute).url, "https://hook.example/next");
}

struct Refusal {
    const char* name;
    Reply reply;
    int code;
};

class RefusedReply : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedReply, EndsTheCallWithTwiliosErrorCode) {
    auto player = new_player();
    player.start(home, "POST");
    player.arrived(GetParam().reply);
    auto events = player.take_events();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events[0].kind, CallEvent::Kind::error);
    EXPECT_EQ(events[0].code, GetParam().code) << events[0].text;
    EXPECT_EQ(status(player), "completed");
}

INSTANTIATE_TEST_SUITE_P(
    Replies, RefusedReply,
    testing::Values(
        Refusal{"Status", {404, "text/xml", "<Response/>"}, 11200},
        Refusal{"Redirected", {302, "text/xml", "<Response/>"}, 11200},
        Refusal{"NotXml", {200, "text/xml", "<Response><Say>a & b</Response>"}, 12100},
        Refusal{"BareAmpersand", {200, "text/xml", "<Response><Say>a & b</Say></Response>"}, 12100},
        Refusal{"Empty", {200, "text/xml", ""}, 12100}, Refusal{"Root", {200, "text/xml", "<response/>"}, 12102},
        Refusal{"NoContentType", {200, "", "<Response/>"}, 12300},
        Refusal{"Json", {200, "application/json", "{}"}, 12300},
        Refusal{"TooLong", {200, "text/xml", "<Response><Say>" + std::string(70000, 'x') + "</Say></Response>"}, 11750},
        Refusal{"EmptyRedirect", {200, "text/xml", "<Response><Redirect/></Response>"}, 11100}),
    [](const auto& test) { return test.param.name; });

TEST(TwimlPlayer, ReadsEntitiesAndLiteralText) {
    auto player = playing("<!-- a & b --><Say>a &amp; b &#38; c</Say><Say><![CDATA[d & e]]></Say>");
    EXPECT_THAT(lines(player), ElementsAre("hears \"a & b & c\"", "hears \"d & e\"", "is hung up"));
}

TEST(TwimlPlayer, SpeaksAReplyOfPlainText) {
    auto player = new_player();
    player.start(home, "POST");
    player.arrived({200, "text/plain", "We are closed."});
    EXPECT_THAT(lines(player), Contains("hears \"We are closed.\""));
}

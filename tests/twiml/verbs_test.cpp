#include "twiml/verbs.hpp"

#include <gtest/gtest.h>

using namespace switchhook::twiml;
using switchhook::core::Ask;
using switchhook::core::Json;

namespace {

const Urls urls{"/twilio/continue/7", [](std::size_t target) { return "/twilio/whisper/7/" + std::to_string(target); }};

// What one ask puts between <Response> and </Response>.
std::string twiml(const std::string& kind, Json options = Json::object()) {
    Document document;
    if (auto added = append(document, Ask{kind, std::move(options), "flow.lua:1"}, urls); !added)
        return "refused: " + added.error().text;
    const auto text = document.render();
    EXPECT_EQ(text.size(), document.size());
    const std::string open = R"(<?xml version="1.0" encoding="UTF-8"?><Response>)";
    const std::string close = "</Response>";
    EXPECT_TRUE(text.starts_with(open) && text.ends_with(close)) << text;
    if (!text.starts_with(open)) return text;
    return text.substr(open.size(), text.size() - open.size() - close.size());
}

std::string problem(const std::string& kind, Json options = Json::object()) {
    Document document;
    EXPECT_TRUE(append(document, Ask{"pause", Json::object(), ""}, urls));
    const auto before = document.render();
    auto added = append(document, Ask{kind, std::move(options), "flow.lua:1"}, urls);
    EXPECT_EQ(document.render(), before) << "a refused ask leaves the document as it was";
    return added ? "(none)" : added.error().text;
}

Json dial_to(Json target) {
    return {{"to", Json::array({std::move(target)})}};
}

}  // namespace

TEST(Verbs, Say) {
    EXPECT_EQ(twiml("say", {{"text", "Hello"}}), "<Say>Hello</Say>");
    EXPECT_EQ(twiml("say", {{"text", "Ciao"}, {"voice", "Polly.Mía-Generative"}, {"language", "it-IT"}, {"loop", 2}}),
              R"(<Say language="it-IT" loop="2" voice="Polly.Mía-Generative">Ciao</Say>)");
    EXPECT_EQ(twiml("say", {{"text", 7}}), "<Say>7</Say>");
}

TEST(Verbs, SayOfAnEmptyTextAddsNothing) {
    Document document;
    EXPECT_TRUE(append(document, Ask{"say", {{"text", ""}}, ""}, urls));
    EXPECT_TRUE(document.empty());
}

TEST(Verbs, SayNeedsOneOfTextAndSsml) {
    EXPECT_EQ(problem("say"), "say: give either `text` or `ssml`");
    EXPECT_EQ(problem("say", {{"text", "a"}, {"ssml", "b"}}), "say: give either `text` or `ssml`");
    EXPECT_EQ(problem("say", {{"text", Json::array({"a"})}}), "say: what is to be said must be a text");
}

TEST(Verbs, SayWithSsml) {
    EXPECT_EQ(
        twiml("say", {{"ssml", R"(One <break time="500ms"/> <emphasis level="strong">two</emphasis> &amp; three)"}}),
        R"(<Say>One <break time="500ms"/> <emphasis level="strong">two</emphasis> &amp; three</Say>)");
    EXPECT_EQ(
        twiml("say", {{"ssml", R"(<say-as interpret-as="telephone">+15550100</say-as>)"}, {"voice", "Polly.Amy"}}),
        R"(<Say voice="Polly.Amy"><say-as interpret-as="telephone">+15550100</say-as></Say>)");
}

TEST(Verbs, SayWithBadSsmlSaysWhatIsWrong) {
    EXPECT_EQ(problem("say", {{"ssml", "<empasis>x</empasis>"}}),
              "say: there is no <empasis> in TwiML; did you mean <emphasis>?");
}

TEST(Verbs, Play) {
    EXPECT_EQ(twiml("play", {{"url", "https://example.com/a.mp3?x=1&y=2"}, {"loop", 0}}),
              R"(<Play loop="0">https://example.com/a.mp3?x=1&amp;y=2</Play>)");
    EXPECT_EQ(twiml("play", {{"digits", "ww12#"}}), R"(<Play digits="ww12#"/>)");
    EXPECT_EQ(problem("play"), "play: give either `url` or `digits`");
    EXPECT_EQ(problem("play", {{"url", "x"}, {"digits", "1"}}), "play: give either `url` or `digits`");
    EXPECT_EQ(problem("play", {{"url", "a b.mp3"}}), "play: `url` must be a URL without blanks, not \"a b.mp3\"");
    EXPECT_EQ(problem("play", {{"digits", "12x"}}),
              "play: `digits` may hold only the keys 0123456789ABCDabcd#*wW, not \"12x\"");
}

TEST(Verbs, Pause) {
    EXPECT_EQ(twiml("pause"), "<Pause/>");
    EXPECT_EQ(twiml("pause", {{"length", 3.0}}), R"(<Pause length="3"/>)");
    EXPECT_EQ(problem("pause", {{"length", 1.5}}), "pause: `length` must be a whole number of at least 0, not \"1.5\"");
}

TEST(Verbs, GatherOfDigits) {
    EXPECT_EQ(twiml("gather", {{"prompts", Json::parse(R"([{"say":{"text":"Press 1"}},{"pause":{"length":1}},
                                                           {"play":{"url":"https://example.com/a.wav"}}])")},
                               {"digits", 1},
                               {"finish_on_key", ""},
                               {"timeout", 5}}),
              R"(<Gather finishOnKey="" timeout="5" input="dtmf" numDigits="1" action="/twilio/continue/7")"
              R"( actionOnEmptyResult="true"><Say>Press 1</Say><Pause length="1"/>)"
              R"(<Play>https://example.com/a.wav</Play></Gather>)");
}

TEST(Verbs, GatherOfSpeech) {
    EXPECT_EQ(twiml("gather", {{"speech", true},
                               {"speech_timeout", "auto"},
                               {"speech_model", "phone_call"},
                               {"hints", {"Tuesday", "cleaning, please"}}}),
              "refused: gather: `hints` must have no comma inside a phrase: write two phrases");
    EXPECT_EQ(twiml("gather", {{"speech", true},
                               {"speech_timeout", "auto"},
                               {"speech_model", "phone_call"},
                               {"profanity_filter", false},
                               {"barge_in", true},
                               {"partial_result_callback", "https://example.com/p"},
                               {"partial_result_callback_method", "GET"},
                               {"hints", {"Tuesday", "a cleaning"}}}),
              R"(<Gather bargeIn="true" hints="Tuesday,a cleaning" partialResultCallback="https://example.com/p")"
              R"( partialResultCallbackMethod="GET" profanityFilter="false" speechModel="phone_call")"
              R"( speechTimeout="auto" input="dtmf speech" action="/twilio/continue/7" actionOnEmptyResult="true"/>)");
    const auto* without_hints =
        R"(<Gather input="dtmf speech" action="/twilio/continue/7" actionOnEmptyResult="true"/>)";
    EXPECT_EQ(twiml("gather", {{"speech", true}, {"hints", Json::object()}}), without_hints) << "an empty table";
    EXPECT_EQ(twiml("gather", {{"speech", true}, {"hints", Json::array()}}), without_hints);
    EXPECT_EQ(twiml("gather", {{"speech", true}, {"dtmf", false}}),
              R"(<Gather input="speech" action="/twilio/continue/7" actionOnEmptyResult="true"/>)");
    EXPECT_EQ(problem("gather", {{"dtmf", false}}), "gather: with `dtmf = false`, set `speech = true`");
}

TEST(Verbs, GatherNamesOptionsAsTheAuthorWroteThem) {
    EXPECT_EQ(problem("gather", {{"digit", 1}}), "gather: there is no option `digit` here; did you mean `digits`?");
    EXPECT_EQ(problem("gather", {{"finishOnKey", "#"}}),
              "gather: there is no option `finishOnKey` here; did you mean `finish_on_key`?");
    EXPECT_EQ(problem("gather", {{"action", "/x"}}), "gather: there is no option `action` here");
    EXPECT_EQ(problem("gather", {{"digits", 0}}), "gather: `digits` must be a whole number of at least 1, not \"0\"");
    EXPECT_EQ(problem("gather", {{"timeout", Json::object()}}),
              "gather: `timeout` must be a text, a number, or true or false");
    EXPECT_EQ(problem("gather", {{"prompts", Json::parse(R"([{"say":{"text":"a"}},{"say":{"txt":"b"}}])")}}),
              "gather: prompt 2: say: there is no option `txt` here; did you mean `text`?");
    EXPECT_EQ(problem("gather", {{"prompts", Json::parse(R"([{"dial":{}}])")}}),
              "gather: prompt 1 must be one of {say = {…}}, {play = {…}}, {pause = {…}}");
    EXPECT_EQ(problem("gather", {{"prompts", Json::parse(R"([{"play":{"digits":"1"}}])")}}),
              "gather: prompt 1: play: there is no option `digits` here");
}

TEST(Verbs, RecordGoesOnToItsContinuationWhenNothingWasSaid) {
    EXPECT_EQ(
        twiml("record", {{"max_length", 60},
                         {"play_beep", false},
                         {"finish_on_key", "*#"},
                         {"timeout", 0},
                         {"trim", "do-not-trim"},
                         {"transcribe", true},
                         {"transcribe_callback", "/t"},
                         {"recording_status_callback", "https://example.com/r"},
                         {"recording_status_callback_method", "POST"},
                         {"recording_status_callback_event", {"completed", "absent"}}}),
        R"(<Record finishOnKey="*#" maxLength="60" playBeep="false" recordingStatusCallback="https://example.com/r")"
        R"( recordingStatusCallbackEvent="completed absent" recordingStatusCallbackMethod="POST" timeout="0")"
        R"( transcribe="true" transcribeCallback="/t" trim="do-not-trim" action="/twilio/continue/7"/>)"
        R"(<Redirect>/twilio/continue/7</Redirect>)");
}

TEST(Verbs, DialOfANumber) {
    EXPECT_EQ(
        twiml("dial", {{"to", Json::parse(R"([{"number":"+15550100"}])")},
                       {"caller_id", "+15550199"},
                       {"timeout", 20},
                       {"time_limit", 600},
                       {"answer_on_bridge", true},
                       {"hangup_on_star", true},
                       {"record", "record-from-answer-dual"},
                       {"recording_track", "both"},
                       {"ring_tone", "us"},
                       {"call_reason", "A reminder"},
                       {"refer_url", "/refer"},
                       {"refer_method", "POST"}}),
        R"(<Dial answerOnBridge="true" callReason="A reminder" callerId="+15550199" hangupOnStar="true")"
        R"( record="record-from-answer-dual" recordingTrack="both" referMethod="POST" referUrl="/refer")"
        R"( ringTone="us" timeLimit="600" timeout="20" action="/twilio/continue/7"><Number>+15550100</Number></Dial>)");
}

TEST(Verbs, DialOfSeveralOneAfterAnother) {
    EXPECT_EQ(
        twiml("dial", {{"to", Json::parse(R"([{"number":"+15550100"},{"client":"joey"}])")}, {"sequential", true}}),
        R"(<Dial sequential="true" action="/twilio/continue/7"><Number>+15550100</Number><Client>joey</Client></Dial>)");
}

TEST(Verbs, DialOfANumberWithWhisperAndMachineDetection) {
    EXPECT_EQ(twiml("dial", {{"to", Json::parse(R"([{"client":"joey"},
                    {"number":"+15550100", "whisper":[{"say":{"text":"A call from the site"}}],
                     "send_digits":"wwww1928", "machine_detection":"Enable", "machine_detection_timeout":10,
                     "amd_status_callback":"/amd", "status_callback":"/s",
                     "status_callback_event":["initiated","answered"]}])")}}),
              R"(<Dial action="/twilio/continue/7"><Client>joey</Client><Number amdStatusCallback="/amd")"
              R"( machineDetection="Enable" machineDetectionTimeout="10" sendDigits="wwww1928" statusCallback="/s")"
              R"( statusCallbackEvent="initiated answered" url="/twilio/whisper/7/1">+15550100</Number></Dial>)");
}

TEST(Verbs, DialOfAClientWithParameters) {
    EXPECT_EQ(twiml("dial", dial_to({{"client", "joey"}, {"parameters", {{"order", 12}, {"name", "R&D"}}}})),
              R"(<Dial action="/twilio/continue/7"><Client><Identity>joey</Identity>)"
              R"(<Parameter name="name" value="R&amp;D"/><Parameter name="order" value="12"/></Client></Dial>)");
}

TEST(Verbs, DialOfSip) {
    EXPECT_EQ(
        twiml("dial", dial_to({{"sip", "sip:kate@example.com?x-a=1&x-b=2"}, {"username", "u"}, {"password", "p"}})),
        R"(<Dial action="/twilio/continue/7"><Sip password="p" username="u">)"
        R"(sip:kate@example.com?x-a=1&amp;x-b=2</Sip></Dial>)");
}

TEST(Verbs, DialOfAQueue) {
    EXPECT_EQ(twiml("dial", dial_to({{"queue", "support"}, {"whisper", {{{"say", {{"text", "hi"}}}}}}})),
              R"(<Dial action="/twilio/continue/7"><Queue url="/twilio/whisper/7/0">support</Queue></Dial>)");
}

TEST(Verbs, DialOfAConference) {
    EXPECT_EQ(twiml("dial", dial_to({{"conference", "Room 1"},
                                     {"muted", true},
                                     {"beep", "onEnter"},
                                     {"wait_url", ""},
                                     {"start_conference_on_enter", false},
                                     {"end_conference_on_exit", true},
                                     {"max_participants", 3},
                                     {"record", "record-from-start"},
                                     {"status_callback_event", {"start", "end"}}})),
              R"(<Dial action="/twilio/continue/7"><Conference beep="onEnter" endConferenceOnExit="true")"
              R"( maxParticipants="3" muted="true" record="record-from-start" startConferenceOnEnter="false")"
              R"( statusCallbackEvent="start end" waitUrl="">Room 1</Conference></Dial>)");
}

TEST(Verbs, DialOfAnApplication) {
    EXPECT_EQ(twiml("dial", dial_to({{"application", "AP1"}, {"parameters", {{"k", "v"}}}})),
              R"(<Dial action="/twilio/continue/7"><Application><ApplicationSid>AP1</ApplicationSid>)"
              R"(<Parameter name="k" value="v"/></Application></Dial>)");
    EXPECT_EQ(twiml("dial", dial_to({{"application", "AP1"}})),
              R"(<Dial action="/twilio/continue/7"><Application>AP1</Application></Dial>)");
}

TEST(Verbs, DialSaysWhichTargetIsWrong) {
    EXPECT_EQ(problem("dial"), "dial: `to` must say whom to call");
    EXPECT_EQ(problem("dial", dial_to({{"nummber", "+1"}})),
              "dial: to[1]: name one of `number`, `client`, `sip`, `queue`, `conference`, `application`");
    EXPECT_EQ(problem("dial", dial_to({{"number", "+15550100"}, {"client", "x"}})),
              "dial: to[1]: give either `number` or `client`");
    EXPECT_EQ(problem("dial", dial_to({{"number", ""}})), "dial: to[1]: `number` must be a text that is not empty");
    EXPECT_EQ(problem("dial", {{"to", Json::parse(R"([{"number":"+15550100"},{"conference":"x"}])")}}),
              "dial: to[2]: <Conference> and <Number> cannot stand in the same <Dial>");
    EXPECT_EQ(problem("dial", dial_to({{"conference", "x"}, {"whisper", {{{"pause", Json::object()}}}}})),
              "dial: to[1]: a conference hears no `whisper`");
    EXPECT_EQ(
        problem("dial", dial_to({{"number", "+15550100"}, {"url", "/w"}, {"whisper", {{{"pause", Json::object()}}}}})),
        "dial: to[1]: give either `whisper` or `url`");
    EXPECT_EQ(problem("dial", dial_to({{"number", "+15550100"}, {"whisper", {{{"say", Json::object()}}}}})),
              "dial: to[1]: whisper: prompt 1: say: give either `text` or `ssml`");
    EXPECT_EQ(problem("dial", dial_to({{"number", "+15550100"}, {"send_digit", "1"}})),
              "dial: to[1]: there is no option `send_digit` here; did you mean `send_digits`?");
}

TEST(Verbs, Enqueue) {
    EXPECT_EQ(twiml("enqueue", {{"queue", "support"}, {"wait_url", ""}, {"max_queue_size", 5}}),
              R"(<Enqueue maxQueueSize="5" waitUrl="" action="/twilio/continue/7">support</Enqueue>)");
    EXPECT_EQ(
        twiml("enqueue", {{"workflow_sid", "WW1"}, {"task", {{"lang", "de"}}}, {"priority", 5}, {"task_timeout", 60}}),
        R"(<Enqueue workflowSid="WW1" action="/twilio/continue/7"><Task priority="5" timeout="60">{"lang":"de"}</Task></Enqueue>)");
    EXPECT_EQ(problem("enqueue"), "enqueue: give either `queue` or `workflow_sid`");
    EXPECT_EQ(problem("enqueue", {{"queue", "a"}, {"priority", 1}}), "enqueue: `priority` goes with a `task`");
    EXPECT_EQ(problem("enqueue", {{"queue", std::string(65, 'q')}}),
              "enqueue: <Enqueue> holds at most 64 characters, not 65");
}

TEST(Verbs, RedirectRejectReferHangupLeave) {
    EXPECT_EQ(twiml("redirect", {{"url", "https://example.com/v?a=1&b=2"}, {"method", "GET"}}),
              R"(<Redirect method="GET">https://example.com/v?a=1&amp;b=2</Redirect>)");
    EXPECT_EQ(problem("redirect"), "redirect: `url` must be a text that is not empty");
    EXPECT_EQ(twiml("reject"), "<Reject/>");
    EXPECT_EQ(twiml("reject", {{"reason", "busy"}}), R"(<Reject reason="busy"/>)");
    EXPECT_EQ(
        problem("reject", {{"reason", "rude"}}),
        "reject: <Reject> must be the first verb: after <Pause> the call is already answered; use <Hangup> to end it");
    EXPECT_EQ(twiml("refer", {{"sip", "sip:a@example.com"}}),
              R"(<Refer action="/twilio/continue/7"><Sip>sip:a@example.com</Sip></Refer>)");
    EXPECT_EQ(twiml("hangup"), "<Hangup/>");
    EXPECT_EQ(twiml("leave"), "<Leave/>");
}

TEST(Verbs, Reply) {
    EXPECT_EQ(twiml("reply", {{"body", "Hi & bye"}}), "<Message><Body>Hi &amp; bye</Body></Message>");
    EXPECT_EQ(twiml("reply", {{"body", "Look"}, {"media", {"https://example.com/a.png", "https://example.com/b.png"}}}),
              "<Message><Body>Look</Body><Media>https://example.com/a.png</Media>"
              "<Media>https://example.com/b.png</Media></Message>");
    EXPECT_EQ(twiml("reply", {{"media", {"https://example.com/a.png"}}}),
              "<Message><Media>https://example.com/a.png</Media></Message>");
    EXPECT_EQ(problem("reply"), "reply: `body` must be a text that is not empty");
    EXPECT_EQ(problem("reply", {{"body", std::string(1601, 'x')}}),
              "reply: <Body> holds at most 1600 characters, not 1601");
    EXPECT_EQ(problem("reply", {{"body", "x"}, {"media", Json(std::vector<std::string>(11, "https://example.com/a"))}}),
              "reply: <Message> holds at most 10 <Media>");
}

TEST(Verbs, RefuseWhatTwilioWouldNotTake) {
    EXPECT_EQ(problem("say", {{"text", std::string(70'000, 'x')}}),
              "say: the document would be longer than the 65536 bytes that Twilio takes; say less at once, or play a "
              "recording");
    EXPECT_EQ(problem("sms", {{"body", "x"}}), "TwiML has no verb for `sms`");
    EXPECT_FALSE(is_verb("http"));
    EXPECT_TRUE(is_verb("gather"));
}

TEST(Verbs, PromptsAloneMakeAWhisper) {
    Document document;
    ASSERT_TRUE(append_prompts(document, Json::parse(R"([{"say":{"text":"A call"}},{"pause":{}}])")));
    EXPECT_EQ(document.render(),
              R"(<?xml version="1.0" encoding="UTF-8"?><Response><Say>A call</Say><Pause/></Response>)");
    EXPECT_EQ(append_prompts(document, Json::object()).error().text, "`prompts` must be a list");
}

TEST(AppendStream, ConnectsTheCallersAudioAndComesBackToTheAction) {
    Document document;
    ASSERT_TRUE(append_stream(document, {"wss://voice.example.com/twilio/stream/CA1", {{"token", "a\"b"}}}, urls));
    EXPECT_EQ(document.render(),
              R"(<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="/twilio/continue/7">)"
              R"(<Stream url="wss://voice.example.com/twilio/stream/CA1"><Parameter name="token" value="a&quot;b"/>)"
              R"(</Stream></Connect></Response>)");
}

TEST(AppendStream, LeavesTheDocumentAsItWasWhereItCannotBe) {
    Document document;
    EXPECT_FALSE(append_stream(document, {"https://voice.example.com/s", {}}, urls));
    EXPECT_TRUE(document.empty());
}

// Every word of scripts/test.lua: once as it passes, once with the exact message with which it fails.
#include "script/test_a_flow.hpp"

#include <gtest/gtest.h>

namespace switchhook::script {
namespace {

std::string at_line(int line, const std::string& message) {
    return "lexi/flow_test.lua:" + std::to_string(line) + ": " + message;
}

class FlowTestWords : public FlowTests {};

// ── The caller ──────────────────────────────────────────────────────────────────────────────────────────────────────

const char* const greeting = R"(call:say("Welcome to  Lexi's.")
call:play("https://cdn.example/jingle.mp3")
call:gather { prompts = { "To book,", { pause = 2 }, "press 1." }, digits = 1 })";

TEST_F(FlowTestWords, HearsPartOfWhatIsSaidInAnyCase) {
    EXPECT_EQ(call_failure(greeting, R"(caller:hears("welcome to lexi's")
caller:hears("jingle.mp3")
caller:hears("to book, press 1"))"),
              "");
    EXPECT_EQ(call_failure(greeting, "caller:hears(\"press 2\")"),
              at_line(3,
                      "expected the caller to hear \"press 2\", but heard: \"Welcome to Lexi's. "
                      "https://cdn.example/jingle.mp3 To book, press 1.\""));
}

TEST_F(FlowTestWords, HearsTheTextOfSpeechMarkup) {
    EXPECT_EQ(call_failure(R"(call:say { ssml = 'Hello <break time="1s"/>you &amp; me' })",
                           "caller:hears_exactly(\"Hello you & me\")"),
              "");
}

TEST_F(FlowTestWords, HearsOnlyWhatWasSaidSinceTheCallerLastActed) {
    EXPECT_EQ(call_failure(R"(call:gather { say = "First.", digits = 1 }
call:gather { say = "Second.", digits = 1 })",
                           "caller:hears(\"first\")\ncaller:presses(\"1\")\ncaller:hears(\"first\")"),
              at_line(5, "expected the caller to hear \"first\", but heard: \"Second.\""));
}

TEST_F(FlowTestWords, SaysWhereTheCallStandsIfNothingWasHeard) {
    EXPECT_EQ(
        call_failure("call:dial(\"+15550100\")", "caller:hears(\"Hello\")"),
        at_line(3,
                "expected the caller to hear \"Hello\", but heard nothing: the caller is put through to +15550100 "
                "(lexi/flow.lua:2)"));
    EXPECT_EQ(call_failure("", "caller:hears(\"Hello\")"),
              at_line(3, "expected the caller to hear \"Hello\", but heard nothing: the flow hung up"));
}

TEST_F(FlowTestWords, HearsExactly) {
    EXPECT_EQ(call_failure(greeting, "caller:hears_exactly(\"press 1.\")"), "");
    EXPECT_EQ(call_failure("call:say(\"Good day.\")", "caller:hears_exactly(\"Good\")"),
              at_line(3, "expected the caller to hear exactly \"Good\", but heard: \"Good day.\""));
}

TEST_F(FlowTestWords, HearsWhatMatchesAPattern) {
    EXPECT_EQ(call_failure("call:say(\"We have 12 slots.\")", "caller:hears_match(\"%d+ slots\")"), "");
    EXPECT_EQ(call_failure("call:say(\"We have no slots.\")", "caller:hears_match(\"%d+ slots\")"),
              at_line(3, "expected the caller to hear what matches \"%d+ slots\", but heard: \"We have no slots.\""));
}

TEST_F(FlowTestWords, DoesNotHear) {
    EXPECT_EQ(call_failure(greeting, "caller:does_not_hear(\"goodbye\")"), "");
    EXPECT_EQ(call_failure("call:say(\"Good day.\")", "caller:does_not_hear(\"good\")"),
              at_line(3, "expected the caller not to hear \"good\", but heard: \"Good day.\""));
}

const char* const question = R"(local answer = call:gather { say = "How many?", speech = true, dtmf = false }
call:say(answer.speech .. " " .. answer.confidence))";

TEST_F(FlowTestWords, SaysWhatTheFlowListensFor) {
    EXPECT_EQ(call_failure(question, "caller:says(\"two\")\ncaller:hears(\"two 0.9\")"), "");
    EXPECT_EQ(call_failure(question, "caller:says(\"two\", { confidence = 0.25 })\ncaller:hears(\"two 0.25\")"), "");
    EXPECT_EQ(
        call_failure(greeting, "caller:says(\"two\")"),
        at_line(3,
                "the caller says \"two\", but the flow listens for keys only (lexi/flow.lua:4): add speech = true "
                "to its gather"));
    EXPECT_EQ(call_failure("call:record()", "caller:says(\"two\")"),
              at_line(3, "the caller says \"two\", but the flow records the caller (lexi/flow.lua:2)"));
}

const char* const code = R"(local answer, reason = call:gather { say = "Your code?", digits = 4, timeout = 7 }
call:say(answer and answer.digits or reason, { language = "en-US" })
call:say(os and tostring(os.time()) or ""))";

TEST_F(FlowTestWords, PressesKeys) {
    EXPECT_EQ(call_failure(code, "caller:presses(\"1234\")\ncaller:hears_exactly(\"1234\")"), "");
    EXPECT_EQ(call_failure(code, "caller:presses(\"12#\")\ncaller:hears_exactly(\"12\")"), "");
    EXPECT_EQ(call_failure(code, "caller:presses(\"#\")\ncaller:hears_exactly(\"timeout\")"), "");
    EXPECT_EQ(call_failure(code, "caller:presses(\"12345\")"),
              at_line(3,
                      "the caller presses 12345, but the flow takes 1234 (lexi/flow.lua:2): press 5 after what the "
                      "caller hears next"));
    EXPECT_EQ(call_failure(code, "caller:presses(\"1a\")"),
              at_line(3, "there is no key for \"1a\": caller:presses takes 0 to 9, * and #"));
    EXPECT_EQ(call_failure(question, "caller:presses(\"1\")"),
              at_line(3, "the caller presses 1, but the flow listens for speech only (lexi/flow.lua:2)"));
    EXPECT_EQ(call_failure("", "caller:presses(\"1\")"), at_line(3, "the caller presses 1, but the flow hung up"));
}

TEST_F(FlowTestWords, WaitsOutTheTimeoutAfterTooFewKeys) {
    EXPECT_EQ(call_failure(code,
                           "local before = clock:now()\ncaller:presses(\"12\")\ncaller:hears_exactly(\"12\")\n"
                           "assert(clock:now() - before == 7)"),
              "");
}

TEST_F(FlowTestWords, TakesAnyNumberOfKeysUpToTheOneThatEndsThem) {
    EXPECT_EQ(call_failure("call:say(call:gather { finish_on_key = \"*\" }.digits)",
                           "caller:presses(\"12#34*\")\ncaller:hears_exactly(\"12#34\")"),
              "");
}

TEST_F(FlowTestWords, SaysNothing) {
    EXPECT_EQ(call_failure(code,
                           "local before = clock:now()\ncaller:says_nothing()\ncaller:hears(\"timeout\")\n"
                           "assert(clock:now() - before == 7)"),
              "");
    EXPECT_EQ(call_failure("local _, reason = call:record()\ncall:say(reason)",
                           "caller:says_nothing()\ncaller:hears(\"silence\")"),
              "");
    EXPECT_EQ(call_failure("call:dial(\"+15550100\")", "caller:says_nothing()"),
              at_line(3, "the caller says nothing, but the caller is put through to +15550100 (lexi/flow.lua:2)"));
}

TEST_F(FlowTestWords, LeavesARecording) {
    const char* voicemail = R"(local tape = call:record()
call:say(tape.seconds .. " s " .. tape.url .. " " .. (tape.digits or "")))";
    EXPECT_EQ(call_failure(voicemail,
                           "caller:leaves_a_recording { seconds = 12, digits = \"#\", url = \"https://r.example/1\" }\n"
                           "caller:hears(\"12 s https://r.example/1 #\")"),
              "");
    EXPECT_EQ(call_failure(code, "caller:leaves_a_recording()"),
              at_line(3, "the caller leaves a recording, but the flow waits for 4 digits (lexi/flow.lua:2)"));
}

TEST_F(FlowTestWords, HangsUp) {
    const char* flow = R"(return {
  on_call = function(call) call:gather { digits = 1 } call:say("Still there?") end,
  on_call_ended = function(call) kv.set("ended", call:summary().status) end,
})";
    EXPECT_EQ(failure(flow, "caller:hangs_up()\nstore:has(\"ended\", \"completed\")\ncaller:does_not_hear(\"Still\")"),
              "");
    EXPECT_EQ(call_failure("", "caller:hangs_up()"), at_line(3, "the caller hangs up, but the flow hung up"));
}

TEST_F(FlowTestWords, IsHungUp) {
    EXPECT_EQ(call_failure("call:say(\"Goodbye.\")", "caller:is_hung_up()\ncaller:hears(\"Goodbye\")"), "");
    EXPECT_EQ(call_failure("call:hangup()", "caller:is_hung_up()"), "");
    EXPECT_EQ(call_failure(code, "caller:is_hung_up()"),
              at_line(3, "expected the flow to hang up, but the flow waits for 4 digits (lexi/flow.lua:2)"));
    EXPECT_EQ(call_failure("call:gather()", "caller:hangs_up()\ncaller:is_hung_up()"),
              at_line(4, "expected the flow to hang up, but the caller hung up"));
}

TEST_F(FlowTestWords, IsRejected) {
    EXPECT_EQ(call_failure("call:reject()", "caller:is_rejected()\ncaller:is_rejected(\"rejected\")"), "");
    EXPECT_EQ(call_failure("call:reject(\"busy\")", "caller:is_rejected(\"busy\")"), "");
    EXPECT_EQ(call_failure("call:reject(\"busy\")", "caller:is_rejected(\"rejected\")"),
              at_line(3, "expected the call to be rejected (rejected), but the call was rejected (busy)"));
    EXPECT_EQ(call_failure("", "caller:is_rejected()"),
              at_line(3, "expected the call to be rejected, but the flow hung up"));
    EXPECT_EQ(call_failure("", "caller:is_rejected(\"no\")"),
              at_line(3, "wants \"rejected\" or \"busy\", but was given \"no\""));
}

TEST_F(FlowTestWords, IsRedirected) {
    EXPECT_EQ(
        call_failure("call:redirect(\"https://pbx.example/a\")", "caller:is_redirected_to(\"https://pbx.example/a\")"),
        "");
    EXPECT_EQ(
        call_failure("call:redirect(\"https://pbx.example/a\")", "caller:is_redirected_to(\"https://pbx.example/b\")"),
        at_line(3,
                "expected the call to be redirected to https://pbx.example/b, but the call was redirected to "
                "https://pbx.example/a"));
}

TEST_F(FlowTestWords, LeavesTheQueue) {
    EXPECT_EQ(call_failure("call:leave()", "caller:leaves_the_queue()"), "");
    EXPECT_EQ(call_failure("", "caller:leaves_the_queue()"),
              at_line(3, "expected the flow to take the caller out of the queue, but the flow hung up"));
}

TEST_F(FlowTestWords, CallsAgainAndIsRemembered) {
    const char* counting = "call:say(\"Visit \" .. kv.increment(\"visits/\" .. call.from))";
    EXPECT_EQ(call_failure(counting,
                           "caller:hears(\"Visit 1\")\ncaller:calls_again()\ncaller:hears(\"Visit 2\")\n"
                           "caller:calls_again { from = \"+12025550143\" }\ncaller:hears(\"Visit 1\")"),
              "");
    EXPECT_EQ(call_failure(code, "caller:calls_again()"),
              at_line(3,
                      "the caller calls again, but the flow waits for 4 digits (lexi/flow.lua:2): write "
                      "caller:hangs_up() before it"));
}

// ── Those who are called ────────────────────────────────────────────────────────────────────────────────────────────

const char* const transfer = R"(local outcome, reason = call:dial({ "+15550100", { client = "ann" } },
  { timeout = 20, whisper = "A call for the kitchen." })
call:say(reason or outcome.status .. " " .. outcome.seconds))";

TEST_F(FlowTestWords, IsPutThrough) {
    EXPECT_EQ(call_failure(transfer, "caller:is_put_through_to(\"+15550100\")"), "");
    EXPECT_EQ(call_failure(transfer, "caller:is_put_through_to(\"ann\")\ncaller:is_put_through_to(\"client:ann\")"),
              "");
    EXPECT_EQ(call_failure(transfer, "caller:is_put_through_to(\"+15550199\")"),
              at_line(3,
                      "expected the caller to be put through to +15550199, but the caller is put through to +15550100, "
                      "ann (lexi/flow.lua:2)"));
}

TEST_F(FlowTestWords, TalksForAMinuteUnlessToldOtherwise) {
    EXPECT_EQ(call_failure(transfer, "caller:is_put_through_to(\"+15550100\")\ncaller:hears(\"completed 60\")"), "");
    EXPECT_EQ(call_failure(transfer, "caller:hears(\"completed\")"),
              at_line(3,
                      "expected the caller to hear \"completed\", but heard nothing: the caller is put through to "
                      "+15550100, ann (lexi/flow.lua:2)"));
}

TEST_F(FlowTestWords, IsPutThroughToOneAfterTheOther) {
    EXPECT_EQ(call_failure("call:dial(\"+15550100\")\ncall:dial(\"+15550101\")",
                           "caller:is_put_through_to(\"+15550100\")\ncaller:is_put_through_to(\"+15550101\")"),
              "");
}

TEST_F(FlowTestWords, TellsHowDiallingGoes) {
    EXPECT_EQ(call_failure(transfer, "dial:answers { seconds = 90 }\ncaller:hears(\"completed 90\")"), "");
    EXPECT_EQ(call_failure(transfer, "dial:is_busy()\ncaller:hears(\"busy\")"), "");
    EXPECT_EQ(call_failure(transfer,
                           "local before = clock:now()\ncaller:is_put_through_to(\"ann\")\ndial:does_not_answer()\n"
                           "caller:hears(\"no_answer\")\nassert(clock:now() - before == 20)"),
              "");
    EXPECT_EQ(call_failure(transfer, "dial:fails()\ncaller:hears(\"failed\")"), "");
    EXPECT_EQ(call_failure(transfer, "dial:is_canceled()\ncaller:hears(\"canceled\")"), "");
    const std::string waits = ", but the flow waits for 4 digits (lexi/flow.lua:2)";
    EXPECT_EQ(call_failure(code, "dial:answers()"), at_line(3, "the one called answers and talks for 60 s" + waits));
    EXPECT_EQ(call_failure(code, "dial:is_busy()"), at_line(3, "the one called is busy" + waits));
    EXPECT_EQ(call_failure(code, "dial:does_not_answer()"), at_line(3, "the one called does not answer" + waits));
    EXPECT_EQ(call_failure(code, "dial:fails()"), at_line(3, "the one called cannot be reached" + waits));
    EXPECT_EQ(call_failure(code, "dial:is_canceled()"), at_line(3, "the ringing is called off" + waits));
}

TEST_F(FlowTestWords, WhispersToTheOneCalled) {
    EXPECT_EQ(call_failure(transfer, "dial:whispers(\"for the kitchen\")"), "");
    EXPECT_EQ(
        call_failure(transfer, "dial:whispers(\"for the bar\")"),
        at_line(3,
                "expected the one called to hear \"for the bar\", but heard: \"A call for the kitchen. A call for "
                "the kitchen.\""));
}

const char* const waiting_room = R"(local outcome, reason = call:enqueue("support")
call:say(reason or outcome.result))";

TEST_F(FlowTestWords, IsQueued) {
    EXPECT_EQ(call_failure(waiting_room, "caller:is_queued_in(\"support\")\ncaller:hears(\"bridged\")"), "");
    EXPECT_EQ(call_failure(waiting_room, "caller:is_queued_in(\"sales\")"),
              at_line(3,
                      "expected the caller to be queued in \"sales\", but the caller is queued in \"support\" "
                      "(lexi/flow.lua:2)"));
}

TEST_F(FlowTestWords, TellsHowTheQueueGoes) {
    EXPECT_EQ(call_failure(waiting_room,
                           "queue:answers { seconds = 30, result = \"redirected\" }\ncaller:hears(\"redirected\")"),
              "");
    EXPECT_EQ(call_failure(waiting_room, "queue:is_full()\ncaller:hears(\"queue_full\")"), "");
    EXPECT_EQ(call_failure(waiting_room, "queue:fails()\ncaller:hears(\"error\")"), "");
    EXPECT_EQ(call_failure("", "queue:answers()"),
              at_line(3, "somebody takes the call from the queue after 60 s, but the flow hung up"));
    EXPECT_EQ(call_failure("", "queue:is_full()"), at_line(3, "the queue is full, but the flow hung up"));
    EXPECT_EQ(call_failure("", "queue:fails()"), at_line(3, "the queue fails, but the flow hung up"));
}

TEST_F(FlowTestWords, IsReferred) {
    const char* refers =
        "local outcome, reason = call:refer(\"sip:desk@pbx.example\")\ncall:say(reason or outcome.status)";
    EXPECT_EQ(call_failure(refers,
                           "caller:is_referred_to(\"sip:desk@pbx.example\")\nrefer:fails()\ncaller:hears(\"failed\")"),
              "");
    EXPECT_EQ(call_failure(refers, "refer:succeeds()\ncaller:hears(\"completed\")"), "");
    EXPECT_EQ(call_failure(refers, "caller:is_referred_to(\"sip:bar@pbx.example\")"),
              at_line(3,
                      "expected the caller to be referred to sip:bar@pbx.example, but the call is referred to "
                      "sip:desk@pbx.example (lexi/flow.lua:2)"));
    EXPECT_EQ(call_failure("", "refer:fails()"), at_line(3, "the call is not taken over, but the flow hung up"));
    EXPECT_EQ(call_failure("", "refer:succeeds()"), at_line(3, "the call is taken over, but the flow hung up"));
}

// ── The world around ────────────────────────────────────────────────────────────────────────────────────────────────

const char* const lookup = R"(local page, reason = http.get("https://crm.example/callers?n=1", { timeout = 8 })
call:say(reason or page.status .. " " .. page.body .. " " .. (page.json and page.json.name or "")))";

TEST_F(FlowTestWords, NetworkReplies) {
    EXPECT_EQ(call_failure(lookup,
                           "network:replies(\"https://crm.example/*\", { json = { name = \"Ann\" } })\n"
                           "caller:hears_exactly('200 {\"name\":\"Ann\"} Ann')"),
              "");
    EXPECT_EQ(call_failure(lookup,
                           "network:replies(\"https://crm.example/*\", { status = 404, body = \"none\" })\n"
                           "caller:hears(\"404 none\")"),
              "");
    EXPECT_EQ(
        call_failure(lookup, "network:replies(\"POST https://crm.example/*\")\ncaller:hears(\"200\")"),
        at_line(4,
                "the flow sends GET https://crm.example/callers?n=1 (lexi/flow.lua:2) and the test says no reply: "
                "write network:replies(\"https://crm.example/callers?n=1\", { status = 200 }) before it"));
}

TEST_F(FlowTestWords, NetworkRepliesAsTheLatestLineSays) {
    EXPECT_EQ(call_failure(lookup,
                           "network:fails(\"https://crm.example/*\")\nnetwork:replies(\"https://crm.example/*\")\n"
                           "caller:hears(\"200\")"),
              "");
}

TEST_F(FlowTestWords, NetworkFails) {
    EXPECT_EQ(call_failure(lookup, "network:fails(\"https://crm.example/*\")\ncaller:hears(\"unreachable\")"), "");
    EXPECT_EQ(call_failure(lookup, "network:fails(\"https://crm.example/*\", \"refused\")\ncaller:hears(\"refused\")"),
              "");
    EXPECT_EQ(call_failure(lookup, "network:fails(\"https://crm.example/*\", \"refusd\")"),
              at_line(3, "no request fails for \"refusd\": did you mean \"refused\"?"));
}

TEST_F(FlowTestWords, NetworkIsSlow) {
    const std::string replies = "network:replies(\"https://crm.example/*\")\nlocal before = clock:now()\n";
    EXPECT_EQ(call_failure(lookup, replies + "network:is_slow(\"https://crm.example/*\", 3)\ncaller:hears(\"200\")\n"
                                             "assert(clock:now() - before == 3)"),
              "");
    EXPECT_EQ(
        call_failure(lookup, replies + "network:is_slow(\"https://crm.example/*\", 12)\ncaller:hears(\"timeout\")\n"
                                       "assert(clock:now() - before == 8)"),
        "");
}

const char* const report = R"(http.post("https://crm.example/calls", { json = { from = call.from, tags = { "new" } } })
call:dial("+15550100")
http.put("https://crm.example/done", { body = "yes" }))";

TEST_F(FlowTestWords, NetworkWasSent) {
    const std::string start = "network:replies(\"https://crm.example/*\")\ncaller:is_put_through_to(\"+15550100\")\n";
    EXPECT_EQ(call_failure(report, start + R"(network:was_sent("POST", "https://crm.example/calls")
network:was_sent("POST", "https://crm.example/*", { json = { tags = { "new" } } })
network:was_sent("PUT", "https://crm.example/done", { body = "yes" }))"),
              "");
    EXPECT_EQ(
        call_failure(report,
                     start + "network:was_sent(\"POST\", \"https://crm.example/calls\", { json = { from = \"x\" } })"),
        at_line(5, R"(expected the flow to send POST https://crm.example/calls with {"from":"x"}, but it sent )"
                   R"(POST https://crm.example/calls with {"from":"+12025550142","tags":["new"]}, )"
                   R"(PUT https://crm.example/done with "yes")"));
    EXPECT_EQ(
        call_failure("call:say(\"Hi\")", "caller:hears(\"Hi\")\nnetwork:was_sent(\"GET\", \"https://crm.example/\")"),
        at_line(4, "expected the flow to send GET https://crm.example/, but it sent nothing"));
}

TEST_F(FlowTestWords, NetworkWasNotSent) {
    const std::string start = "network:replies(\"https://crm.example/*\")\ncaller:is_put_through_to(\"+15550100\")\n";
    EXPECT_EQ(call_failure(report, start + "network:was_not_sent(\"PUT\", \"https://crm.example/done\")"), "");
    EXPECT_EQ(call_failure(report, start + "network:was_not_sent(\"POST\", \"https://crm.example/calls\")"),
              at_line(5, "expected the flow not to send POST https://crm.example/calls, but it did"));
}

TEST_F(FlowTestWords, SeesWhatIsPromisedAsSent) {
    const char* flow =
        R"(local posted = http.post("https://crm.example/calls", { json = { from = call.from }, later = true })
local texted = sms.send { to = "+15550100", body = "A call.", later = true }
call:say(posted.promised .. ", " .. texted.promised))";
    EXPECT_EQ(call_failure(flow, R"(caller:hears("promise-1, promise-2")
network:was_sent("POST", "https://crm.example/calls", { json = { from = "+12025550142" } })
sms:was_sent("+15550100", "a call")
network:was_not_sent("GET", "https://crm.example/calls"))"),
              "");
}

const char* const confirmation = R"(local sent, reason = sms.send { to = "+15550100", body = "A table for two." }
call:say(reason or sent.status))";

TEST_F(FlowTestWords, SmsWasSent) {
    EXPECT_EQ(
        call_failure(confirmation,
                     "caller:hears(\"queued\")\nsms:was_sent(\"+15550100\")\nsms:was_sent(\"+15550100\", \"for TWO\")"),
        "");
    EXPECT_EQ(
        call_failure(confirmation, "caller:is_hung_up()\nsms:was_sent(\"+15550100\", \"for three\")"),
        at_line(4, "expected the flow to text +15550100 \"for three\", but it sent \"A table for two.\" to +15550100"));
    EXPECT_EQ(call_failure("", "caller:is_hung_up()\nsms:was_sent(\"+15550100\")"),
              at_line(4, "expected the flow to text +15550100, but it sent no text"));
}

TEST_F(FlowTestWords, SmsWasNotSent) {
    EXPECT_EQ(call_failure(confirmation, "caller:is_hung_up()\nsms:was_not_sent(\"+15550101\")"), "");
    EXPECT_EQ(call_failure(confirmation, "caller:is_hung_up()\nsms:was_not_sent()"),
              at_line(4, "expected the flow to send no text, but it sent \"A table for two.\" to +15550100"));
}

TEST_F(FlowTestWords, SmsFails) {
    EXPECT_EQ(call_failure(confirmation, "sms:fails()\ncaller:hears(\"failed\")\nsms:was_not_sent()"), "");
    EXPECT_EQ(call_failure(confirmation, "sms:fails(\"+15550100\", \"opted_out\")\ncaller:hears(\"opted_out\")"), "");
    EXPECT_EQ(call_failure(confirmation, "sms:fails(\"+15550100\", \"optout\")"),
              at_line(3, "no text fails for \"optout\": use one of: failed, not_configured, opted_out"));
}

TEST_F(FlowTestWords, StoreHoldsWhatTheFlowKeeps) {
    const char* keeps = R"(kv.set("visit", { day = "Tuesday", people = 4 })
kv.set("code", "4711", { expires = 600 })
kv.delete("old"))";
    EXPECT_EQ(call_failure(keeps, R"(store:set("old", 1)
caller:is_hung_up()
store:has("visit")
store:has("visit", { day = "Tuesday", people = 4 })
store:has("code", "4711")
store:lacks("old")
clock:advance(600)
store:lacks("code"))"),
              "");
    EXPECT_EQ(
        call_failure(keeps, "caller:is_hung_up()\nstore:has(\"visit\", { day = \"Monday\" })"),
        at_line(4,
                R"(expected the store to hold "visit" = {"day":"Monday"}, but it holds {"day":"Tuesday","people":4})"));
    EXPECT_EQ(call_failure(keeps, "caller:is_hung_up()\nstore:has(\"name\")"),
              at_line(4, "expected the store to hold \"name\", but it holds nothing there"));
    EXPECT_EQ(call_failure(keeps, "caller:is_hung_up()\nstore:lacks(\"code\")"),
              at_line(4, "expected the store to hold nothing at \"code\", but it holds \"4711\""));
}

TEST_F(FlowTestWords, StoreAnswersAsTheEnginesDoes) {
    EXPECT_EQ(call_failure(R"(local first = kv.compare_and_set("table", nil, "Ann")
local second = kv.compare_and_set("table", nil, "Bob")
local third = kv.compare_and_set("table", "Ann", "Bob")
call:say(tostring(first) .. " " .. tostring(second) .. " " .. tostring(third) .. " " .. kv.get("table"))
call:say(kv.increment("n") .. " " .. kv.increment("n", 5)))",
                           "caller:hears(\"true false true Bob 1 6\")"),
              "");
    EXPECT_EQ(call_failure("kv.increment(\"name\")", "store:set(\"name\", \"Ann\")\ncaller:is_hung_up()"),
              at_line(4, "the flow broke at lexi/flow.lua:2: kv: \"name\" holds \"Ann\", which is not a number"));
}

TEST_F(FlowTestWords, ClockStartsWhereTheTestSays) {
    EXPECT_EQ(call_failure("call:say(tostring(call.started))",
                           "at(\"2026-03-02 22:30\", \"America/New_York\")\ncaller:hears(\"1772508600\")"),
              "");
    EXPECT_EQ(
        call_failure("call:say(tostring(call.started))", "at(\"2026-03-02 22:30:15\")\ncaller:hears(\"1772490615\")"),
        "");
    EXPECT_EQ(failure("return { on_call = function(call) call:say(tostring(call.started)) end }",
                      "caller:hears(\"1772508600\")", "{ at = \"2026-03-02 22:30\", zone = \"America/New_York\" }, "),
              "");
    EXPECT_EQ(
        call_failure("", "at(\"half past ten\")"),
        at_line(3, "\"half past ten\" is not a time: write it as at(\"2026-03-02 22:30\", \"America/New_York\")"));
    EXPECT_EQ(call_failure("", "at(\"2026-02-30 22:30\")"),
              at_line(3, "there is no such day or hour: write it as at(\"2026-03-02 22:30\")"));
    EXPECT_EQ(call_failure("", "at(\"2026-03-02 22:30\", \"New York\")"),
              at_line(3, "no time zone is called \"New York\": write its IANA name, such as \"America/New_York\""));
    EXPECT_EQ(call_failure("", "at(\"2026-03-08 02:30\", \"America/New_York\")"),
              at_line(3, "the clocks of America/New_York skip this hour on that day: say another"));
    EXPECT_EQ(call_failure("", "caller:is_hung_up()\nat(\"2020-01-01 00:00\")"),
              at_line(4, "time does not go back: at(…) comes before the call, or says a later time"));
}

TEST_F(FlowTestWords, ClockMovesOn) {
    EXPECT_EQ(
        call_failure(
            "sleep(30)\ncall:pause(2)\ncall:gather { timeout = 5 }",
            "local before = clock:now()\ncaller:says_nothing()\nclock:advance(3)\nassert(clock:now() - before == 40)"),
        "");
    EXPECT_EQ(call_failure("", "clock:advance(-1)"),
              at_line(3, "time does not go back: clock:advance takes seconds from 0 up"));
}

// ── Text messages ───────────────────────────────────────────────────────────────────────────────────────────────────

const char* const texts = R"(return { on_message = function(message)
  if message.body == "MAP" then message:reply { body = "Here:", media = { "https://cdn.example/map.png" } } return end
  if message.body == "HOURS" then return "We are open from 9 to 5." end
end })";

TEST_F(FlowTestWords, ReceivesAReply) {
    EXPECT_EQ(failure(texts, "texter:sends(\"HOURS\")\ntexter:receives(\"we are open\")"), "");
    EXPECT_EQ(failure(texts, "texter:sends(\"HOURS\")\ntexter:receives(\"closed\")"),
              at_line(4, "expected the texter to receive \"closed\", but received: \"We are open from 9 to 5.\""));
    EXPECT_EQ(failure(texts, "texter:sends(\"?\")\ntexter:receives(\"closed\")"),
              at_line(4, "expected the texter to receive \"closed\", but received nothing"));
    EXPECT_EQ(failure(texts, "texter:receives(\"closed\")"),
              at_line(3, "nobody has sent a text yet: write texter:sends(\"…\") before texter:receives"));
}

TEST_F(FlowTestWords, ReceivesExactly) {
    EXPECT_EQ(failure(texts, "texter:sends(\"HOURS\")\ntexter:receives_exactly(\"We are open from 9 to 5.\")"), "");
    EXPECT_EQ(
        failure(texts, "texter:sends(\"HOURS\")\ntexter:receives_exactly(\"We are open\")"),
        at_line(4,
                "expected the texter to receive exactly \"We are open\", but received: \"We are open from 9 to 5.\""));
}

TEST_F(FlowTestWords, ReceivesNothing) {
    EXPECT_EQ(failure(texts, "texter:sends(\"?\")\ntexter:receives_nothing()"), "");
    EXPECT_EQ(failure(texts, "texter:sends(\"HOURS\")\ntexter:receives_nothing()"),
              at_line(4, "expected the texter to receive nothing, but received: \"We are open from 9 to 5.\""));
}

TEST_F(FlowTestWords, ReceivesAPicture) {
    EXPECT_EQ(
        failure(
            texts,
            "texter:sends(\"MAP\")\ntexter:receives(\"Here\")\ntexter:receives_media(\"https://cdn.example/map.png\")"),
        "");
    EXPECT_EQ(failure(texts, "texter:sends(\"HOURS\")\ntexter:receives_media(\"https://cdn.example/map.png\")"),
              at_line(4, "expected the texter to receive the picture https://cdn.example/map.png, but received none"));
}

TEST_F(FlowTestWords, RemembersWhoWroteBefore) {
    const char* counts = "return { on_message = function(message) return \"Text \" .. kv.increment(message.from) end }";
    EXPECT_EQ(
        failure(counts,
                "texter:sends(\"a\")\ntexter:receives(\"Text 1\")\ntexter:sends(\"b\")\ntexter:receives(\"Text 2\")"),
        "");
}

// ── Settings ────────────────────────────────────────────────────────────────────────────────────────────────────────

const char* const dental = R"(return {
  settings = {
    desk = { type = "phone", default = "+15550150" }, seats = { type = "number", default = 4 },
    opening = { type = "hours" }, token = { type = "text", secret = true },
  },
  fallback = { dial = "desk" },
  on_call = function(call)
    local settings = call.settings
    call:say(settings.seats .. " seats, " .. (settings.token or "no token"))
    if settings.opening then
      local opening = require("hours").weekly { zone = "America/New_York", week = settings.opening }
      call:say(opening:is_open() and "open" or "closed")
    end
    call:converse { instructions = "Help." }
  end,
})";

TEST_F(FlowTestWords, SetsSettings) {
    EXPECT_EQ(failure(dental, "caller:hears_exactly('4 seats, no token')"), "");
    EXPECT_EQ(failure(dental, "caller:hears('5 seats, s3cret')", "{ settings = { seats = 5, token = 's3cret' } },"),
              "");
    EXPECT_EQ(failure(dental, "at('2026-03-02 10:00', 'America/New_York') caller:hears('open')",
                      "{ settings = { opening = 'mon 9:00-17:00' } },"),
              "");
}

TEST_F(FlowTestWords, SetsSettingsThatTheFlowTakes) {
    EXPECT_EQ(failure(dental, "caller:hears('x')", "{ settings = { seat = 5 } },"),
              at_line(3, "lexi has no setting \"seat\": did you mean \"seats\"?"));
    EXPECT_EQ(failure(dental, "caller:hears('x')", "{ settings = { desk = '5' } },"),
              at_line(3,
                      "the setting `desk` is no phone number in E.164: \"5\": write + and the country code first, "
                      "then digits only: \"+15550100\""));
    const char* needy =
        "return { settings = { desk = { type = 'phone', required = true } }, on_call = function() end }";
    EXPECT_EQ(failure(needy, "caller:is_hung_up()"),
              at_line(3,
                      "the test has no `desk`, a setting that lexi needs: write test.flow(\"lexi\", { settings = { "
                      "desk = … } })"));
}

TEST_F(FlowTestWords, LaysSettingsOfATestOverThoseOfTheFile) {
    auto results = run(dental,
                       "local it = test.flow('lexi', { settings = { seats = 5, token = 's3cret' } })\n"
                       "it('a', { settings = { seats = 6 } }, function(caller) caller:hears('6 seats, s3cret') end)\n"
                       "it('b', function(caller) caller:hears('5 seats, s3cret') end)\n");
    ASSERT_EQ(results.size(), 2U);
    for (const auto& result : results) EXPECT_EQ(result.failure, "");
}

TEST_F(FlowTestWords, FallsBackToTheNumberOfASetting) {
    auto results = run(dental,
                       "local it = test.flow('lexi', { settings = { desk = '+15550159' } })\n"
                       "it('a', function(caller, assistant)\n"
                       "caller:says('Hi')\nassistant:drops()\ncaller:is_put_through_to('+15550159')\nend)\n");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].failure, "");
}

}  // namespace
}  // namespace switchhook::script

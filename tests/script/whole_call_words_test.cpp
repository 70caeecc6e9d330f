// The words of flow tests that are about the whole call, and about what goes wrong around it: once as they pass, once
// with the exact message with which they fail.
#include "script/flows_folder.hpp"
#include "script/test_a_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace switchhook::script {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

std::string at_line(int line, const std::string& message) {
    return "lexi/flow_test.lua:" + std::to_string(line) + ": " + message;
}

class WholeCallWords : public FlowTests {
protected:
    // The transcript of the only test, which fails.
    static std::string transcript(const std::string& on_call, const std::string& body) {
        auto results =
            run("return { on_call = function(call)\n" + on_call + "\nend }",
                "local it = test.flow(\"lexi\")\nit(\"calls\", function(caller, assistant)\n" + body + "\nend)\n");
        return results.size() == 1 ? results[0].transcript : std::to_string(results.size()) + " results";
    }
};

const char* const two_questions = R"(call:say("Welcome.")
local first = call:gather { say = "First?", digits = 1 }
kv.increment("asked")
call:gather { say = "You pressed " .. (first and first.digits or "nothing") .. ". Second?", digits = 1 }
call:say("Goodbye."))";

// ── What has happened ───────────────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, KnowsWhomTheFlowHasRung) {
    const char* flow = "call:dial(\"+15550100\")\ncall:say(\"Bye\")";
    const std::string busy = "caller:is_put_through_to(\"+15550100\")\ndial:is_busy()\n";
    EXPECT_EQ(call_failure(flow, busy + "call:has_rung(\"+15550100\")"), "");
    EXPECT_EQ(call_failure(flow, busy + "call:has_rung(\"+15550199\")"),
              at_line(5, "expected the flow to have rung +15550199, but it rang +15550100"));
    EXPECT_EQ(call_failure("call:say(\"Bye\")", "call:has_rung(\"+15550199\")"),
              at_line(3, "expected the flow to have rung +15550199, but it rang nobody"));
}

TEST_F(WholeCallWords, KnowsWhoEndedTheCall) {
    EXPECT_EQ(call_failure(two_questions, "caller:hangs_up()\ncall:was_ended_by(\"caller\")"), "");
    EXPECT_EQ(call_failure("call:say(\"Bye\")", "call:was_ended_by(\"flow\")"), "");
    EXPECT_EQ(call_failure("call:reject()", "call:was_ended_by(\"flow\")"), "");
    EXPECT_EQ(call_failure(two_questions, "caller:hangs_up()\ncall:was_ended_by(\"flow\")"),
              at_line(4, "expected the call to be ended by the flow, but the caller hung up"));
    EXPECT_EQ(
        call_failure(two_questions, "call:was_ended_by(\"flow\")"),
        at_line(3, "expected the call to be ended by the flow, but the flow waits for 1 digit (lexi/flow.lua:3)"));
    EXPECT_THAT(call_failure(two_questions, "call:was_ended_by(\"carrier\")"),
                HasSubstr("wants \"caller\" or \"flow\""));
}

TEST_F(WholeCallWords, KnowsWhatTheAssistantHasUsed) {
    const std::string flow = R"(
local host = agent { instructions = "You are a host.", tools = { book = { about = "Books.",
  params = { people = "integer", name = "string?" }, run = function() return { booked = true } end }, agent.hangup } }
return { on_call = function(call) call:converse(host) end })";
    auto used = [&](const std::string& line) {
        return run(flow,
                   "local it = test.flow(\"lexi\")\nit(\"books\", function(caller, assistant)\n"
                   "assistant:uses(\"book\", { people = 4, name = \"Ada\" })\nassistant:finishes()\n" +
                       line + "\nend)")
            .at(0)
            .failure;
    };
    EXPECT_EQ(used("assistant:has_used(\"book\", { people = 4 })"), "");
    EXPECT_EQ(used("assistant:has_used(\"hangup\")"), "");
    EXPECT_EQ(used("assistant:has_not_used(\"escalate\")"), "");
    EXPECT_EQ(used("assistant:has_used(\"book\", { people = 5 })"),
              at_line(5,
                      "expected the assistant to have used book with {\"people\":5}, but it used book "
                      "{\"name\":\"Ada\",\"people\":4}, hangup {}"));
    EXPECT_EQ(used("assistant:has_not_used(\"book\")"),
              at_line(5, "expected the assistant not to have used book, but it did"));
}

// ── Never, and in order ─────────────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, NeverSaysHoldsToTheEndOfTheCall) {
    EXPECT_EQ(call_failure(two_questions, "never:says(\"sorry\")\ncaller:presses(\"1\")\ncaller:presses(\"2\")"), "");
    EXPECT_EQ(call_failure(two_questions, "never:says(\"goodbye\")\ncaller:presses(\"1\")\ncaller:presses(\"2\")"),
              at_line(3, "expected the flow never to say \"goodbye\", but: flow says \"Goodbye.\""));
}

TEST_F(WholeCallWords, NeverSaysHoldsForWhatWasSaidBefore) {
    EXPECT_EQ(call_failure(two_questions, "caller:presses(\"1\")\nnever:says(\"first\")"),
              at_line(4, "expected the flow never to say \"first\", but: flow says \"First?\""));
}

TEST_F(WholeCallWords, NeverMarksTheLineThatBreaksIt) {
    EXPECT_THAT(transcript(two_questions, "never:says(\"second\")\ncaller:presses(\"1\")"),
                HasSubstr(">  0:00  flow says \"You pressed 1. Second?\"\n"));
}

TEST_F(WholeCallWords, NeverTextsSendsRingsOrLogs) {
    const char* flow = R"(sms.send { to = "+15550101", body = "Hi" }
http.post("https://crm.example/calls", { json = {}, later = true })
log("card", { number = "4111 1111" })
call:dial("+15550100"))";
    EXPECT_EQ(call_failure(flow,
                           "never:texts(\"+15550102\")\nnever:sends(\"GET\", \"https://crm.example/*\")\n"
                           "never:rings(\"+15550199\")\nnever:logs(\"4222\")\ncaller:is_put_through_to(\"+15550100\")"),
              "");
    EXPECT_EQ(call_failure(flow, "never:texts()\ncaller:hears(\"\")"),
              at_line(3, "expected the flow never to text anybody, but: flow texts +15550101: \"Hi\""));
    EXPECT_EQ(call_failure(flow, "never:sends(\"POST\", \"https://crm.example/*\")\ncaller:hears(\"\")"),
              at_line(3,
                      "expected the flow never to send POST https://crm.example/*, but: flow promises POST "
                      "https://crm.example/calls"));
    EXPECT_EQ(call_failure(flow, "never:rings(\"+15550100\")\ncaller:hears(\"\")"),
              at_line(3, "expected the flow never to ring +15550100, but: the caller is put through to +15550100"));
    EXPECT_EQ(call_failure(flow, "never:logs(\"4111\")\ncaller:hears(\"\")"),
              at_line(3,
                      "expected the flow never to log \"4111\", but: flow logs \"card\" "
                      "{\"number\":\"4111 1111\"}"));
}

TEST_F(WholeCallWords, HearsInOrderOverTheWholeCall) {
    EXPECT_EQ(
        call_failure(two_questions,
                     "caller:presses(\"1\")\ncaller:presses(\"2\")\n"
                     "caller:hears_in_order { \"welcome\", \"first\", \"you pressed\", \"second\", \"goodbye\" }"),
        "");
    EXPECT_EQ(call_failure(two_questions, "caller:presses(\"1\")\ncaller:hears_in_order { \"second\", \"first\" }"),
              at_line(4, "expected the caller to hear \"first\" after \"second\", but heard it before"));
    EXPECT_EQ(
        call_failure(two_questions, "caller:hears_in_order { \"welcome\", \"third\" }"),
        at_line(3,
                "expected the caller to hear \"third\" after \"welcome\", but did not: the flow waits for 1 digit "
                "(lexi/flow.lua:3)"));
}

TEST_F(WholeCallWords, HearsInOrderMarksTheLastLineThatFits) {
    EXPECT_THAT(transcript(two_questions, "caller:hears_in_order { \"welcome\", \"third\" }"),
                HasSubstr(">  0:00  flow says \"Welcome.\"\n"));
}

// ── What was sent ───────────────────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, SmsWasSentThatMatchesAPattern) {
    const char* flow = R"(sms.send { to = "+15550101", body = "A table for 4 is booked." })";
    EXPECT_EQ(call_failure(flow, "caller:is_hung_up()\nsms:was_sent(\"+15550101\", { match = \"for %d is\" })"), "");
    EXPECT_EQ(call_failure(flow, "caller:is_hung_up()\nsms:was_sent(\"+15550101\", { match = \"for %d%d\" })"),
              at_line(4,
                      "expected the flow to text +15550101 what matches \"for %d%d\", but it sent \"A table for 4 is "
                      "booked.\" to +15550101"));
}

TEST_F(WholeCallWords, MarksTheRequestThatDiffers) {
    const char* flow = R"(http.post("https://crm.example/calls", { json = { name = "Ann" } }))";
    EXPECT_THAT(transcript(flow,
                           "network:replies(\"https://crm.example/calls\")\ncaller:is_hung_up()\n"
                           "network:was_sent(\"POST\", \"https://crm.example/calls\", { json = { name = \"Bob\" } })"),
                HasSubstr(">  0:00  flow sends POST https://crm.example/calls\n"));
}

TEST_F(WholeCallWords, RepliesOnlySoManyTimes) {
    const char* flow = R"(for i = 1, 3 do call:say(tostring(http.get("https://crm.example/").status)) end)";
    EXPECT_EQ(call_failure(flow,
                           "network:replies(\"https://crm.example/\")\n"
                           "network:replies(\"https://crm.example/\", { status = 503, times = 2 })\n"
                           "caller:hears(\"503 503 200\")"),
              "");
}

TEST_F(WholeCallWords, TriesAgainWhereTheFlowSaysSo) {
    const char* flow = R"(local page, reason = http.get("https://crm.example/", { retries = 1 })
call:say(page and tostring(page.status) or reason))";
    EXPECT_EQ(call_failure(flow,
                           "network:replies(\"https://crm.example/\")\n"
                           "network:fails(\"https://crm.example/\", \"unreachable\", { times = 1 })\n"
                           "caller:hears(\"200\")\ncost:is_at_most { requests = 2 }"),
              "");
    EXPECT_EQ(call_failure(flow,
                           "network:replies(\"https://crm.example/\")\n"
                           "network:fails(\"https://crm.example/\", \"unreachable\", { times = 2 })\n"
                           "caller:hears(\"unreachable\")"),
              "");
    EXPECT_EQ(call_failure(flow,
                           "network:replies(\"https://crm.example/\")\n"
                           "network:is_slow(\"https://crm.example/\", 20, { times = 1 })\ncaller:hears(\"200\")\n"
                           "call:lasts_at_least(10)"),
              "");
}

// ── Length and cost ─────────────────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, KnowsHowLongTheCallLasts) {
    EXPECT_EQ(call_failure(two_questions, "caller:says_nothing()\ncall:lasts_at_most(5)\ncall:lasts_at_least(5)"), "");
    EXPECT_EQ(call_failure(two_questions, "caller:says_nothing()\ncall:lasts_at_most(4)"),
              at_line(4, "expected the call to last at most 4 s, but it lasts 5 s"));
    EXPECT_EQ(call_failure(two_questions, "caller:says_nothing()\ncall:lasts_at_least(6)"),
              at_line(4, "expected the call to last at least 6 s, but it lasts 5 s"));
}

const char* const assistant_flow = R"(
local helper = agent {
  instructions = "You help.",
  tools = { look = { about = "Looks.", params = {}, run = function() return "seen" end } },
}
return {
  on_call = function(call)
    local outcome = call:converse(helper)
    kv.set("tokens", outcome.usage.input + outcome.usage.output)
    http.get("https://crm.example/after")
  end,
  on_call_ended = function() kv.set("ended", true) end,
})";

std::string with_assistant(const std::string& body) {
    return "local it = test.flow(\"lexi\")\nit(\"calls\", function(caller, assistant)\n" + body + "\nend)\n";
}

TEST_F(WholeCallWords, CountsWhatTheAssistantCosts) {
    auto results = run(assistant_flow, with_assistant(R"(network:replies("https://crm.example/*")
assistant:says("Hello.", { input = 900, output = 40 })
caller:says("Goodbye")
assistant:finishes()
store:has("tokens", 940)
cost:is_at_most { replies = 1, tokens = 940, requests = 1, texts = 0 }
cost:is_at_most { tokens = 939 })"));
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, at_line(9, "expected at most 939 tokens, but it is 940"));
}

TEST_F(WholeCallWords, EstimatesTokensThatTheTestDoesNotTell) {
    auto results = run(assistant_flow, with_assistant(R"(assistant:says("Hello.")
cost:is_at_most { tokens = 0 })"));
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_THAT(results[0].failure, StartsWith(at_line(4, "expected at most 0 tokens, but it is ")));
}

TEST_F(WholeCallWords, RefusesACostThatThereIsNot) {
    EXPECT_THAT(call_failure("", "cost:is_at_most { token = 1 }"),
                HasSubstr("the cost has no \"token\": did you mean \"tokens\"?"));
}

// ── The caller leaves ───────────────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, HangsUpWhileTheFlowIsBusy) {
    const char* flow = R"(return {
  on_call = function(call)
    http.get("https://crm.example/")
    call:say("Found you.")
    kv.set("found", true)
    call:gather { digits = 1 }
    kv.set("asked", true)
  end,
  on_call_ended = function(call) kv.set("ended", call:summary().status) end,
})";
    EXPECT_EQ(failure(flow,
                      "network:replies(\"https://crm.example/\")\ncaller:hangs_up_during(\"http\")\n"
                      "store:has(\"found\")\nstore:lacks(\"asked\")\nstore:has(\"ended\", \"completed\")\n"
                      "caller:does_not_hear(\"Found\")"),
              "");
}

TEST_F(WholeCallWords, HangsUpDuringAConversation) {
    auto results = run(assistant_flow, with_assistant(R"(network:replies("https://crm.example/*")
caller:hangs_up_during("converse")
network:was_sent("GET", "https://crm.example/after")
store:has("ended"))"));
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
}

TEST_F(WholeCallWords, HangsUpAtTheVerbThatTheFlowIsAt) {
    EXPECT_EQ(call_failure(two_questions,
                           "caller:presses(\"1\")\ncaller:hangs_up_during(\"gather\")\nstore:has(\"asked\", 1)\n"
                           "never:says(\"goodbye\")"),
              "");
}

TEST_F(WholeCallWords, FailsWhereTheMomentToHangUpNeverComes) {
    EXPECT_EQ(call_failure(two_questions, "caller:hangs_up_during(\"dial\")\ncaller:presses(\"1\")"),
              at_line(2, "the caller was to hang up during \"dial\", but the flow did not come to it"));
    EXPECT_THAT(call_failure(two_questions, "caller:hangs_up_during(\"conversation\")"),
                HasSubstr("\"conversation\" is nothing that a flow does"));
}

TEST_F(WholeCallWords, LeavesARecordingAndHangsUp) {
    const char* flow = R"(return {
  on_call = function(call)
    local tape = call:record()
    kv.set("tape", tape.digits)
    call:say("Thank you.")
    call:gather { digits = 1 }
    kv.set("later", true)
  end,
  on_call_ended = function() kv.set("ended", true) end,
})";
    EXPECT_EQ(failure(flow,
                      "caller:leaves_a_recording { digits = \"hangup\" }\nstore:has(\"tape\", \"hangup\")\n"
                      "store:lacks(\"later\")\nstore:has(\"ended\")\nnever:says(\"thank you\")"),
              "");
}

// ── The model, the one called, the clock ────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, AnAssistantInventsATool) {
    auto results = run(assistant_flow, with_assistant(R"(network:replies("https://crm.example/*")
assistant:invents("cancel_everything", { sure = true })
assistant:is_told("there is no tool `cancel_everything`")
assistant:finishes())"));
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
    auto refused = run(assistant_flow, with_assistant("assistant:invents(\"look\")"));
    EXPECT_EQ(refused.at(0).failure, at_line(3, "the assistant is given look: write assistant:uses(\"look\", …)"));
}

TEST_F(WholeCallWords, AMachineAnswersADial) {
    const char* flow = R"(local outcome = call:dial("+15550100")
call:say(outcome.status .. " after " .. outcome.seconds))";
    EXPECT_EQ(call_failure(flow,
                           "caller:is_put_through_to(\"+15550100\")\ndial:goes_to_voicemail { seconds = 8 }\n"
                           "caller:hears(\"completed after 8\")"),
              "");
}

TEST_F(WholeCallWords, InterruptsAPrompt) {
    const char* flow = R"(local answer = call:gather { say = "Please listen.", speech = true, barge_in = %s }
call:say(answer.speech))";
    auto with = [&](const char* barge_in) {
        std::string text = flow;
        return text.replace(text.find("%s"), 2, barge_in);
    };
    EXPECT_EQ(call_failure(with("true"), "caller:interrupts(\"No\")\ncaller:hears(\"No\")"), "");
    EXPECT_EQ(call_failure(with("false"), "caller:interrupts(\"No\")"),
              at_line(3,
                      "the caller interrupts: \"No\", but this prompt cannot be interrupted (barge_in = false at "
                      "lexi/flow.lua:2)"));
}

TEST_F(WholeCallWords, TellsTheTwoHoursApartThatComeTwice) {
    const char* flow = "call:say(tostring(os.time()))";
    EXPECT_EQ(call_failure(flow, "at(\"2026-11-01 01:30\", \"America/New_York\")\ncaller:hears(\"1793511000\")"), "");
    EXPECT_EQ(
        call_failure(flow, "at(\"2026-11-01 01:30\", \"America/New_York\", \"second\")\ncaller:hears(\"1793514600\")"),
        "");
}

// ── The engine and the carrier ──────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, GoesOnAfterACrashOfTheEngine) {
    EXPECT_EQ(
        call_failure(two_questions,
                     "caller:presses(\"7\")\nengine:crashes()\ncaller:hears(\"You pressed 7\")\n"
                     "carrier:repeats()\ncaller:presses(\"1\")\ncaller:hears(\"Goodbye\")\nstore:has(\"asked\", 1)"),
        "");
}

TEST_F(WholeCallWords, GoesOnWithAConversationAfterACrash) {
    auto results = run(assistant_flow, with_assistant(R"(network:replies("https://crm.example/*")
assistant:uses("look")
engine:crashes()
assistant:says("I see it.")
caller:hears("I see")
assistant:finishes())"));
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
}

TEST_F(WholeCallWords, DoesNotCrashWhatIsOver) {
    EXPECT_EQ(call_failure("", "engine:crashes()"),
              at_line(3, "the engine crashes, and another one goes on, but the flow hung up"));
}

// ── TwiML ───────────────────────────────────────────────────────────────────────────────────────────────────────────

// Stands in for a carrier's room: the kinds of the asks as elements.
RenderedDocument render(const CarrierDocument& document) {
    RenderedDocument rendered{"<Response>", {}};
    for (const auto& ask : document.asks) {
        if (ask.kind == "play") return {{}, "play: no sound here"};
        rendered.text += "<" + ask.kind + "/>";
    }
    rendered.text +=
        "<at>" + std::to_string(document.number) + " " + std::to_string(document.step) + "</at></Response>";
    return rendered;
}

TEST_F(WholeCallWords, ComparesTheTwimlOfTheLatestDocument) {
    auto twiml = [](const std::string& on_call, const std::string& body) {
        auto results =
            run("return { on_call = function(call)\n" + on_call + "\nend }", with_assistant(body), {.render = render});
        return results.at(0).failure;
    };
    EXPECT_EQ(twiml(two_questions, R"(call:twiml_is([[<Response><say/> <gather/>
<at>0 2</at></Response>]])
caller:presses("1")
call:twiml_is("<Response><gather/><at>1 4</at></Response>")
caller:presses("2")
call:twiml_is("<Response><say/><hangup/><at>2 5</at></Response>"))"),
              "");
    EXPECT_EQ(twiml(two_questions, "call:twiml_is(\"<Response><say/></Response>\")"),
              at_line(3, "expected the TwiML as written, but line 3 is\n  <gather/>\nand not\n  </Response>"));
    EXPECT_EQ(twiml("call:play(\"https://a.example/b.mp3\")", "call:twiml_is(\"greeting\")"),
              at_line(3, "call:twiml_is(\"greeting\"): play: no sound here"));
}

TEST_F(WholeCallWords, KeepsTwimlInGoldenFiles) {
    FlowsFolder folder;
    auto twiml = [&](const std::string& name, bool update) {
        return run("return { on_call = function(call) call:say(\"Hi\") end }",
                   with_assistant("call:twiml_is(\"" + name + "\")"),
                   {.render = render, .root = folder.root(), .update = update})
            .at(0)
            .failure;
    };
    EXPECT_EQ(twiml("greeting", false),
              at_line(3,
                      "there is no golden file greeting.xml yet: run switchhook test --update, and look at what it "
                      "writes"));
    EXPECT_EQ(twiml("greeting", true), "");
    std::ifstream file(folder / "lexi/golden/greeting.xml");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}),
              "<Response>\n<say/>\n<hangup/>\n<at>0 1</at>\n</Response>\n");
    EXPECT_EQ(twiml("greeting", false), "");
    folder.write("lexi/golden/greeting.xml", "<Response>\n<say/>\n</Response>\n");
    EXPECT_EQ(twiml("greeting", false),
              at_line(3, "expected the TwiML \"greeting\", but line 3 is\n  <hangup/>\nand not\n  </Response>"));
    EXPECT_THAT(twiml("../secret", true), HasSubstr("names no file"));
}

// ── Order and chance ────────────────────────────────────────────────────────────────────────────────────────────────

TEST_F(WholeCallWords, TestsRunInAnOrderThatASeedBringsBack) {
    std::string tests = "local it = test.flow(\"lexi\")\n";
    for (char name = 'a'; name <= 'h'; ++name) tests += std::string("it(\"") + name + "\", function() end)\n";
    auto order = [&](std::uint64_t seed) {
        std::string names;
        for (const auto& result : run("return { on_call = function() end }", tests, {.shuffle = true, .seed = seed}))
            names += result.name;
        return names;
    };
    EXPECT_THAT(order(1), SizeIs(8));
    EXPECT_EQ(order(1), order(1));
    EXPECT_NE(order(1), order(2));
}

TEST_F(WholeCallWords, ARepeatedTestFailsIfAnyRoundDoes) {
    const char* flow = "return { on_call = function(call) call:say(math.random(4) == 1 and \"one\" or \"more\") end }";
    const char* tests =
        "local it = test.flow(\"lexi\")\nit(\"hears more\", function(caller) caller:hears(\"more\") end)\n"
        "it(\"hears\", function(caller) caller:hears(\"o\") end)";
    auto results = run(flow, tests, {.repeat = 40, .seed = 5});
    ASSERT_THAT(results, SizeIs(2));
    EXPECT_THAT(results[0].failure, HasSubstr("but heard: \"one\" (in round "));
    EXPECT_EQ(results[1].failure, "");
    // The seed that it names brings the failure back.
    auto at = results[0].failure.find("--seed ");
    ASSERT_NE(at, std::string::npos);
    auto seed = std::stoul(results[0].failure.substr(at + 7));
    EXPECT_NE(run(flow, tests, {.seed = seed}).at(0).failure, "");
}

}  // namespace
}  // namespace switchhook::script

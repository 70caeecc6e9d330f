// Each thing that the explorer finds: a flow that has it, and one nearby that has not.
#include "script/explorer.hpp"

#include "script/bundle_reader.hpp"
#include "script/run_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

using namespace switchhook;
using namespace switchhook::script;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

Exploration explored(const std::string& flow, const ExploreOptions& options = {}) {
    Exploration result;
    on_worker([&] { result = explore(*compile_flow(flow), options); });
    return result;
}

// The findings as the command line tells them, without their sentences: "test/flow.lua:3: crash".
std::vector<std::string> findings(const Exploration& exploration) {
    std::vector<std::string> texts;
    for (const auto& finding : exploration.findings)
        texts.push_back(finding.where + ": " + std::string(name_of(finding.kind)));
    return texts;
}

std::vector<std::string> wrong(const Exploration& exploration) {
    std::vector<std::string> texts;
    for (const auto& finding : exploration.findings)
        if (finding.is_wrong()) texts.push_back(finding.where + ": " + std::string(name_of(finding.kind)));
    return texts;
}

std::string on_call(const std::string& lines) {
    return "return { on_call = function(call)\n" + lines + "\nend }";
}

}  // namespace

// ── Crashes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(Explorer, FindsAKeyThatBreaksTheFlow) {
    auto result = explored(on_call(R"(local answer = call:gather { say = "Press 1 or 2.", digits = 1 }
if answer and answer.digits == "7" then call:say("Number " .. nil) end
call:say("Goodbye."))"));
    ASSERT_THAT(findings(result), ElementsAre("test/flow.lua:3: crash"));
    EXPECT_THAT(result.findings[0].what, HasSubstr("attempt to concatenate a nil value"));
    EXPECT_THAT(result.findings[0].path, ElementsAre("a call on a Monday at 15:00 UTC", "presses 7"));
}

TEST(Explorer, FindsSilenceThatBreaksTheFlow) {
    const char* careless = R"(local answer = call:gather { say = "Press 1 or 2.", digits = 1 }
call:say("You pressed " .. answer.digits))";
    const char* careful = R"(local answer = call:gather { say = "Press 1 or 2.", digits = 1 }
call:say("You pressed " .. (answer and answer.digits or "nothing")))";
    EXPECT_THAT(findings(explored(on_call(careless))), ElementsAre("test/flow.lua:3: crash"));
    EXPECT_THAT(findings(explored(on_call(careful))), IsEmpty());
}

TEST(Explorer, FindsAServerThatBreaksTheFlow) {
    const char* careless = R"(local page = http.get("https://crm.example/")
if page.status == 200 then call:say("Found.") else call:say("Lost.") end)";
    const char* careful = R"(local page = http.get("https://crm.example/")
if page and page.status == 200 then call:say("Found.") else call:say("Lost.") end)";
    auto result = explored(on_call(careless));
    ASSERT_THAT(findings(result), ElementsAre("test/flow.lua:3: crash"));
    EXPECT_THAT(result.findings[0].path.back(), "GET https://crm.example/ gets no reply");
    EXPECT_THAT(findings(explored(on_call(careful))), IsEmpty());
}

TEST(Explorer, OnlyNotesWhatBreaksOnAReplyThatItMadeUp) {
    auto result = explored(on_call(R"(local page = http.get("https://crm.example/")
if not page or page.status ~= 200 then return call:say("Lost.") end
call:say("You are " .. page.json.name:upper()))"));
    EXPECT_THAT(wrong(result), IsEmpty());
    EXPECT_THAT(findings(result), Contains("test/flow.lua:4: crash after a made-up reply"));
}

TEST(Explorer, FindsAToolThatBreaks) {
    const auto* flow = R"(
local clerk = agent {
  instructions = "You are a clerk.",
  tools = { look = { about = "Looks.", params = { day = "date" }, run = function(args) return %s end } },
}
return { on_call = function(call) call:converse(clerk) call:say("Goodbye.") end })";
    auto with = [&](const std::string& result) {
        std::string text = flow;
        return text.replace(text.find("%s"), 2, result);
    };
    EXPECT_THAT(findings(explored(with("args.hour .. \" o'clock\""))), Contains("test/flow.lua:4: crash"));
    EXPECT_THAT(findings(explored(with("args.day .. \", ten o'clock\""))), IsEmpty());
}

TEST(Explorer, FindsAHangUpThatBreaksTheEndOfTheCall) {
    const char* flow = R"(return {
  on_call = function(call)
    local answer = call:gather { say = "Press 1.", digits = 1 }
    call.vars.key = answer and answer.digits or "none"
    call:say("Thank you.")
  end,
  on_call_ended = function(call) kv.set("key/" .. call.vars.key, true) end,
})";
    auto result = explored(flow);
    ASSERT_THAT(findings(result), Contains("test/flow.lua:7: crash"));
    EXPECT_EQ(result.findings[0].path.back(), "hangs up");
}

TEST(Explorer, FindsATextThatBreaksTheFlow) {
    const char* flow = R"(return { on_message = function(message)
  if message.body == "MENU" then return "Menu: " .. nil end
  return "Thank you."
end })";
    EXPECT_THAT(wrong(explored(flow)), ElementsAre("test/flow.lua:2: crash"));
}

TEST(Explorer, FindsAHiddenNumberThatBreaksTheFlow) {
    const char* flow = R"(sms.send { to = call.from, body = "Hi" }
call:say("Goodbye."))";
    auto result = explored(on_call(flow));
    EXPECT_THAT(wrong(result), ElementsAre("test/flow.lua:2: crash"));
    EXPECT_THAT(result.findings[0].path, ElementsAre(StartsWith("a call from a hidden number")));
}

// ── Dead ends ───────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(Explorer, FindsAMenuWithNoWayOut) {
    const char* trapped = R"(while true do
  local answer = call:gather { say = "For our hours, press 1.", digits = 1 }
  if answer and answer.digits == "1" then call:say("Nine to five.") end
end)";
    const char* with_a_way_out = R"(while true do
  local answer = call:gather { say = "For our hours, press 1. To end, press 9.", digits = 1 }
  if not answer or answer.digits == "9" then return call:say("Goodbye.") end
  if answer.digits == "1" then call:say("Nine to five.") end
end)";
    auto result = explored(on_call(trapped));
    ASSERT_THAT(wrong(result), ElementsAre("test/flow.lua:3: dead end"));
    EXPECT_THAT(result.findings[0].what, HasSubstr("no way out"));
    EXPECT_THAT(wrong(explored(on_call(with_a_way_out))), IsEmpty());
}

TEST(Explorer, FindsAKeyAfterWhichTheLineGoesDead) {
    const char* silent = R"(local answer = call:gather { say = "Press 1.", digits = 1 }
if answer and answer.digits == "1" then call:say("Thank you.") end)";
    const char* polite = R"(local answer = call:gather { say = "Press 1.", digits = 1 }
if answer and answer.digits == "1" then return call:say("Thank you.") end
call:say("Please call again."))";
    auto result = explored(on_call(silent));
    ASSERT_THAT(wrong(result), ElementsAre("test/flow.lua:2: dead end"));
    EXPECT_THAT(result.findings[0].what, HasSubstr("hung up on without a word"));
    EXPECT_THAT(findings(explored(on_call(polite))), IsEmpty());
}

TEST(Explorer, FindsAServerThatLeavesACallerWithoutAWord) {
    const auto* flow = R"(call:gather { say = "Press 1.", digits = 1 }
%s
if http.get("https://crm.example/") then call:say("Thank you.") end)";
    auto with = [&](const std::string& line) {
        std::string text = flow;
        return on_call(text.replace(text.find("%s"), 2, line));
    };
    auto result = explored(with(""));
    ASSERT_THAT(wrong(result), Contains(HasSubstr("dead end")));
    EXPECT_EQ(result.findings[0].path.back(), "GET https://crm.example/ gets no reply");
    EXPECT_THAT(wrong(explored(with("call:say(\"One moment.\")"))), IsEmpty());
}

TEST(Explorer, FindsACallThatIsAnsweredWithNothing) {
    EXPECT_THAT(wrong(explored(on_call("kv.increment(\"calls\")"))), ElementsAre("test/flow.lua:1: dead end"));
    EXPECT_THAT(wrong(explored(on_call("call:reject()"))), IsEmpty());
}

TEST(Explorer, NotesATransferThatEndsWithoutAWord) {
    EXPECT_THAT(findings(explored(on_call("call:say(\"Hello.\") call:dial(\"+15550100\")"))),
                ElementsAre("test/flow.lua:2: no word"));
    EXPECT_THAT(findings(explored(on_call("if not call:dial(\"+15550100\") then call:say(\"Sorry.\") end"))),
                IsEmpty());
}

// ── Loops ───────────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(Explorer, FindsAQuestionThatASilentCallerHearsForEver) {
    const char* endless = R"(local answer
repeat answer = call:gather { say = "Press any key.", digits = 1 } until answer
call:say("Thank you."))";
    const char* patient = R"(local answer
for _ = 1, 5 do answer = answer or call:gather { say = "Press any key.", digits = 1 } end
call:say("Thank you."))";
    auto result = explored(on_call(endless));
    ASSERT_THAT(wrong(result), ElementsAre("test/flow.lua:3: loop"));
    EXPECT_THAT(result.findings[0].what, HasSubstr("a silent caller is asked for ever"));
    EXPECT_THAT(findings(explored(on_call(patient))), IsEmpty());
}

TEST(Explorer, FindsAFlowThatNeverComesToItsNextQuestion) {
    EXPECT_THAT(wrong(explored(on_call("while true do call:say(\"Please hold.\") end"))),
                ElementsAre("test/flow.lua:2: loop"));
    EXPECT_THAT(wrong(explored(on_call("for _ = 1, 20 do call:say(\"Please hold.\") end"))), IsEmpty());
}

// ── Lines that nothing leads to ─────────────────────────────────────────────────────────────────────────────────────

TEST(Explorer, FindsABranchThatNoKeyLeadsTo) {
    const char* flow = R"(local answer = call:gather { say = "Press 1 or 2.", digits = 1 }
local key = answer and answer.digits
if key == "%s" then
  call:say("You found it.")
end
call:say("Goodbye."))";
    auto with = [&](const std::string& key) {
        std::string text = flow;
        return on_call(text.replace(text.find("%s"), 2, key));
    };
    auto result = explored(with("12"));
    ASSERT_THAT(findings(result), ElementsAre("test/flow.lua:5: unreachable"));
    EXPECT_TRUE(result.findings[0].is_wrong());
    EXPECT_THAT(result.findings[0].what, HasSubstr("no answer leads to line 5"));
    EXPECT_THAT(findings(explored(with("2"))), IsEmpty());
}

TEST(Explorer, OnlyNotesABranchThatWordsMayLeadTo) {
    auto result = explored(on_call(R"(local answer = call:gather { say = "Say the word.", speech = true }
if answer and answer.speech == "abracadabra" then
  call:say("You found it.")
end
call:say("Goodbye."))"));
    EXPECT_THAT(findings(result), ElementsAre("test/flow.lua:4: not reached"));
    EXPECT_THAT(wrong(result), IsEmpty());
}

TEST(Explorer, TriesTheKeysThatTheFlowNames) {
    auto result = explored(on_call(R"(local answer = call:gather { say = "Your code, please." }
if answer and answer.digits == "4711" then
  call:say("Welcome back.")
end
call:say("Goodbye."))"));
    EXPECT_THAT(findings(result), IsEmpty());
}

TEST(Explorer, CallsByDayAndByNight) {
    auto result = explored(R"(local hours = require "hours"
local opening = hours.weekly { zone = "America/New_York", week = { monday = "9:00-17:00" } }
return { on_call = function(call)
  if opening:is_open() then
    call:say("Welcome.")
  else
    call:say("We are closed.")
  end
end })");
    EXPECT_THAT(findings(result), IsEmpty());
}

TEST(Explorer, CallsEveryNumberWithItsSettings) {
    const char* flow = R"(return { settings = { closed = false }, on_call = function(call)
  if call.settings.closed then
    call:say("We moved.")
  else
    call:say("Hello.")
  end
end })";
    EXPECT_THAT(findings(explored(flow)), ElementsAre("test/flow.lua:3: unreachable"));
    ExploreOptions both;
    both.settings = {core::Json::object(), {{"closed", true}}};
    EXPECT_THAT(findings(explored(flow, both)), IsEmpty());
}

// ── How it walks ────────────────────────────────────────────────────────────────────────────────────────────────────

TEST(Explorer, SeesWhatComesAfterTheLastTry) {
    auto result = explored(R"(local ivr = require "ivr"
return { on_call = function(call)
  ivr.menu(call, {
    say = "For our hours, press 1.",
    choices = { { key = "1", run = function() call:say("Nine to five.") end } },
    speech = false,
    tries = 5,
    otherwise = function() call:say("Number " .. nil) end,
  })
end })");
    EXPECT_THAT(findings(result), ElementsAre("test/flow.lua:8: crash"));
}

TEST(Explorer, TellsWhenItWasNotAllowedToLookAtEverything) {
    const auto flow = on_call(R"(for i = 1, 6 do call:gather { say = "Question " .. ("x"):rep(i), digits = 1 } end
call:say("Goodbye."))");
    EXPECT_TRUE(explored(flow).complete);
    ExploreOptions shallow;
    shallow.depth = 3;
    EXPECT_FALSE(explored(flow, shallow).complete);
    EXPECT_THAT(wrong(explored(flow, shallow)), IsEmpty());
    ExploreOptions few;
    few.max_paths = 10;
    auto cut = explored(flow, few);
    EXPECT_FALSE(cut.complete);
    EXPECT_LE(cut.paths, 12U);
}

TEST(Explorer, ComesToTheSameEachTime) {
    const auto flow =
        on_call(R"(local answer = call:gather { say = "Press 1.", digits = 1, speech = true, hints = { "one" } }
if answer then call:dial("+15550100") end
call:say("Goodbye."))");
    auto first = explored(flow), second = explored(flow);
    EXPECT_EQ(first.graph.text(), second.graph.text());
    EXPECT_EQ(first.paths, second.paths);
}

TEST(Explorer, DrawsTheCall) {
    auto result = explored(on_call(R"(local answer = call:gather { say = "Press 1.", digits = 1 }
call:say(answer and answer.digits == "1" and "One." or "Goodbye."))"));
    EXPECT_EQ(result.graph.text(),
              "a call on a Monday at 15:00 UTC\n"
              "  hears \"Press 1.\"\n"
              "  [1] the flow waits for 1 digit (test/flow.lua:2)\n"
              "    presses 1\n"
              "      hears \"One.\"\n"
              "      [2] the flow hung up\n"
              "    presses 2 3 4 5 6 7 8 9 0 *, is silent\n"
              "      hears \"Goodbye.\"\n"
              "      [3] the flow hung up\n"
              "    hangs up\n"
              "      [4] the caller hung up\n");
}

// ── The repository's own flows ──────────────────────────────────────────────────────────────────────────────────────

namespace {

void expect_nothing_wrong(const std::string& folder) {
    BundleReader reader(std::filesystem::path(SOURCE_DIR) / folder, Limits{}.source_bytes);
    ASSERT_FALSE(reader.businesses().empty());
    on_worker([&] {
        for (const auto& business : reader.businesses()) {
            auto made = Flow::compile(reader.read(business).bundle, Limits{});
            ASSERT_TRUE(std::holds_alternative<std::shared_ptr<const Flow>>(made)) << business;
            ExploreOptions options;
            options.max_paths = 500;
            auto result = explore(*std::get<std::shared_ptr<const Flow>>(made), options);
            const bool only_speaks = business == "business_hours" || business == "pickup_code";
            EXPECT_GT(result.graph.places.size(), only_speaks ? 1U : 2U) << business;
            for (const auto& finding : result.findings) {
                std::string path;
                for (const auto& label : finding.path) path += "\n    " + label;
                EXPECT_FALSE(finding.is_wrong())
                    << finding.where << ": " << name_of(finding.kind) << ": " << finding.what << path;
            }
        }
    });
}

}  // namespace

TEST(Explorer, FindsNothingWrongWithTheFlows) {
    expect_nothing_wrong("flows");
}

TEST(Explorer, FindsNothingWrongWithTheExamples) {
    expect_nothing_wrong("examples");
}

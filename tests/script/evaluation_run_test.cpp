#include "script/evaluation_run.hpp"

#include "run_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

using namespace switchhook;
using namespace switchhook::script;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Outcome = EvaluationResult::Outcome;

namespace {

constexpr const char* with_an_assistant = R"(
local host = agent {
  instructions = "You are the host of a bistro.",
  greeting = "Good evening! How can I help you?",
  tools = {
    book_table = {
      about = "Books a table.",
      params = { day = "date", people = "integer 1..12" },
      run = function(args)
        if args.people == 7 then error("no table for seven") end
        kv.increment("seats/" .. args.day, args.people)
        sms.send { to = "+12025550142", body = "A table for " .. args.people }
        return { booked = true }
      end,
    },
    check_pin = agent.collect_digits { digits = 4, run = function(digits) return "the PIN is " .. digits end },
    agent.hangup,
    agent.escalate,
  },
}
return {
  fallback = { dial = "+15550109" },
  on_call = function(call)
    local outcome = call:converse(host)
    if outcome.reason == "escalate" then
      call:say("One moment.")
      if not call:dial("+15550101") then
        call:say("Nobody is there. Please leave a message.")
        call:record { max_length = 60 }
      end
    end
  end,
  on_message = function(message) return message:converse(host) end,
})";

constexpr const char* with_a_menu = R"(
return { on_call = function(call)
  local choice = call:gather { say = "For hours, press 1. For a person, press 0.", digits = 1 }
  if not choice then return call:say("Goodbye.") end
  local name = call:gather { say = "You pressed " .. choice.digits .. ". Who are you?", speech = true, dtmf = false }
  call:say("Hello, " .. (name and name.speech or "stranger"))
end })";

// What models answer.
Json uses(const std::string& tool, const Json& arguments = nullptr, const std::string& text = "") {
    static int count = 0;
    Json call{{"id", "call_" + std::to_string(++count)},
              {"name", tool},
              {"arguments", arguments.is_null() ? "{}" : arguments.dump()}};
    return {{"content", text},
            {"tool_calls", Json::array({call})},
            {"finish_reason", "tool_calls"},
            {"usage", {{"input", 100}, {"output", 10}}}};
}
Json writes(const std::string& text) {
    return {{"content", text},
            {"tool_calls", Json::array()},
            {"finish_reason", "stop"},
            {"usage", {{"input", 100}, {"output", 10}}}};
}
Json says(const std::string& words) {
    return uses("say", {{"words", words}});
}
Json hangs_up() {
    return uses("hang_up", {{"words", ""}});
}
Json finds(std::vector<bool> passed) {
    auto verdicts = Json::array();
    for (std::size_t i = 0; i < passed.size(); ++i)
        verdicts.push_back({{"criterion", i + 1}, {"explanation", "it is so"}, {"passed", bool(passed[i])}});
    return uses("verdict", {{"verdicts", verdicts}});
}

class Evaluations : public testing::Test {
protected:
    static std::shared_ptr<const Flow> compile(const std::string& text) {
        auto made = Flow::compile({"bistro", {"bistro/flow.lua", text}, {}}, Limits{});
        if (auto* flow = std::get_if<std::shared_ptr<const Flow>>(&made)) return *flow;
        throw std::runtime_error(std::get<Problems>(made).front().text());
    }

    // Plays an evaluation of a flow that has these options beside a persona and a goal.
    void play(const char* flow, const std::string& options, std::deque<Json> replies) {
        requests.clear();
        const Source file{"bistro/flow_eval.lua",
                          "local eval = evaluation.flow('bistro')\n"
                          "eval 'books' { persona = 'You are Ada.', goal = 'A table for four.',\n" +
                              options + " }"};
        on_worker([&] {
            EvaluationRun run(file, compile(flow), {});
            auto problem = run.load();
            ASSERT_FALSE(problem) << *problem;
            auto time = test_time();
            auto step = run.start(0, time);
            while (auto* asked = std::get_if<ModelRequest>(&step)) {
                requests.push_back(*asked);
                if (replies.empty()) break;
                auto reply = std::move(replies.front());
                replies.pop_front();
                time += std::chrono::seconds(2);
                step = run.resume(reply.is_null() ? core::Answer::nothing("timeout", time)
                                                  : core::Answer::of(reply, time));
            }
            left = replies.size();
            ended = std::holds_alternative<EvaluationResult>(step);
            if (ended) result = std::get<EvaluationResult>(step);
        });
        ASSERT_TRUE(ended) << "a " << requests.back().role << " has no answer left: " << requests.back().chat.dump();
        EXPECT_EQ(left, 0U) << result.why << "\n" << result.transcript;
    }

    std::vector<std::string> roles() const {
        std::vector<std::string> roles;
        for (const auto& request : requests) roles.push_back(request.role);
        return roles;
    }
    // The last message of a request.
    std::string told(std::size_t request) const {
        return requests.at(request).chat.at("messages").back().value("content", "");
    }

    // What is wrong with a file.
    static std::string problem(const std::string& text, const char* flow = with_an_assistant) {
        const Source file{"bistro/flow_eval.lua", text};
        std::string found;
        on_worker([&] { found = EvaluationRun(file, compile(flow), {}).load().value_or(""); });
        return found;
    }

    std::vector<ModelRequest> requests;
    EvaluationResult result;
    std::size_t left = 0;
    bool ended = false;
};

constexpr const char* booked = R"(expect = function(caller, assistant)
  assistant:has_used("book_table", { people = 4 })
  assistant:has_not_used("escalate")
  store:has("seats/2026-03-06", 4)
  sms:was_sent("+12025550142", "table for 4")
  call:was_ended_by("flow")
  caller:hears_in_order { "Good evening", "Your table is booked" }
end)";

}  // namespace

TEST_F(Evaluations, PlayACallBetweenTwoModelsAndHaveAThirdJudgeIt) {
    play(
        with_an_assistant, std::string(booked) + ", judge = { 'It is friendly.', 'It books.' }",
        {says("A table for four on Friday"), uses("book_table", {{"day", "2026-03-06"}, {"people", 4}}, "One moment."),
         writes("Your table is booked."), says("Thank you, bye"), uses("hangup", {}, "Goodbye!"), finds({true, true})});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why;
    EXPECT_THAT(roles(), ElementsAre("caller", "assistant", "assistant", "caller", "assistant", "judge"));
    const auto& first = requests[0].chat["messages"];
    EXPECT_THAT(first[0]["content"], HasSubstr("You are Ada."));
    EXPECT_THAT(first[0]["content"], HasSubstr("A table for four."));
    EXPECT_THAT(first[0]["content"], HasSubstr("Monday, 2026-03-02"));
    EXPECT_EQ(told(0), "You hear: Good evening! How can I help you?");
    EXPECT_EQ(requests[0].chat["tool_choice"], "required");

    const auto& asked = requests[2].chat;
    EXPECT_THAT(asked["messages"][0]["content"], StartsWith("You are the host of a bistro."));
    EXPECT_EQ(asked["messages"][2], Json({{"role", "user"}, {"content", "A table for four on Friday"}}));
    EXPECT_EQ(asked["messages"].back()["role"], "tool");
    EXPECT_EQ(told(2), R"({"booked":true})");
    EXPECT_EQ(told(3), "You hear: One moment.\nYour table is booked.");

    const auto& case_ = requests[5].chat;
    EXPECT_EQ(case_["tool_choice"], "verdict");
    EXPECT_TRUE(case_["tools"][0]["function"]["strict"].get<bool>());
    EXPECT_THAT(told(5), HasSubstr("1. It is friendly.\n2. It books."));
    EXPECT_THAT(told(5), HasSubstr("- \"seats/2026-03-06\" = 4"));
    EXPECT_THAT(told(5), HasSubstr("- +12025550142: \"A table for 4\""));
    EXPECT_THAT(told(5), HasSubstr("The call is over: the flow hung up"));
    EXPECT_THAT(told(5), HasSubstr("caller says \"A table for four on Friday\""));
}

TEST_F(Evaluations, FailWithWhatTheFlowDidNotDoAndAskNoJudge) {
    play(with_an_assistant, std::string(booked) + ", judge = 'It books.'",
         {says("A table for four"), uses("hangup", {}, "Goodbye!")});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_EQ(result.why,
              "bistro/flow_eval.lua:4: expected the assistant to have used book_table with {\"people\":4}, but it used "
              "hangup {}");
    EXPECT_THAT(result.transcript, HasSubstr("assistant says \"Goodbye!\""));
}

TEST_F(Evaluations, FailWithWhatTheJudgeFinds) {
    play(with_an_assistant, "judge = { 'It is friendly.', 'It books.' }", {hangs_up(), finds({true, false})});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_EQ(result.why, "bistro/flow_eval.lua:2: the judge finds that this is not met: It books. (it is so)");
    EXPECT_THAT(result.transcript, HasSubstr(">  0:00  judge: not met: It books. (it is so)"));
}

TEST_F(Evaluations, TakeNothingButAVerdictOfEachCriterionForOne) {
    const Json good{{"criterion", 1}, {"explanation", "it is so"}, {"passed", true}};
    auto with = [&](const char* key, const Json& value) {
        auto one = good;
        one[key] = value;
        return uses("verdict", {{"verdicts", Json::array({one})}});
    };
    auto without = [&](const char* key) {
        auto one = good;
        one.erase(key);
        return uses("verdict", {{"verdicts", Json::array({one})}});
    };
    auto broken_json = uses("verdict");
    broken_json["tool_calls"][0]["arguments"] = "{\"verdicts\": [";
    auto twice = finds({true});
    twice["tool_calls"].push_back(twice["tool_calls"][0]);
    const std::vector<Json> answers{
        writes("It passes."),
        uses("judgement", {{"verdicts", Json::array({good})}}),
        twice,
        broken_json,
        uses("verdict"),
        uses("verdict", {{"verdicts", Json::array()}}),
        uses("verdict", {{"verdicts", "passed"}}),
        uses("verdict", {{"verdicts", Json::array({good, good})}}),
        uses("verdict", {{"verdicts", Json::array({good})}, {"passed", true}}),
        uses("verdict", {{"verdicts", Json::array({"passed"})}}),
        with("passed", "true"),
        with("passed", 1),
        with("criterion", 2),
        with("criterion", 0.5),
        with("explanation", " "),
        with("sure", true),
        without("passed"),
        without("criterion"),
        without("explanation"),
        finds({true, true}),
    };
    for (const auto& answer : answers) {
        play(with_an_assistant, "judge = 'It books.'", {hangs_up(), answer});
        EXPECT_EQ(result.outcome, Outcome::broken) << answer.dump();
        EXPECT_THAT(result.why, HasSubstr("the judge's answer is no verdict: ")) << answer.dump();
    }
    play(with_an_assistant, "judge = 'It books.'", {hangs_up(), uses("verdict", {{"verdicts", Json::array({good})}})});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why;
}

TEST_F(Evaluations, LetTheCallerPressKeysAndSpeakWhereTheLineTakesIt) {
    play(with_a_menu, "expect = function(caller) caller:hears('Hello, Ada') end",
         {uses("press", {{"keys", " 1 # "}}), says("Ada")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    EXPECT_EQ(told(0), "You hear: For hours, press 1. For a person, press 0.");
    EXPECT_EQ(told(1), "You hear: You pressed 1. Who are you?");
}

TEST_F(Evaluations, LetTheLineBeDeafToWhatItDoesNotListenFor) {
    play(with_a_menu, "expect = function(caller) caller:hears('Goodbye.') end", {says("One, please")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    play(with_a_menu, "expect = function(caller) caller:hears('stranger') end",
         {uses("press", {{"keys", "1"}}), uses("press", {{"keys", "2"}})});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    play(with_a_menu, "expect = function(caller) caller:hears('Goodbye.') end", {uses("stay_silent")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
}

TEST_F(Evaluations, TakeWordsWithoutAToolForSpeechAndAGoodbyeWithThemForTheEnd) {
    auto goodbye = says("Never mind, bye");
    goodbye["tool_calls"].push_back(hangs_up()["tool_calls"][0]);
    play(with_an_assistant, "expect = function() call:was_ended_by('caller') end",
         {writes("Hello?"), writes("How can I help?"), goodbye, writes("Goodbye.")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    EXPECT_THAT(result.transcript, HasSubstr("caller says \"Hello?\""));
}

TEST_F(Evaluations, TellTheCallersModelOnceWhatNobodyCanDo) {
    play(with_a_menu, "expect = function() end", {uses("press", {{"keys", "A"}}), hangs_up()});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why;
    EXPECT_EQ(told(1), "That cannot be done: a phone has the keys 0 to 9, * and #.");
    auto no_object = uses("say");
    no_object["tool_calls"][0]["arguments"] = "words";
    for (const auto& wrong : {writes(" "), uses("shout", {{"words", "Hey"}}), uses("say"), uses("say", {{"words", 1}}),
                              uses("send", {{"words", "Hey"}}), no_object}) {
        play(with_a_menu, "expect = function() end", {wrong, wrong});
        EXPECT_EQ(result.outcome, Outcome::broken) << wrong.dump();
        EXPECT_THAT(result.why, HasSubstr("the model that plays the caller does what nobody can do"));
    }
}

TEST_F(Evaluations, EndWhereARunTakesMoreThanItMay) {
    play(with_an_assistant, "turns = 2, judge = 'x'", {says("Hello"), writes("Hello")});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("the two have not come to an end after 2 turns"));
    play(with_an_assistant, "tokens = 200, judge = 'x'", {says("Hello"), writes("Hello")});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("the run has used more than 200 tokens"));
    play(with_an_assistant, "seconds = 3, judge = 'x'", {says("Hello"), writes("Hello")});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("the run has taken more than 3 seconds"));
}

TEST_F(Evaluations, AreBrokenByAModelThatDoesNotAnswer) {
    play(with_an_assistant, "judge = 'x'", {says("Hello"), nullptr});
    EXPECT_EQ(result.outcome, Outcome::broken);
    EXPECT_THAT(result.why, HasSubstr("the model that plays the assistant does not answer: timeout"));
}

TEST_F(Evaluations, FailWithAToolThatBreaksAndGoOnWithOneThatWasCalledWrongly) {
    play(with_an_assistant, "judge = 'x'",
         {says("Seven of us"), uses("book_table", {{"day", "2026-03-06"}, {"people", 7}})});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("the tool book_table broke: bistro/flow.lua:10: no table for seven"));
    play(with_an_assistant, "expect = function() end",
         {says("Some of us"), uses("book_table", {{"people", "some"}}), writes("How many?"), hangs_up()});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why;
    EXPECT_THAT(told(2), HasSubstr("error"));
}

TEST_F(Evaluations, HaveTheCallerPutThroughAsTheySay) {
    play(with_an_assistant, "expect = function() call:has_rung('+15550101') call:was_ended_by('flow') end",
         {says("A person, please"), uses("escalate", {{"why", "a person"}}, "Of course.")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    play(with_an_assistant,
         "on_transfer = function(to) if to == '+15550101' then dial:is_busy() end end, expect = function() end",
         {says("A person, please"), uses("escalate", {{"why", "a person"}}), says("Please call me back, I am Ada")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    EXPECT_EQ(
        told(2),
        "You hear: One moment.\n[you are put through to +15550101]\n[the one called is busy]\nNobody is there. Please "
        "leave a message.\n[you are recorded now]");
    EXPECT_THAT(result.transcript, HasSubstr("caller leaves a recording of 2 s"));
}

TEST_F(Evaluations, HaveTheCallerPressTheKeysThatAToolWaitsFor) {
    play(with_an_assistant, "expect = function() end",
         {says("It is me"), uses("check_pin", {}, "Your PIN, please."), uses("press", {{"keys", "1234"}}),
          writes("Thank you."), hangs_up()});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    EXPECT_EQ(told(2), "You hear: Your PIN, please.");
    EXPECT_EQ(told(3), "the PIN is 1234");
}

TEST_F(Evaluations, LetTheConversationEndAsTheEngineEndsIt) {
    play(with_an_assistant, "expect = function(caller) caller:is_hung_up() end",
         {uses("stay_silent"), uses("stay_silent"), uses("stay_silent")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    EXPECT_EQ(told(1), "You hear: Are you still there?");
    const std::string long_story = [] {
        std::string words;
        for (int i = 0; i < 2000; ++i) words += "and then ";
        return words;
    }();
    play(with_an_assistant, "expect = function() call:lasts_at_least(600) call:lasts_at_most(605) end",
         {says(long_story)});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why;
    EXPECT_THAT(result.transcript, HasSubstr("the conversation is over: time_limit"));
}

TEST_F(Evaluations, PlayAConversationByText) {
    play(with_an_assistant,
         "by_text = true, expect = function(_, assistant) assistant:has_used('book_table') texter:receives('booked') "
         "end",
         {uses("send", {{"words", "A table for four on Friday?"}}), writes("At what time?"),
          uses("send", {{"words", "At eight"}}), uses("book_table", {{"day", "2026-03-06"}, {"people", 4}}),
          writes("It is booked."), uses("stop")});
    EXPECT_EQ(result.outcome, Outcome::passed) << result.why << "\n" << result.transcript;
    EXPECT_EQ(told(0), "You begin.");
    EXPECT_EQ(told(2), "You are sent: At what time?");
    EXPECT_THAT(requests[3].chat["messages"].dump(), HasSubstr("A table for four on Friday?"));
    EXPECT_EQ(told(5), "You are sent: It is booked.");
    EXPECT_EQ(requests[0].chat["tools"].size(), 2U);
}

TEST_F(Evaluations, PrepareTheirSurroundings) {
    play(with_an_assistant,
         "at = '2026-03-06 20:00', zone = 'America/New_York', prepare = function() store:set('seats/2026-03-06', 8)\n"
         "never:says('full') end, expect = function() store:has('seats/2026-03-06', 8) end",
         {says("Is there room?"), writes("We are full, sorry.")});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("expected the flow never to say \"full\""));
    EXPECT_THAT(requests[0].chat["messages"][0]["content"], HasSubstr("It is Friday, 2026-03-06, 20:00."));
}

TEST_F(Evaluations, FailWithAFlowThatBreaks) {
    play("return { on_call = function() error('oh') end }", "judge = 'x'", {});
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("the flow broke at bistro/flow.lua:1: oh"));
}

TEST_F(Evaluations, SayWhatIsWrongWithThem) {
    const std::string eval = "local eval = evaluation.flow('bistro')\n";
    EXPECT_EQ(problem(eval + "eval 'x' { persona = 'A', goal = 'B', judge = 'C' }"), "");
    EXPECT_EQ(problem(eval + "eval('x', { persona = 'A', goal = 'B', judge = 'C' })"), "") << "with brackets, too";
    EXPECT_THAT(problem(eval + "eval 'x' { goal = 'B', judge = 'C' }"),
                StartsWith("bistro/flow_eval.lua:2: an evaluation needs a `persona`: "));
    EXPECT_THAT(problem(eval + "eval 'x' { persona = 'A', goal = 'B' }"),
                StartsWith("bistro/flow_eval.lua:2: nothing says when a run passes: give it `expect`"));
    EXPECT_THAT(problem(eval + "eval 'x' { persona = 'A', goal = 'B', jugde = 'C' }"),
                HasSubstr("option jugde is not known: did you mean \"judge\"?"));
    EXPECT_THAT(problem(eval + "eval 'x' { persona = 'A', goal = 'B', judge = 'C', at_least = 80 }"),
                HasSubstr("`at_least` is from 0 to 1, not 80"));
    EXPECT_THAT(problem(eval + "eval 'x'\neval 'y' { persona = 'A', goal = 'B', judge = 'C' }"),
                StartsWith("bistro/flow_eval.lua:2: the evaluation \"x\" has no table behind its name"));
    EXPECT_THAT(problem(eval + "eval 'x'"),
                StartsWith("bistro/flow_eval.lua:2: the evaluation \"x\" has no table behind its name"));
    for (const char* judge : {"''", "{ ' ' }", "{ friendly = true }", "{ friendly = 'yes' }"})
        EXPECT_THAT(problem(eval + "eval 'x' { persona = 'A', goal = 'B', judge = " + judge + " }"),
                    StartsWith("bistro/flow_eval.lua:2: "))
            << judge;
    EXPECT_THAT(problem(eval + "eval 'x' { persona = 'A', goal = 'B', judge = 'C', by_text = true }", with_a_menu),
                HasSubstr("the flow \"bistro\" has no on_message, and cannot be evaluated so"));
    EXPECT_THAT(problem("evaluation.flow('bristo')"), HasSubstr("no flow is called \"bristo\""));
    EXPECT_THAT(problem("evaluation.flwo('bistro')"), HasSubstr("evaluation.flwo is not known"));
    EXPECT_THAT(problem("local ="), StartsWith("bistro/flow_eval.lua:1: "));
}

TEST_F(Evaluations, AreListedWithTheShareThatHasToPass) {
    const Source file{"bistro/flow_eval.lua",
                      "local eval = evaluation.flow('bistro', { from = '+12025550143' })\n"
                      "eval 'books' { persona = 'A', goal = 'B', judge = 'C', at_least = 0.8 }\n"
                      "eval 'tells' { persona = 'A', goal = 'B', judge = 'C' }\n"};
    on_worker([&] {
        EvaluationRun run(file, compile(with_an_assistant), {});
        EXPECT_FALSE(run.load());
        ASSERT_EQ(run.evaluations().size(), 2U);
        EXPECT_EQ(run.evaluations()[0].name, "books");
        EXPECT_EQ(run.evaluations()[0].where, "bistro/flow_eval.lua:2");
        EXPECT_EQ(run.evaluations()[0].at_least, 0.8);
        EXPECT_EQ(run.evaluations()[1].at_least, 1);
    });
}

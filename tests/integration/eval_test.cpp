// `switchhook eval` against the simulated model, over its sockets.
#include "integration/engine_fixture.hpp"

#include <algorithm>
#include <csignal>

using namespace switchhook;
using namespace switchhook::tests;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* bistro = R"(
local host = agent {
  instructions = "You are the host of a bistro.",
  greeting = "Good evening!",
  tools = {
    book_table = {
      about = "Books a table.",
      params = { people = "integer 1..12" },
      run = function(args)
        kv.set("people", args.people)
        return { booked = true }
      end,
    },
    agent.hangup,
  },
}
return { fallback = { dial = "+15550190" }, on_call = function(call) call:converse(host) end }
)";

constexpr const char* evaluations = R"(
local eval = evaluation.flow("shop")
eval "books a table" {
  persona = "You are Ada.",
  goal = "Book a table for four.",
  expect = function() store:has("people", 4) end,
  judge = "The assistant says that the table is booked.",
}
)";

// What plays the caller, the host and the judge, each in a conversation of its own.
std::string models(const std::string& verdict = R"(model:uses("verdict", { verdicts = { {
    criterion = 1, explanation = "It says so.", passed = true } } }))",
                   int people = 4) {
    return R"(
local model = assistant()
local function has(tool) return (pcall(function() model:is_given(tool) end)) end
if has("verdict") then
  )" + verdict +
           R"(
elseif has("hang_up") then
  model:is_asked_to("You are Ada")
  model:uses("say", { words = "A table for four, please" })
  model:is_told("You hear: Your table is booked.")
  model:uses("hang_up", { words = "Thank you, bye" })
else
  model:is_asked_to("the host of a bistro")
  model:hears("table for four")
  model:uses("book_table", { people = )" +
           std::to_string(people) + R"( })
  model:is_told("booked")
  model:says("Your table is booked.")
end
)";
}

class Eval : public EngineTest {
protected:
    void SetUp() override {
        EngineTest::SetUp();
        flow("flows/shop/flow.lua", bistro);
        flow("flows/shop/flow_eval.lua", evaluations);
    }

    // Starts the simulated model.
    void play_models(const std::string& script) {
        flow("sim/models.lua", script);
        const std::vector<std::string> arguments{"sim", "model", "--port", "0", "--script", "models.lua"};
        sim_ = std::make_unique<ChildProcess>(arguments, folder / "sim");
        const std::string begin = "OPENAI_BASE_URL=";
        ASSERT_TRUE(eventually([&] {
            auto out = sim_->out();
            auto at = out.find(begin);
            if (at == out.npos || out.find('\n', at) == out.npos) return false;
            base_url_ = out.substr(at + begin.size(), out.find('\n', at) - at - begin.size());
            return true;
        })) << sim_->err();
    }

    Ran eval(std::vector<std::string> arguments = {}, std::map<std::string, std::string> variables = {}) {
        arguments.insert(arguments.begin(), "eval");
        variables.try_emplace("OPENAI_API_KEY", "sk-simulated");
        if (!base_url_.empty()) variables.try_emplace("OPENAI_BASE_URL", base_url_);
        ChildProcess child(std::move(arguments), folder.root(), variables);
        auto code = child.exit_code();
        return {code, child.out(), child.err()};
    }

    std::string played() const { return sim_->out() + sim_->err(); }

    std::unique_ptr<ChildProcess> sim_;
    std::string base_url_;
};

}  // namespace

TEST_F(Eval, HasModelsTalkAndTellsWhatTheyTook) {
    play_models(models());
    auto ran = eval({"--repeat", "2", "--jobs", "1"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err << played();
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("shop/flow_eval.lua\n  ✓ books a table  2 of 2 runs  ("),
                      HasSubstr("1 passed, 0 failed\n"), HasSubstr("gpt-6-luna: "), HasSubstr(" tokens in, ")));
    EXPECT_THAT(ran.out, HasSubstr("no price is known; --price gpt-6-luna=IN/OUT")) << "this is not OpenAI's server";
    EXPECT_EQ(ran.err, "");
}

TEST_F(Eval, RunsAtTheSameTimeAndSaysWhatItCost) {
    play_models(models());
    auto ran = eval({"shop", "--repeat", "3", "--model", "clever", "--judge-model", "wise", "--price",
                     "clever=1000/2000", "--price", "wise=1/0.5/2"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err << played();
    EXPECT_THAT(ran.out, AllOf(HasSubstr("3 of 3 runs"), HasSubstr("\nclever: "), HasSubstr("\nwise: "),
                               HasSubstr("\ncost: $"), Not(HasSubstr("no price is known"))));
}

TEST_F(Eval, FailsWithTheCallWhereTheFlowDoesNotDoWhatItHasTo) {
    play_models(models("model:says('unused')", 3));
    auto ran = eval();
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("✗ books a table  0 of 1 run, needed 1"),
                      HasSubstr("run 1 failed: shop/flow_eval.lua:6: expected the store to hold \"people\" = 4"),
                      HasSubstr("assistant uses book_table {\"people\":3}"), HasSubstr("0 passed, 1 failed")))
        << ran.err << played();
}

TEST_F(Eval, FailsWithWhatTheJudgeFinds) {
    play_models(
        models("model:uses('verdict', { verdicts = { { criterion = 1, explanation = 'It mumbles.', passed = "
               "false } } })"));
    auto ran = eval();
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("run 1 failed: shop/flow_eval.lua:3: the judge finds that this is not met: The "
                                   "assistant says that the table is booked. (It mumbles.)"))
        << ran.err << played();
}

TEST_F(Eval, TakesAMalformedVerdictForNone) {
    play_models(models("model:uses('verdict', '{\"verdicts\": [{\"criterion\": 1, \"passed\": true')"));
    auto ran = eval();
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("run 1 broke off: shop/flow_eval.lua:3: the judge's answer is no verdict"))
        << ran.err << played();
}

TEST_F(Eval, IsContentWithTheShareThatTheAuthorAsksFor) {
    flow("flows/shop/flow_eval.lua",
         "local eval = evaluation.flow('shop')\n"
         "eval 'may fail' { persona = 'You are Ada.', goal = 'x', at_least = 0,\n"
         "expect = function() store:has('people', 5) end }\n");
    play_models(models());
    auto ran = eval();
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err << played();
    EXPECT_THAT(ran.out, AllOf(HasSubstr("✓ may fail  0 of 1 run"), HasSubstr("run 1 failed: ")));
}

TEST_F(Eval, SaysThatAModelDoesNotAnswer) {
    auto ran = eval({}, {{"OPENAI_BASE_URL", "http://127.0.0.1:1/v1"}});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("run 1 broke off: shop/flow_eval.lua:3: the model that plays the caller does not "
                                   "answer: unreachable"));
    EXPECT_THAT(ran.err, Not(HasSubstr("sk-simulated")));
}

TEST_F(Eval, NeedsAKey) {
    auto ran = eval({}, {{"OPENAI_API_KEY", ""}});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err, "switchhook: evaluations talk with a real model: set OPENAI_API_KEY\n");
}

TEST_F(Eval, SaysWhatIsWrongWithItsCommandLine) {
    EXPECT_THAT(eval({"--price", "cheap"}).err, HasSubstr("a price is MODEL=IN/OUT"));
    EXPECT_EQ(eval({"--price", "cheap"}).exit_code, 2);
    EXPECT_EQ(eval({}, {{"OPENAI_BASE_URL", "http://models.example/v1"}}).exit_code, 2)
        << "the key would go out in clear";
    EXPECT_EQ(eval({"--repeat", "0"}).exit_code, 2);
    auto none = eval({"--filter", "no such"});
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_EQ(none.err, "switchhook: there is no evaluation whose name contains `no such`\n");
    EXPECT_EQ(eval({"nowhere"}).exit_code, 3);
    EXPECT_EQ(eval({"--help"}).exit_code, 0);
}

TEST_F(Eval, IsNotRunByTestAndCheckWhichSeeThatItLoads) {
    for (const char* name : {"test", "check"}) {
        auto fine = run_switchhook({name});
        EXPECT_EQ(fine.exit_code, 0) << name << ": " << fine.out << fine.err;
    }
    flow("flows/shop/flow_eval.lua",
         "local eval = evaluation.flow('shop')\neval 'books' { persona = 'A', goal = 'B', jugde = 'C' }\n");
    for (const char* name : {"test", "check"}) {
        auto wrong = run_switchhook({name, "shop"});
        EXPECT_EQ(wrong.exit_code, 1) << name;
        EXPECT_THAT(wrong.out + wrong.err,
                    HasSubstr("shop/flow_eval.lua:2: option jugde is not known: did you mean \"judge\"?"));
    }
    auto ran = eval();
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.err, HasSubstr("shop/flow_eval.lua:2: option jugde is not known"));
    serve();  // callers have nothing to do with it
}

TEST_F(Eval, OfConcyaCanBePassed) {
    play_models(R"(
local model = assistant()
local function has(tool) return (pcall(function() model:is_given(tool) end)) end
if has("verdict") then
  local verdicts = {}
  for i = 1, 2 do verdicts[i] = { criterion = i, explanation = "It is so.", passed = true } end
  model:uses("verdict", { verdicts = verdicts })
elseif has("hang_up") then
  model:uses("say", { words = "A table for four on Friday at eight in the evening, for Ada Byrne" })
  model:is_told("A table for 4 on Friday at eight")
  model:uses("say", { words = "No, thank you. Goodbye!" })
else
  model:hears("A table for four")
  model:uses("check_day", { day = "2026-03-06" })
  model:is_told { free_seats = 40 }
  model:uses("book_table", { day = "2026-03-06", time = "20:00", people = 4, name = "Ada Byrne" })
  model:is_told { booked = true }
  model:says("A table for 4 on Friday at eight in the evening. Anything else?")
  model:hears("Goodbye")
  model:says_and_uses("Goodbye!", "hangup")
end
)");
    auto ran = eval({"--flows", SOURCE_DIR "/flows", "concya", "--filter", "books a table"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err << played();
    EXPECT_THAT(ran.out, HasSubstr("✓ books a table  1 of 1 run"));
}

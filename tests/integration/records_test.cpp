// From production to test: what `calls`, `show`, `replay` and `record` make of calls that a real engine has led.
#include "integration/bookings.hpp"
#include "integration/scenario_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using core::Json;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

class Records : public ScenarioTest {
protected:
    void SetUp() override {
        flow("flows/numbers.lua", "return { ['+15550100'] = { flow = 'shop', settings = { crm = '" + crm_.url() +
                                      "', crm_token = 'tok-9f8e7d6c' } } }");
        flow("flows/shop/flow.lua", shop());
    }
    void start() { serve({"--allow-private-network"}); }

    // Books tables by menu, tells a CRM of them, and rings the front desk.
    static std::string shop(const std::string& greeting = "Hello.", const std::string& second = "Your name, please?") {
        return R"(return {
  settings = { front_desk = "+15550190", crm = "", crm_token = "" },
  fallback = { dial = "+15550190" },
  on_call = function(call)
    call:say(")" +
               greeting + R"(")
    local choice = call:gather { say = "To book, press 1. For the desk, press 2.", digits = 1 }
    if choice and choice.digits == "1" then
      local said = call:gather { say = ")" +
               second + R"(", speech = true }
      local reply = http.post(call.settings.crm .. "/book?keyid=kid-77&token=" .. call.settings.crm_token,
        { json = { turn = 7, words = said.speech, phone = call.from } })
      kv.set("last/" .. call.from, said.speech)
      call:say("Booked as number " .. reply.json.number .. ". You said: " .. said.speech .. ".")
      return
    elseif choice and choice.digits == "3" then
      call:say(({})[choice.digits]:upper())
    end
    if not call:dial(call.settings.front_desk, { timeout = 20 }) then call:say("Nobody is free.") end
  end,
  on_call_ended = function(call)
    if call.settings.crm ~= "" then
      http.post(call.settings.crm .. "/ended", { json = { turn = 1, seconds = call:summary().seconds } })
    end
  end,
  on_message = function(message)
    kv.set("asked/" .. message.from, message.body)
    return "Today until ten."
  end,
}
)";
    }

    std::string books(const std::string& from = caller) {
        return play_alone("local ada = call { from = '" + from + R"(', to = '+15550100', caller = 'Ada' }
            ada:hears("press 1")
            ada:presses("1")
            ada:hears("your name")
            ada:says("My name is Grace Hopper")
            ada:hears("Booked as number 7. You said: My name is Grace Hopper.")
            ada:is_hung_up())");
    }
    std::string wants_the_desk() {
        return play_alone(R"(local ada = call { from = '+15551230148', to = '+15550100', caller = 'Ada' }
            ada:hears("press 2")
            ada:presses("2")
            ada:is_put_through_to("+15550190")
            dial:is_busy()
            ada:hears("Nobody is free.")
            ada:is_hung_up())");
    }

    // The calls that are over, on_call_ended included, once there are so many.
    Json ended(std::size_t count) {
        Json listed;
        EXPECT_TRUE(eventually([&] {
            listed = Json::parse(run_switchhook({"calls", "--json", "--ended", "--show-numbers"}).out);
            return listed.size() == count && crm_.calls_ended() >= count;
        })) << listed.dump(2);
        return listed;
    }
    std::string last_call() { return run_switchhook({"calls", "--json", "--most", "1"}).out; }
    std::string newest() { return Json::parse(last_call())[0]["call"]; }

    // Records a call as the flow's test, and runs that on the version of the call.
    std::string record(const std::string& call) {
        auto recorded = run_switchhook({"record", call});
        EXPECT_EQ(recorded.exit_code, 0) << recorded.err << recorded.out;
        flow("run/recorded/numbers.lua", "return { ['+15550100'] = 'shop' }");
        flow("run/recorded/shop/flow.lua", read_file(folder / "flows/shop/flow.lua"));
        flow("run/recorded/shop/flow_test.lua", recorded.out);
        auto tested = run_switchhook({"test", "recorded", "--format", "tap"});
        EXPECT_EQ(tested.exit_code, 0) << recorded.out << tested.out << tested.err;
        EXPECT_THAT(tested.out, HasSubstr("ok 1"));
        return recorded.out;
    }

    Bookings crm_{workers_, log_, std::chrono::milliseconds(1)};
};

}  // namespace

TEST_F(Records, AreListedTheNewestFirst) {
    EXPECT_EQ(run_switchhook({"calls"}).exit_code, 3) << "no engine has run yet";
    start();
    EXPECT_EQ(run_switchhook({"calls"}).out, "no call has come in yet\n");
    EXPECT_EQ(books(), "");
    EXPECT_EQ(wants_the_desk(), "");
    ended(2);
    ring(1000);

    auto all = run_switchhook({"calls"});
    EXPECT_EQ(all.exit_code, 0) << all.err;
    EXPECT_THAT(all.out, ContainsRegex(sid(1000) + " .* -  .* shop .* …0147 .* …0100 .* active\n" +
                                       "CA[0-9a-f]{32} .* [0-9]+:[0-9]+ .* …0148 .* completed\n" +
                                       "CA[0-9a-f]{32} .* …0147 .* completed\n"));
    EXPECT_THAT(all.out, Not(HasSubstr("5551230147")));
    EXPECT_THAT(run_switchhook({"calls", "--show-numbers"}).out, HasSubstr("+15551230147"));
    EXPECT_EQ(run_switchhook({"calls", "--flow", "other"}).out, "there is no such call\n");
    EXPECT_EQ(Json::parse(run_switchhook({"calls", "--json", "--caller", "0147", "--ended"}).out).size(), 1u);
    EXPECT_EQ(Json::parse(run_switchhook({"calls", "--json", "--active"}).out)[0]["call"], sid(1000));
    EXPECT_EQ(Json::parse(run_switchhook({"calls", "--json", "--until", "1h"}).out).size(), 0u);
    EXPECT_EQ(Json::parse(run_switchhook({"calls", "--json", "--since", "1h"}).out).size(), 3u);
    EXPECT_EQ(run_switchhook({"calls", "--since", "noon"}).exit_code, 2);
    end(1000);
}

TEST_F(Records, ShowWhatHappenedStepByStep) {
    start();
    EXPECT_EQ(books(), "");
    auto id = ended(1)[0]["call"].get<std::string>();
    auto shown = run_switchhook({"show", id.substr(0, 12)});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, StartsWith(id + "  shop, version "));
    EXPECT_THAT(shown.out, HasSubstr("from …0147 to …0100, "));
    EXPECT_THAT(shown.out, ContainsRegex("0:00  flow       says \"Hello.\"  \\(shop/flow.lua:5\\)\n"
                                         " +0:00  flow       says \"To book, press 1. For the desk, press 2.\".*\n"
                                         " +0:00  flow       waits for 1 key  \\(shop/flow.lua:6\\)\n"
                                         " +0:0[0-9]  caller     presses 1\n"));
    EXPECT_THAT(shown.out, HasSubstr("caller     says \"My name is Grace Hopper\""));
    EXPECT_THAT(shown.out, AllOf(HasSubstr("/book?…  (shop/flow.lua:9)"), HasSubstr("network    replies 200")));
    EXPECT_THAT(shown.out, HasSubstr("flow       is done and hangs up"));
    EXPECT_THAT(shown.out, HasSubstr("\non_call_ended\n"));
    EXPECT_THAT(shown.out, AllOf(Not(HasSubstr("5551230147")), Not(HasSubstr("tok-9f8e7d6c"))));
    EXPECT_THAT(run_switchhook({"show", id, "--show-numbers"}).out, HasSubstr("from +15551230147"));

    auto json = Json::parse(run_switchhook({"show", id, "--json"}).out);
    EXPECT_EQ(json["flow"], "shop");
    EXPECT_EQ(json["steps"][0], (Json{{"at", json["steps"][0]["at"]},
                                      {"handler", "on_call"},
                                      {"who", "flow"},
                                      {"what", "says \"Hello.\""},
                                      {"where", "shop/flow.lua:5"}}));
}

TEST_F(Records, TellOfTextMessagesToo) {
    start();
    EXPECT_EQ(run_switchhook({"calls", "--texts"}).out, "no text message has come in yet\n");
    EXPECT_EQ(play_alone(R"(local ann = text { from = '+15551230147', to = '+15550100', body = 'Are you open?' }
        ann:receives("until ten"))"),
              "");
    Json texts;
    EXPECT_TRUE(eventually([&] {
        texts = Json::parse(run_switchhook({"calls", "--texts", "--json", "--ended"}).out);
        return texts.size() == 1;
    }));
    auto id = texts[0]["text"].get<std::string>();
    EXPECT_THAT(run_switchhook({"calls", "--texts"}).out,
                ContainsRegex("TEXT +CAME \\(UTC\\) +FLOW .*\n" + id + " .* shop +…0147 +…0100 +received\n"));
    EXPECT_EQ(run_switchhook({"calls", "--texts", "--caller", "0148"}).out, "there is no such text message\n");
    EXPECT_EQ(run_switchhook({"calls"}).out, "no call has come in yet\n");

    auto shown = run_switchhook({"show", id});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, ContainsRegex("0:00  sender     texts \"Are you open\\?\"\n.*\n.*flow       replies "
                                         "\"Today until ten.\"\n$"));
    EXPECT_EQ(Json::parse(run_switchhook({"show", id, "--json"}).out)["steps"][1]["handler"], "on_message");

    auto replayed = run_switchhook({"replay", id});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
    EXPECT_THAT(replayed.out, HasSubstr("the text goes the same way: 2 steps"));
    auto edited = shop();
    edited.replace(edited.find("until ten"), 9, "until six");
    flow("edited/shop/flow.lua", edited);
    flow("edited/numbers.lua", "return {}");
    EXPECT_THAT(run_switchhook({"replay", id, "--against", "../edited/shop"}).out,
                HasSubstr("the text goes another way"));
    auto recorded = run_switchhook({"record", id});
    EXPECT_EQ(recorded.exit_code, 1);
    EXPECT_THAT(recorded.err, HasSubstr(id + " is a text message, and only calls are written as tests"));
}

TEST_F(Records, SayWhichCallsCouldBeMeant) {
    start();
    ring(1);
    ring(2);
    auto two = run_switchhook({"show", "CA000"});
    EXPECT_EQ(two.exit_code, 1);
    EXPECT_THAT(two.err, HasSubstr("more than one call's id begins with `CA000`: name more of it, as of " + sid(2)));
    auto none = run_switchhook({"replay", "CB"});
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_THAT(none.err, HasSubstr("no call's id begins with `CB`: `switchhook calls` lists those that are kept"));
    EXPECT_EQ(run_switchhook({"record", "CB"}).exit_code, 1);
    auto waiting = run_switchhook({"show", sid(1)});
    EXPECT_THAT(waiting.out, AllOf(HasSubstr("goes on"), HasSubstr("waits for 1 key")));
    end(1);
    end(2);
}

TEST_F(Records, ShowTheAuthorsLineWhereAFlowBroke) {
    start();
    EXPECT_EQ(play_alone(R"(local ada = call { from = '+15551230147', to = '+15550100', caller = 'Ada' }
        ada:presses("3")
        ada:is_put_through_to("+15550190")
        dial:answers { seconds = 12 }
        ada:is_hung_up())"),
              "");
    auto id = ended(1)[0]["call"].get<std::string>();
    auto shown = run_switchhook({"show", id});
    EXPECT_THAT(shown.out, HasSubstr("the flow broke at shop/flow.lua:15: attempt to index a nil value"));
    EXPECT_THAT(shown.out, AllOf(HasSubstr("engine     takes over and puts the caller through to …0190"),
                                 HasSubstr("carrier    connects the two for 12 s")));
    EXPECT_EQ(Json::parse(run_switchhook({"show", id, "--json"}).out)["broke"]["where"], "shop/flow.lua:15");

    // The test of it is one that passes once the flow is mended.
    auto recorded = run_switchhook({"record", id});
    EXPECT_EQ(recorded.exit_code, 0) << recorded.err;
    EXPECT_THAT(recorded.err, HasSubstr("on this call the flow broke at shop/flow.lua:15"));
    EXPECT_THAT(recorded.out, HasSubstr("caller:presses(\"3\")"));
    auto mended = shop();
    const std::string broken = "({})[choice.digits]:upper()";
    mended.replace(mended.find(broken), broken.size(), "choice.digits:lower()");
    flow("run/recorded/numbers.lua", "return { ['+15550100'] = 'shop' }");
    flow("run/recorded/shop/flow.lua", mended);
    flow("run/recorded/shop/flow_test.lua", recorded.out);
    EXPECT_EQ(run_switchhook({"test", "recorded"}).exit_code, 0);
}

TEST_F(Records, AreReplayedAgainstTheirOwnVersionAndEditedOnes) {
    start();
    EXPECT_EQ(books(), "");
    auto id = ended(1)[0]["call"].get<std::string>();
    auto requests = crm_.requests();

    auto own = run_switchhook({"replay", id});
    EXPECT_EQ(own.exit_code, 0) << own.out << own.err;
    EXPECT_THAT(own.out, ContainsRegex("with version [0-9a-f]{12} of shop the call goes the same way: [0-9]+ steps\n"));
    EXPECT_EQ(run_switchhook({"replay", id, "--against", "flows/shop"}).exit_code, 0);

    flow("run/edited/shop/flow.lua", shop("Good day."));
    auto words = run_switchhook({"replay", id, "--against", "edited/shop"});
    EXPECT_EQ(words.exit_code, 1);
    EXPECT_THAT(words.out, HasSubstr("   then  flow       says \"Hello.\"  (shop/flow.lua:5)\n"
                                     "    now  flow       says \"Good day.\"  (shop/flow.lua:5)\n"));
    EXPECT_THAT(words.out, HasSubstr("with edited/shop the call goes the same way, with other words in 1 place\n"));

    auto text = shop();
    text.replace(text.find("speech = true"), 13, "digits = 4");
    flow("run/edited/shop/flow.lua", text);
    auto another = run_switchhook({"replay", id.substr(0, 10), "--against", "edited"});
    EXPECT_EQ(another.exit_code, 1);
    EXPECT_THAT(another.out, HasSubstr("caller     presses 1\n"));
    EXPECT_THAT(another.out, HasSubstr("   then  flow       waits for keys or speech  (shop/flow.lua:8)\n"
                                       "    now  flow       waits for 4 keys  (shop/flow.lua:8)\n\n"
                                       "with edited the call goes another way from here on\n"));
    auto json = Json::parse(run_switchhook({"replay", id, "--against", "edited", "--json"}).out);
    EXPECT_EQ(json["same"], false);
    EXPECT_EQ(json["differences"][0]["now"][1]["where"], "shop/flow.lua:8");

    flow("run/edited/shop/flow.lua", "return {\n  on_cal = function() end,\n}");
    auto broken = run_switchhook({"replay", id, "--against", "edited"});
    EXPECT_EQ(broken.exit_code, 1);
    EXPECT_THAT(broken.err, HasSubstr("shop/flow.lua:2: "));
    EXPECT_EQ(run_switchhook({"replay", id, "--against", "nowhere"}).exit_code, 3);
    EXPECT_EQ(crm_.requests(), requests) << "a replay sends nothing";
}

TEST_F(Records, BecomeTestsThatPassAndTellNobodysName) {
    start();
    EXPECT_EQ(books(), "");
    auto id = ended(1)[0]["call"].get<std::string>();
    auto test = record(id);
    EXPECT_THAT(test, AllOf(HasSubstr("caller:hears(\"Hello.\")"), HasSubstr("caller:presses(\"1\")"),
                            HasSubstr("caller:says(\"My name is Alex Robin\""),
                            HasSubstr("caller:hears(\"Booked as number 7. You said: My name is Alex Robin.\")"),
                            HasSubstr("network:replies(\"POST http"), HasSubstr("/book?keyid=*&token=*"),
                            HasSubstr("caller:is_hung_up()"),
                            HasSubstr("store:has(\"last/+12025550142\", \"My name is Alex Robin\")")));
    EXPECT_THAT(test, HasSubstr("json = { phone = \"+12025550142\", turn = 7, words = \"My name is Alex Robin\" }"));
    for (const char* personal : {"Grace", "Hopper", "5551230147", "tok-9f8e7d6c"})
        EXPECT_THAT(test, Not(HasSubstr(personal)));

    auto unmasked = run_switchhook({"record", id, "--unmasked"});
    EXPECT_EQ(unmasked.exit_code, 0) << unmasked.err;
    EXPECT_THAT(unmasked.out, AllOf(HasSubstr("Grace Hopper"), Not(HasSubstr("tok-9f8e7d6c"))));
}

TEST_F(Records, BecomeTestsOfDialsAndOfCallersWhoHangUp) {
    start();
    EXPECT_EQ(wants_the_desk(), "");
    auto dialled = record(ended(1)[0]["call"]);
    EXPECT_THAT(dialled, AllOf(HasSubstr("  caller:is_put_through_to(\"+15550190\")\n"),
                               HasSubstr("  dial:is_busy()\n  caller:hears(\"Nobody is free.\")\n")));
    EXPECT_EQ(play_alone(R"(local ada = call { from = '+15551230147', to = '+15550100', caller = 'Ada' }
        ada:presses("1")
        ada:hangs_up())"),
              "");
    EXPECT_THAT(record(ended(2)[0]["call"]), HasSubstr("caller:hears(\"Your name, please?\")\n"));
    EXPECT_THAT(record(newest()), HasSubstr("  caller:hangs_up()\n"));
}

namespace {

// The shop with an assistant that books tables.
class RecordsOfConversations : public Records {
protected:
    void SetUp() override {
        Records::SetUp();
        flow("flows/shop/flow.lua", R"(
local host = agent {
  instructions = "You are the host.",
  greeting = "Good evening! How can I help you?",
  tools = {
    book_table = {
      about = "Books a table.",
      params = { people = "integer 1..12", name = "string" },
      run = function(args, call)
        local reply = http.post(call.settings.crm .. "/book", { json = { turn = args.people, name = args.name } })
        return { booked = true, number = reply.json.number, name = args.name }
      end,
    },
    agent.hangup,
  },
}
return {
  settings = { crm = "", crm_token = "" },
  on_call = function(call)
    local outcome = call:converse(host)
    call:say("It was " .. outcome.reason .. ".")
  end,
  on_call_ended = function(call)
    http.post(call.settings.crm .. "/ended", { json = { turn = 1, lines = #call:summary().transcript } })
  end,
}
)");
        start_model();
        start();
    }
};

}  // namespace

TEST_F(RecordsOfConversations, ShowWhatWasSaidAndUsedAndBecomeTests) {
    EXPECT_EQ(play(R"(
        model:says("Good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:says("A table for four, please. My name is Grace")
        model:hears("a table for four")
        model:uses("book_table", { people = 4, name = "Grace" })
        model:is_told({ booked = true })
        model:says("Your table is booked, Grace. Anything else?")
        ada:hears("anything else")
        ada:says("No, thank you")
        model:hears("no, thank you")
        model:says_and_uses("Goodbye!", "hangup")
        ada:hears("goodbye!")
        ada:hears("It was finished.")
        ada:is_hung_up())"),
              "");
    auto call = ended(1)[0];
    EXPECT_EQ(call["usage"]["conversations"], 1);
    EXPECT_GT(call["usage"]["input"].get<int>(), 0);
    EXPECT_GT(call["usage"]["responses"].get<int>(), 0);

    auto shown = run_switchhook({"show", call["call"]});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, ContainsRegex("assistant  says \"Good evening! How can I help you\\?\"\n"
                                         "(.*\n)*.*caller     says \"A table for four, please. My name is Grace\"\n"
                                         "(.*\n)*.*assistant  uses book_table .*\n"
                                         ".*flow       sends POST .*/book.*\n.*network    replies 200\n"
                                         ".*flow       tells the assistant .*booked.*\n"));
    EXPECT_THAT(shown.out, ContainsRegex("models: .*conversations 1.*input [1-9].*"));
    EXPECT_EQ(run_switchhook({"replay", call["call"]}).exit_code, 0);

    auto test = record(call["call"]);
    EXPECT_THAT(test, AllOf(HasSubstr("caller:hears(\"Good evening! How can I help you?\")"),
                            HasSubstr("caller:says(\"A table for four, please. My name is Alex\")"),
                            HasSubstr("assistant:uses(\"book_table\", { name = \"Alex\", people = 4 })"),
                            HasSubstr("assistant:is_told({ booked = true, name = \"Alex\", number = 4 })"),
                            HasSubstr("assistant:says(\"Your table is booked, Alex. Anything else?\")"),
                            HasSubstr("caller:hears(\"It was finished.\")")));
    EXPECT_THAT(test, Not(HasSubstr("Grace")));
}

TEST_F(RecordsOfConversations, TellThatTheCallerHungUpInTheMiddle) {
    EXPECT_EQ(play(R"(
        model:says("Good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:hangs_up())"),
              "");
    auto call = ended(1)[0]["call"].get<std::string>();
    EXPECT_THAT(run_switchhook({"show", call}).out, HasSubstr("caller     hangs up"));
    EXPECT_THAT(record(call), HasSubstr("caller:hangs_up()"));
}

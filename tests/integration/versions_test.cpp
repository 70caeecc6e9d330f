#include "integration/engine_fixture.hpp"
#include "store/postgres_server.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class VersionsOfAnEngine : public EngineTest {
protected:
    void save(const std::string& words) {
        auto before = call_says();
        flow("flows/shop/flow.lua", greeting(words));
        ASSERT_TRUE(eventually([&] { return call_says() != before; })) << words;
    }
    // A folder that no engine watches.
    void draft(const std::string& words) {
        flow("run/drafts/numbers.lua", "return { ['+15550100'] = 'shop' }");
        flow("run/drafts/shop/flow.lua", greeting(words));
    }
    // What the next call hears.
    std::string call_says(const char* from = caller, const char* to = number) {
        net::Form form{{"CallSid", sid(++calls)},
                       {"AccountSid", "AC00000000000000000000000000000001"},
                       {"From", from},
                       {"To", to},
                       {"CallStatus", "ringing"}};
        auto document = post("/twilio/voice", form);
        end(calls);
        return document;
    }
    bool soon_says(const std::string& words) {
        return eventually([&] { return call_says().find(">" + words + "<") != std::string::npos; });
    }
    Ran versions(std::vector<std::string> arguments) const { return run_switchhook(std::move(arguments)); }

    int calls = 0;
};

}  // namespace

TEST_F(VersionsOfAnEngine, AreListedWithTheirChangesAndCalls) {
    serve();
    save("Good day");
    auto waiting = ring(1000);
    auto ran = versions({"versions", "shop"});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("CHANGE"));
    EXPECT_THAT(ran.out, testing::ContainsRegex("live  .*edited shop/flow.lua\n.*  -  .*new\n"));
    EXPECT_EQ(versions({"versions", "+15550100"}).exit_code, 0);
    auto unknown = versions({"versions", "shap"});
    EXPECT_EQ(unknown.exit_code, 3);
    EXPECT_THAT(unknown.err, HasSubstr("no version of a flow `shap` was ever live: did you mean `shop`?"));
    end(1000);
}

TEST_F(VersionsOfAnEngine, AreRolledBackWhileItRunsAndStayWhenItStartsAgain) {
    serve();
    save("Good day");
    auto ran = versions({"rollback", "shop"});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(soon_says("Hello"));
    EXPECT_THAT(versions({"flows"}).out, HasSubstr("not live: the files are version"));
    EXPECT_THAT(versions({"versions", "shop"}).out, AllOf(HasSubstr("rolled back from"), HasSubstr("rolled back  ")));

    engine.reset();
    serve();
    EXPECT_THAT(call_says(), HasSubstr(">Hello<"));
    auto again = versions({"rollback", "shop"});
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_THAT(again.err, HasSubstr("no other version of shop was live before"));

    auto published = versions({"publish", "shop"});
    EXPECT_EQ(published.exit_code, 0) << published.out << published.err;
    EXPECT_TRUE(soon_says("Good day"));
}

TEST_F(VersionsOfAnEngine, AreRolledBackForOneNumber) {
    flow("flows/numbers.lua", "return { ['+15550100'] = 'shop', ['+15550101'] = 'shop' }");
    serve();
    save("Good day");
    EXPECT_EQ(versions({"rollback", "+15550101"}).exit_code, 0);
    auto other = [&] { return call_says(caller, "+15550101"); };
    EXPECT_TRUE(eventually([&] { return other().find(">Hello<") != std::string::npos; }));
    EXPECT_THAT(call_says(), HasSubstr(">Good day<"));
}

TEST_F(VersionsOfAnEngine, ArePublishedOnlyIfTheirTestsPass) {
    serve();
    draft("Good day");
    flow("run/drafts/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Good evening') end)");
    auto refused = versions({"publish", "shop", "--flows", "drafts"});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.out, AllOf(HasSubstr("shop/flow_test.lua:2: the test \"greets\" fails"),
                                   HasSubstr("shop is not published")));
    EXPECT_THAT(call_says(), HasSubstr(">Hello<"));
    draft("Good evening");
    EXPECT_EQ(versions({"publish", "shop", "--flows", "drafts"}).exit_code, 0);
    EXPECT_TRUE(soon_says("Good evening"));
}

TEST_F(VersionsOfAnEngine, AreDraftsForTestCallersOnly) {
    flow("flows/numbers.lua", "return { ['+15550100'] = { flow = 'shop', test_callers = { '+15551230199' } } }");
    serve();
    draft("Good day");
    auto ran = versions({"publish", "shop", "--flows", "drafts", "--draft"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    auto tester = [&] { return call_says("+15551230199", number); };
    EXPECT_TRUE(eventually([&] { return tester().find(">Good day<") != std::string::npos; }));
    EXPECT_THAT(call_says(), HasSubstr(">Hello<"));
    EXPECT_THAT(versions({"flows"}).out, testing::ContainsRegex("on trial: [0-9a-f]{12} for test callers"));
    EXPECT_EQ(versions({"promote", "shop"}).exit_code, 0);
    EXPECT_TRUE(soon_says("Good day"));
}

TEST_F(VersionsOfAnEngine, AreCanariesUntilTheyAreWithdrawn) {
    serve();
    draft("Good day");
    EXPECT_EQ(versions({"publish", "shop", "--flows", "drafts", "--canary", "99"}).exit_code, 0);
    EXPECT_TRUE(soon_says("Good day"));
    EXPECT_THAT(versions({"versions", "shop"}).out, HasSubstr("on trial for 99 % of the callers"));
    EXPECT_EQ(versions({"withdraw", "shop"}).exit_code, 0);
    EXPECT_TRUE(soon_says("Hello"));
    auto again = versions({"withdraw", "shop"});
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_THAT(again.err, HasSubstr("nothing of shop is on trial"));
}

TEST_F(VersionsOfAnEngine, AreTheAuthorsAgainAfterTheNextSave) {
    serve();
    save("Good day");
    ASSERT_EQ(versions({"rollback", "shop"}).exit_code, 0);
    ASSERT_TRUE(soon_says("Hello"));
    save("Good evening");
    EXPECT_THAT(call_says(), HasSubstr(">Good evening<"));
}

TEST_F(VersionsOfAnEngine, NeedAStoreThatAnEngineHasUsed) {
    auto ran = versions({"versions", "shop"});
    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_THAT(ran.err, HasSubstr("no engine has kept anything in `data`"));
}

// Two engines on one PostgreSQL; only the first has the flow's files.
TEST_F(VersionsOfAnEngine, AnswerOnAllEnginesThatShareADatabase) {
    PostgresServer postgres;
    const auto url = postgres.uri();
    serve({"--store", url});
    flow("second/flows/numbers.lua", "return { ['+15550100'] = 'shop' }");
    auto second = start_second(url);
    const auto first_origin = origin, second_origin = origin_of(*second);
    ASSERT_FALSE(second_origin.empty()) << second->err();

    origin = second_origin;
    EXPECT_THAT(call_says(), HasSubstr(">Hello<"));
    origin = first_origin;
    save("Good day");
    origin = second_origin;
    EXPECT_TRUE(soon_says("Good day"));
    auto ran = versions({"rollback", "shop", "--store", url});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(soon_says("Hello"));
    origin = first_origin;
    EXPECT_TRUE(soon_says("Hello"));
    EXPECT_THAT(second->err(), HasSubstr("by=\"rolled back from"));
}

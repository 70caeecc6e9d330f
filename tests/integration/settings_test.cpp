#include "integration/engine_fixture.hpp"
#include "store/postgres_server.hpp"

#include <filesystem>

using namespace switchhook;
using namespace switchhook::tests;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr const char* secret = "t0p-s3cret-token";

// A shop that says its word before and after a key, and how long its token is.
constexpr const char* shop = R"(return {
  settings = {
    word = { type = "text", default = "Hello", label = "Greeting", help = "What callers hear first." },
    seats = { type = "number", min = 1, max = 50 },
    desk = { type = "phone", default = "+15550190", label = "Front desk" },
    token = { type = "text", secret = true, label = "CRM token" },
  },
  fallback = { dial = "desk" },
  on_call = function(call)
    local settings = call.settings
    local function words() return settings.word .. " " .. #(settings.token or "") end
    local choice = call:gather { say = words(), digits = 1 }
    log("token", { token = settings.token })
    if choice and choice.digits == "9" then error("broken, with " .. settings.token) end
    if settings.token then
      http.post("http://127.0.0.1:9/crm", {
        headers = { Authorization = "Bearer " .. settings.token }, json = { call = call.id }, later = true,
      })
    end
    call:gather { say = words() .. " again", digits = 1 }
  end,
})";

class SettingsOfANumber : public EngineTest {
protected:
    void SetUp() override {
        flow("flows/numbers.lua", "return { ['+15550100'] = { flow = 'shop', settings = { desk = '+15550191' } } }");
        flow("flows/shop/flow.lua", shop);
        environment["SWITCHHOOK_KEY"] = key;
    }
    void TearDown() override {
        if (engine) {
            EXPECT_EQ((engine->err() + engine->out()).find(secret), std::string::npos) << engine->err();
        }
        EngineTest::TearDown();
    }

    // `switchhook settings …`, with a key.
    Ran settings(std::vector<std::string> arguments, const std::string& input = "", const char* with_key = key) {
        folder.write("run/.env", std::string("SWITCHHOOK_KEY=") + with_key + "\n");
        arguments.insert(arguments.begin(), "settings");
        return run_switchhook(std::move(arguments), input);
    }
    // What the next call hears.
    std::string call_says() {
        auto document = ring(++calls);
        end(calls);
        return document;
    }
    bool soon_says(const std::string& words) {
        return eventually([&] { return call_says().find(">" + words + "<") != std::string::npos; });
    }
    // Whether any file of the folder holds a text.
    bool is_kept(const std::string& text) const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "data"))
            if (entry.is_regular_file() && read_file(entry.path()).find(text) != std::string::npos) return true;
        return false;
    }

    int calls = 0;
};

}  // namespace

TEST_F(SettingsOfANumber, AreShownWithTheirOrigin) {
    serve();
    auto ran = settings({number});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("+15550100 runs shop\n"));
    EXPECT_THAT(ran.out, testing::ContainsRegex("word +Hello +default +Greeting: What callers hear first.\n"
                                                "seats +- *\n"
                                                "desk +\\+15550191 +numbers.lua +Front desk\n"
                                                "token +not set +- +CRM token\n"));
    auto json = core::Json::parse(settings({number, "--json"}).out);
    EXPECT_EQ(json["settings"][2]["value"], "+15550191");
    EXPECT_EQ(json["settings"][1]["max"], 50);
}

TEST_F(SettingsOfANumber, AreSetForTheNextCallWhileOneInProgressKeepsItsOwn) {
    serve();
    EXPECT_THAT(ring(1000), HasSubstr(">Hello 0<"));
    auto ran = settings({number, "word=Good day", "seats=12"});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, testing::ContainsRegex("revision 1\n(.*\n)*word +Good day +store"));
    EXPECT_TRUE(soon_says("Good day 0"));
    EXPECT_THAT(press(1000, 1, "1"), HasSubstr(">Hello 0 again<"));
    EXPECT_EQ(settings({number, "--unset", "word"}).exit_code, 0);
    EXPECT_TRUE(soon_says("Hello 0"));
    EXPECT_THAT(settings({number, "--history"}).out, AllOf(HasSubstr("set word, seats"), HasSubstr("unset word")));
    end(1000);
}

TEST_F(SettingsOfANumber, AreRolledBack) {
    serve();
    for (const auto* word : {"word=A", "word=B", "word=C"}) ASSERT_EQ(settings({number, word}).exit_code, 0);
    EXPECT_THAT(settings({number, "--rollback"}).out, testing::ContainsRegex("word +B +store"));
    EXPECT_THAT(settings({number, "--rollback"}).out, testing::ContainsRegex("word +A +store"));
    EXPECT_THAT(settings({number, "--rollback"}).out, testing::ContainsRegex("word +Hello +default"));
    EXPECT_THAT(settings({number, "--rollback", "3"}).out, testing::ContainsRegex("word +C +store"));
    EXPECT_TRUE(soon_says("C 0"));
    auto unknown = settings({number, "--rollback", "99"});
    EXPECT_EQ(unknown.exit_code, 1);
    EXPECT_THAT(unknown.err, HasSubstr("there is no revision `99`"));
}

TEST_F(SettingsOfANumber, AreCheckedBeforeTheyAreSet) {
    serve();
    auto refused = [&](const std::string& assignment) {
        auto ran = settings({number, assignment});
        EXPECT_EQ(ran.exit_code, 1) << assignment;
        return ran.err;
    };
    EXPECT_THAT(refused("wrod=Hi"), HasSubstr("shop has no setting `wrod`: did you mean \"word\"?"));
    EXPECT_THAT(refused("seats=51"), HasSubstr("`seats` is a number from 1 to 50, not 51: choose one of those"));
    EXPECT_THAT(refused("desk=5550100"), HasSubstr("`desk` is no phone number in E.164"));
    EXPECT_THAT(refused("desk"), HasSubstr("write a setting as name=value, not `desk`"));
    auto unset = settings({number, "--unset", "word"});
    EXPECT_THAT(unset.err, HasSubstr("`word` is not set for +15550100"));
    EXPECT_THAT(settings({"+15550109"}).err, HasSubstr("did you mean +15550100?"));
    EXPECT_THAT(settings({number, "--history"}).out, HasSubstr("nothing was ever set"));
}

TEST_F(SettingsOfANumber, KeepASecretThatNobodyReads) {
    serve();
    auto ran = settings({number, "token=-"}, std::string(secret) + "\n");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, testing::ContainsRegex("token +set +store +CRM token"));
    EXPECT_TRUE(soon_says("Hello 16"));
    EXPECT_THAT(ring(1000), HasSubstr(">Hello 16<"));
    EXPECT_THAT(press(1000, 1, "1"), HasSubstr(">Hello 16 again<"));
    ring(1001);
    press(1001, 1, "9");
    EXPECT_TRUE(eventually([&] { return engine->err().find("broken, with [secret]") != std::string::npos; }));
    EXPECT_THAT(engine->err(), HasSubstr("[secret]"));
    EXPECT_THAT(run_switchhook({"outbox", "--json", "--show-numbers"}).out, Not(HasSubstr(secret)));
    EXPECT_THAT(settings({number, "--json"}).out, Not(HasSubstr(secret)));
    EXPECT_FALSE(is_kept(secret));
    EXPECT_TRUE(is_kept("$sealed"));
}

TEST_F(SettingsOfANumber, KeepTheirSecretsThroughACrash) {
    serve();
    ASSERT_EQ(settings({number, "token=-"}, secret).exit_code, 0);
    ASSERT_TRUE(soon_says("Hello 16"));
    ring(1000);
    ASSERT_EQ(settings({number, "token=-", "word=Bye"}, "another token").exit_code, 0);
    ASSERT_TRUE(soon_says("Bye 13"));
    engine->signal(SIGKILL);
    engine.reset();
    serve();
    EXPECT_THAT(press_at(1000, "1/1", "1"), HasSubstr(">Hello 16 again<"));
    EXPECT_THAT(engine->err(), HasSubstr("call rebuilt from its journal"));
}

TEST_F(SettingsOfANumber, NeedTheirKey) {
    auto no_key = [&](const char* text) {
        auto ran = settings({number, "token=-"}, secret, text);
        EXPECT_EQ(ran.exit_code, 1);
        return ran.err;
    };
    serve();
    EXPECT_THAT(no_key(""), HasSubstr("SWITCHHOOK_KEY is not set: make a key with `openssl rand -base64 32`"));
    EXPECT_THAT(no_key("short"), HasSubstr("SWITCHHOOK_KEY is no key: it has 32 bytes"));
    ASSERT_EQ(settings({number, "token=-"}, secret).exit_code, 0);
    auto other = settings({number}, "", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    EXPECT_THAT(other.out, HasSubstr("set, but this SWITCHHOOK_KEY does not open it"));

    engine.reset();
    environment["SWITCHHOOK_KEY"] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    serve();
    EXPECT_THAT(engine->err(),
                AllOf(HasSubstr("secret setting not opened"), HasSubstr("under another SWITCHHOOK_KEY")));
    EXPECT_THAT(call_says(), HasSubstr("+15550191"));  // the person of the fallback
}

TEST_F(SettingsOfANumber, AreWhatAFlowNeedsBeforeItAnswers) {
    flow("flows/shop/flow.lua",
         "return { settings = { token = { type = 'text', secret = true, required = true } }, on_call = function(call)"
         " call:say('Token ' .. #call.settings.token) end }");
    flow("flows/numbers.lua", "return { ['+15550100'] = 'shop' }");
    serve();
    EXPECT_TRUE(eventually([&] { return engine->err().find("numbers_refused") != std::string::npos; }));
    EXPECT_THAT(engine->err(), HasSubstr("token=-`"));
    EXPECT_THAT(call_says(), HasSubstr("not set up yet"));
    ASSERT_EQ(settings({number, "token=-"}, secret).exit_code, 0);
    EXPECT_TRUE(soon_says("Token 16"));
    auto lost = settings({number, "--unset", "token"});
    EXPECT_EQ(lost.exit_code, 1);
    EXPECT_THAT(lost.err, HasSubstr("shop needs `token`: set another value instead"));
}

// Two engines on one PostgreSQL.
TEST_F(SettingsOfANumber, ReachAllEnginesThatShareADatabase) {
    PostgresServer postgres;
    const auto url = postgres.uri();
    serve({"--store", url});
    std::filesystem::create_directories(folder / "second");
    std::filesystem::create_directory_symlink(folder / "flows", folder / "second/flows");
    auto second = start_second(url);
    const auto second_origin = origin_of(*second);
    ASSERT_FALSE(second_origin.empty()) << second->err();

    EXPECT_THAT(ring(1000), HasSubstr(">Hello 0<"));
    auto ran = settings({number, "word=Good day", "token=-", "--store", url}, secret);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(soon_says("Good day 16"));
    ring(1001);
    origin = second_origin;
    EXPECT_TRUE(soon_says("Good day 16"));
    // Calls that began on the first engine go on at the second, each with the settings that it began with.
    EXPECT_THAT(press_at(1000, "1/1", "1"), HasSubstr(">Hello 0 again<"));
    EXPECT_THAT(press_at(1001, "1/1", "1"), HasSubstr(">Good day 16 again<"));
    EXPECT_EQ(second->err().find(secret), std::string::npos);
}

#include "integration/bookings.hpp"
#include "integration/scenario_fixture.hpp"
#include "sim/model_script.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

using namespace switchhook;
using namespace switchhook::tests;
using ::testing::Contains;
using ::testing::HasSubstr;

namespace {

namespace asio = boost::asio;

// A restaurant whose assistant books tables, says what came of it, and hangs up.
constexpr auto restaurant = R"(
local host = agent {
  instructions = "You are the host of Concya, a restaurant.",
  greeting = "Concya, good evening! How can I help you?",
  tools = {
    book_table = {
      about = "Books a table.",
      params = { people = "integer 1..12" },
      run = function(args) return { booked = true, people = args.people } end,
    },
    agent.hangup,
  },
}
return {
  on_call = function(call)
    local outcome = call:converse(host)
    call:say("It was " .. outcome.reason .. ".")
  end,
  on_message = function(message)
    local reply, reason = message:converse(host)
    return reply or ("Please call us: " .. reason)
  end,
})";

// Whole conversations: a simulated caller, the real engine, a simulated model, and sockets between them.
class ConversationTest : public ScenarioTest {
protected:
    void SetUp() override {
        ScenarioTest::SetUp();
        flow("flows/shop/flow.lua", restaurant);
        start_model();
        serve();
    }
};

// The same by text, with a model that plays a script in each conversation.
class TextConversationTest : public ConversationTest {
protected:
    void make_model() override {
        model_.emplace(workers_, sim::ModelServer::Options{.assistants = script_.assistants(true)}, log_);
        asio::co_spawn(workers_.executor(0), script_.play(model_->assistants()), asio::detached);
    }
    void TearDown() override {
        ConversationTest::TearDown();
        engine.reset();
        model_.reset();
        workers_.stop();
        workers_.join();
    }

    std::string text(int n, const std::string& body, const std::string& from = caller) {
        auto id = "SM" + sid(n).substr(2);
        return post("/twilio/sms", {{"MessageSid", id}, {"From", from}, {"To", number}, {"Body", body}});
    }

    sim::ModelScript script_{{{"texts.lua", R"(
        local model = assistant()
        model:is_asked_to("You are the host of Concya")
        model:hears("Do you have a table?")
        model:uses("book_table", { people = 2 })
        model:is_told { booked = true }
        model:says("A table for two is yours."))"},
                              [](std::string_view) {}}};
};

// A model whose server takes connections and says nothing.
class SilentModelTest : public ConversationTest {
protected:
    std::string realtime_url() const override {
        return "ws://127.0.0.1:" + std::to_string(silent_.local_endpoint().port()) + "/v1/realtime";
    }

    asio::ip::tcp::acceptor silent_{context, {asio::ip::address_v4::loopback(), 0}};
};

}  // namespace

TEST_F(ConversationTest, GreetsIsInterruptedBooksAndHangsUpAfterTheLastWord) {
    EXPECT_EQ(play(R"(
        model:says("Concya, good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:says("A table for four, please")
        model:hears("a table for four")
        model:says("We have tables at seven, at eight and at half past nine, by the window or in the garden.")
        ada:interrupts("At eight", { after = 1.2 })
        local heard = ada:hears_it_cut_off()
        model:is_interrupted { after = heard, within = 0.02 }
        model:hears("at eight")
        model:uses("book_table", { people = 4 })
        model:is_told({ booked = true, people = 4 })
        model:says_and_uses("Your table is booked. Goodbye!", "hangup")
        ada:hears("your table is booked. goodbye!")
        ada:hears("It was finished.")
        ada:is_hung_up())"),
              "");
    EXPECT_THAT(lines(), Contains(HasSubstr("Ada  hears \"Concya, good evening! How can I help you?\"")));
}

TEST_F(ConversationTest, LetsTheLastWordBePlayedBeforeItHangsUp) {
    EXPECT_EQ(play(R"(
        model:says("Concya, good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:says("Nothing, thank you")
        model:hears("nothing")
        model:says_and_uses("Then goodbye, and have a lovely evening!", "hangup")
        ada:hears("have a lovely evening!")
        ada:is_hung_up())"),
              "");
}

TEST_F(ConversationTest, EndsWhenTheCallerHangsUpInMidSpeech) {
    EXPECT_EQ(play(R"(
        model:says("Concya, good evening! How can I help you?")
        ada:stays_silent(0.5)
        ada:hangs_up()
        model:is_left())"),
              "");
}

TEST_F(ConversationTest, LetsNobodyIntoAnothersStream) {
    EXPECT_EQ(play(R"(
        local eve = call { from = "+15551230148", to = "+15550100", stream = { parameters_of = ada } }
        eve:is_hung_up()
        local mallory = call { from = "+15551230149", to = "+15550100", stream = { bad_signature = true } }
        mallory:is_hung_up()
        model:says("Concya, good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:hangs_up())"),
              "");
    EXPECT_THAT(lines(), Contains(HasSubstr("Twilio warning 31920")));
}

TEST_F(TextConversationTest, AnswersWithTheSameAgentAndItsTools) {
    EXPECT_THAT(text(1, "Do you have a table?"), HasSubstr("<Body>A table for two is yours.</Body>"));
}

TEST_F(TextConversationTest, AnswersEveryTextOfEverybodyThoughTheScriptIsForOne) {
    const auto reply = HasSubstr("<Body>A table for two is yours.</Body>");
    EXPECT_THAT(text(1, "Do you have a table?"), reply);
    EXPECT_THAT(text(2, "Do you have a table?"), reply);
    EXPECT_THAT(text(3, "Do you have a table?", "+15551230148"), reply);
}

TEST_F(TextConversationTest, RepliesInTimeWhereTheModelFails) {
    EXPECT_THAT(text(1, "What is the weather?"), HasSubstr("Please call us: failed"));
}

TEST_F(TextConversationTest, RepliesInTimeWhereTheModelIsGone) {
    EXPECT_THAT(text(1, "Do you have a table?"), HasSubstr("A table for two is yours."));
    model_.reset();
    EXPECT_THAT(text(2, "Do you have a table?"), HasSubstr("Please call us: unreachable"));
}

TEST_F(ConversationTest, TellsTheCallerSoonThatTheModelIsGone) {
    auto take_away = [this] {
        ASSERT_TRUE(eventually([&] { return testing::Value(lines(), Contains(HasSubstr("Ada  hears"))); }));
        model_.reset();
    };
    EXPECT_EQ(play(R"(
        model:says("Concya, good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:hears("It was failed.")
        ada:is_hung_up())",
                   take_away),
              "");
}

TEST_F(SilentModelTest, TellsTheCallerSoonThatTheModelDoesNotAnswer) {
    EXPECT_EQ(play_alone(R"(
        local ada = call { from = '+15551230147', to = '+15550100', caller = 'Ada' }
        ada:hears("It was failed.")
        ada:is_hung_up())"),
              "");
}

namespace {

// The same restaurant, whose bookings are made by a slow server.
class KilledConversationTest : public ConversationTest {
protected:
    void SetUp() override {
        ConversationTest::SetUp();
        std::string text(restaurant);
        const std::string tool = "return { booked = true, people = args.people }";
        text.replace(text.find(tool), tool.size(),
                     "local reply = http.post('" + bookings_.url() +
                         "/book', { json = { turn = args.people } })\n"
                         "return { booked = true, people = reply.json.number }");
        flow("flows/shop/flow.lua", text);
        engine.reset();
        serve({"--allow-private-network"});
    }

    // The engine is killed, and another one takes its place.
    void kill_and_serve() {
        auto killed = port;
        engine.reset();
        engine = std::make_unique<ChildProcess>(
            std::vector<std::string>{"serve", "--listen", "127.0.0.1:" + std::to_string(killed), "--threads", "2",
                                     "--allow-private-network"},
            folder.root(), environment);
    }

    Bookings bookings_{workers_, log_, std::chrono::milliseconds(700)};
};

}  // namespace

TEST_F(KilledConversationTest, GoesOnWithWhatWasSaidAndWithTheToolThatWasUnderWay) {
    auto kill = [this] {
        ASSERT_TRUE(eventually([&] { return bookings_.requests() > 0; }));
        kill_and_serve();
    };
    EXPECT_EQ(play(R"(
        model:says("Concya, good evening! How can I help you?")
        ada:hears("how can I help you")
        ada:says("A table for four, please")
        model:hears("a table for four")
        model:uses("book_table", { people = 4 })
        local again = assistant()
        ada:is_answered_by(again)
        again:is_told({ booked = true, people = 4 })
        again:says_and_uses("Sorry, the line was gone. Your table is booked. Goodbye!", "hangup")
        ada:hears("your table is booked. goodbye!")
        ada:hears("It was finished.")
        ada:is_hung_up())",
                   kill),
              "");
    EXPECT_EQ(bookings_.requests(), 2) << "once by the engine that was killed, and once more by the other";
    EXPECT_EQ(bookings_.by_key().size(), 1U) << "under the same Idempotency-Key";
    EXPECT_THAT(engine->err(), HasSubstr("conversation goes on"));
}

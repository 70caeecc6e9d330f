// Concya on its old server's routes: reservations by voice and by menu, its health page, its metrics, its limits.
#include "integration/system_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

class Concya : public SystemTest {
protected:
    Concya() : SystemTest("concya", {"/twilio/voice", "/twilio/status"}) {}

    static constexpr const char* numbers = "return { ['+15550100'] = 'concya' }";
};

// An evening on which Concya is open: not a Monday, not Christmas, and never today.
constexpr const char* evening = R"(
    local day
    for ahead = 2, 4 do
      local date = os.date("!*t", os.time() + ahead * 86400)
      if date.wday ~= 2 and not (date.month == 12 and date.day == 25) then
        day = day or ("%04d-%02d-%02d"):format(date.year, date.month, date.day)
      end
    end
    local function table_for(people) return { day = day, time = "19:00", people = people } end
)";

constexpr const char* ada = R"(
    local host = assistant()
    local ada = call { from = "+15551230147", to = "+15550100", caller = "Ada" }
    ada:is_answered_by(host)
    host:is_asked_to("You are the host of Concya")
    host:says("Welcome to Concya! How can I help you?")
    ada:hears("How can I help you?")
)";

}  // namespace

TEST_F(Concya, TakesAReservationByVoiceAndReadsItBack) {
    have_model();
    start(numbers);
    EXPECT_EQ(play(std::string(evening) + ada + R"lua(
        ada:says("A table for 4 people at 7pm, please")
        host:hears("a table for 4 people at 7pm")
        host:uses("check_day", { day = day })
        host:is_told { free_seats = 40 }
        host:uses("book_table", table_for(4))
        host:says("One moment, please.")
        local booked = host:is_told { booked = true, confirmed_by_text = true }
        local back = booked:match('"read_back":"(.-)"')
        host:says(back .. ". Anything else?")
        ada:hears("A table for 4")
        ada:hears("at seven in the evening. Anything else?")
        ada:says("No, thank you")
        host:hears("no, thank you")
        host:says_and_uses("Goodbye!", "hangup")
        ada:hears("Goodbye!")
        ada:is_hung_up()
        sms:was_sent_once("+15551230147", "Concya: " .. back))lua"),
              "");
    EXPECT_GE(metric("twilio_audio_latency_ms_count"), 1);
    // It is stored, whatever becomes of the engine: the next caller finds four seats fewer.
    start(numbers);
    EXPECT_EQ(play(std::string(evening) + R"(
        local host = assistant()
        local ben = call { from = "+15551230148", to = "+15550100", caller = "Ben" }
        ben:is_answered_by(host)
        host:says("Welcome to Concya! How can I help you?")
        ben:says("Is there room?")
        host:hears("is there room")
        host:uses("check_day", { day = day })
        host:is_told { free_seats = 36 }
        ben:hangs_up())"),
              "");
}

TEST_F(Concya, TellsItsHealthAndItsMetricsByTheirOldNames) {
    environment["PUBLIC_WEBHOOK_URL"] = origin;
    start(numbers);
    EXPECT_EQ(health(), core::Json({{"status", "healthy"},
                                    {"active_calls", 0},
                                    {"config", {{"twilio_configured", true}, {"webhook_url", origin}}}}));
    EXPECT_EQ(play(R"(
        local ada = call { from = "+15551230147", to = "+15550100", caller = "Ada" }
        ada:hears("To book a table, press 1"))"),
              "");
    EXPECT_EQ(health()["active_calls"], 1);
    EXPECT_EQ(metric("twilio_calls_active"), 1);
    EXPECT_EQ(play(R"(
        local ben = call { from = "+15551230148", to = "+15550100", caller = "Ben" }
        ben:hangs_up())"),
              "");
    EXPECT_TRUE(eventually([&] { return metric("twilio_call_duration_seconds_count") == 1; }));
    EXPECT_EQ(metric("twilio_calls_total"), 2);
    EXPECT_EQ(metric("twilio_calls_active"), 1) << "Ada's";
}

TEST_F(Concya, EndsACallThatTakesTooLongWithAGoodbye) {
    have_model();
    environment["CALL_TIMEOUT_SECONDS"] = "4";
    start(numbers);
    EXPECT_EQ(play(std::string(ada) + R"(
        host:is_asked_to("I am sorry, I have to end the call here. Please call us again. Goodbye!")
        host:says("I am sorry, I have to end the call here. Please call us again. Goodbye!")
        ada:hears("Please call us again. Goodbye!")
        ada:is_hung_up())"),
              "");
}

TEST_F(Concya, TakesNoMoreCallsAtOnceThanItIsTold) {
    environment["MAX_CONCURRENT_CALLS"] = "1";
    start(numbers);
    EXPECT_EQ(play(R"(
        local ada = call { from = "+15551230147", to = "+15550100", caller = "Ada" }
        ada:hears("To book a table, press 1")
        local ben = call { from = "+15551230148", to = "+15550100", caller = "Ben" }
        ben:is_rejected("busy")
        ada:hangs_up())"),
              "");
    ASSERT_TRUE(eventually([&] { return health()["active_calls"] == 0; }));
    EXPECT_EQ(play(R"(
        local cleo = call { from = "+15551230149", to = "+15550100", caller = "Cleo" }
        cleo:hears("To book a table, press 1"))"),
              "");
}

TEST_F(Concya, BooksByMenuWhereNoModelIsConfigured) {
    start(numbers);
    EXPECT_EQ(play(std::string(evening) + R"(
        local ada = call { from = "+15551230147", to = "+15550100", caller = "Ada", repeats = true }
        ada:hears("Welcome to Concya!")
        ada:presses("1")
        ada:hears("For how many people?")
        ada:presses("4#")
        ada:hears("For which day?")
        ada:presses(day:sub(6, 7) .. day:sub(9, 10) .. "#")
        ada:hears("At what time?")
        ada:presses("0700")
        ada:hears("at seven in the evening. Is that right?")
        ada:says("Yes")
        ada:hears("Your table is booked.")
        ada:is_hung_up()
        sms:was_sent_once("+15551230147", "Concya: A table for 4"))"),
              "");
    auto document = post("/twilio/voice", call_form(sid(1), {{"CallStatus", "ringing"}}));
    EXPECT_THAT(document, HasSubstr("<Say voice=\"Polly.Joanna\">Welcome to Concya!</Say>"));
}

TEST_F(Concya, GoesOnByMenuWhereTheModelFails) {
    have_model();
    start(numbers);
    EXPECT_EQ(play(R"(
        assistant { refuses_with = 401 }
        local ada = call { from = "+15551230147", to = "+15550100", caller = "Ada" }
        ada:hears("let us go on by menu")
        ada:hears("To book a table, press 1"))"),
              "");
}

// Lexi on its old server's routes: dental bookings by voice and by text, against the office's own booking API.
#include "integration/system_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

class Lexi : public SystemTest {
protected:
    Lexi() : SystemTest("lexi", {"/api/twilio/incoming-call", "/twilio/status", "/api/twilio/incoming-sms"}) {}

    void serve_office(const std::string& more = "", const std::string& model = "") {
        have_model(model);
        numbers_ = "return { ['+15550150'] = { flow = 'lexi', settings = { booking_url = '" + web_->url() +
                   "/api/booking', analytics_url = '" + web_->url() + "/analytics' " + more + " } } }";
        start(numbers_);
    }
    // The engine ends in mid-conversation, and another one takes its place.
    void kill_and_serve() { start(numbers_); }

    std::string numbers_;
};

// A visit in three days, which no holiday and no night can make one of the past.
constexpr const char* visit = R"(
    local day = os.date("!%Y-%m-%d", os.time() + 3 * 86400)
    local function visit(agreed)
      return { date = day, time = "10:00", service = "cleaning", name = "Ann Lee", agreed = agreed }
    end
)";

constexpr const char* booking_api = R"(
    web:replies("GET /api/booking/slots?*", { json = { slots = { "10:00", "14:30" } } })
    web:replies("POST /api/booking/appointments", { status = 201, json = { id = "a1" } })
    web:replies("POST /analytics")
)";

constexpr const char* ann = R"(
    local lexi = assistant()
    local ann = call { from = "+15551230147", to = "+15550150", caller = "Ann" }
    ann:is_answered_by(lexi)
    lexi:is_asked_to("You are Lexi, the receptionist of Ascend Dental")
    lexi:says("Hi! Welcome to Ascend Dental. This is Lexi. How can I help you today?")
    ann:hears("Hi! Welcome to Ascend Dental. This is Lexi. How can I help you today?")
)";

std::string scenario(std::initializer_list<const char*> parts) {
    std::string text;
    for (const auto* part : parts) text += part;
    return text;
}

// By text, with whoever texts: the visit that the sender agrees to in a second message.
constexpr const char* texting_model = R"(
    local day = os.date("!%Y-%m-%d", os.time() + 3 * 86400)
    local visit = { date = day, time = "10:00", service = "cleaning", name = "Ann Lee" }
    local lexi = assistant()
    lexi:is_asked_to("You are Lexi, the receptionist of Ascend Dental")
    lexi:is_given("create_appointment")
    lexi:hears("a cleaning")
    lexi:uses("create_appointment", visit)
    lexi:is_told("read this back")
    lexi:says("A cleaning for Ann Lee at ten, right?")
    lexi:hears("yes")
    lexi:remembers("a cleaning")
    visit.agreed = true
    lexi:uses("create_appointment", visit)
    lexi:is_told { booked = true }
    lexi:says("You are booked."))";

}  // namespace

TEST_F(Lexi, BooksAVisitByVoiceAtTheOfficesOwnApi) {
    serve_office();
    EXPECT_EQ(play(scenario({visit, booking_api, ann, R"(
        ann:says("A cleaning, please. I am Ann Lee.")
        lexi:hears("a cleaning")
        lexi:uses("get_available_slots", { date = day, service = "cleaning" })
        lexi:says("Let me look.")
        lexi:is_told { slots = { "10:00", "14:30" } }
        web:was_sent("GET", "/api/booking/slots?date=" .. day .. "&service=cleaning")
        lexi:says("I have ten, or half past two.")
        ann:hears("half past two")
        ann:says("Ten")
        lexi:hears("ten")
        lexi:uses("create_appointment", visit())
        lexi:is_told("read this back")
        lexi:says("A cleaning for Ann Lee at ten. Right?")
        ann:hears("Right?")
        ann:says("Yes")
        lexi:hears("yes")
        lexi:uses("create_appointment", visit(true))
        lexi:says("One moment please.")
        lexi:is_told { booked = true }
        web:was_sent("POST", "/api/booking/appointments",
          { date = day, time = "10:00", service = "cleaning", name = "Ann Lee", phone = "+15551230147" })
        lexi:says_and_uses("You are booked. Goodbye!", "hangup")
        ann:hears("You are booked. Goodbye!")
        ann:is_hung_up()
        web:was_sent("POST", "/analytics", { ended = "finished", booked = true,
          booking = { requests = 2, failed = 0 }, tools = { used = 4, failed = 1 } }))"})),
              "");
    EXPECT_GE(metric("twilio_audio_latency_ms_count"), 1) << "the latency is measured by the engine";
}

TEST_F(Lexi, SaysTheTruthWhereTheBookingApiIsDownAndBringsInTheFrontDesk) {
    serve_office();
    EXPECT_EQ(play(scenario({visit, R"(
        web:replies("GET /api/booking/slots?*", { status = 503 })
        web:replies("POST /analytics")
        )",
                             ann, R"(
        ann:says("A cleaning, please.")
        lexi:hears("a cleaning")
        lexi:uses("get_available_slots", { date = day, service = "cleaning" })
        lexi:says("Let me look.")
        lexi:is_told("the booking system does not answer")
        lexi:says_and_uses("Our booking system does not answer. I am bringing in the front desk.", "escalate",
          { why = "wants a cleaning" })
        ann:is_put_through_to("+15550151")
        dial:whispers("A caller for the front desk: wants a cleaning")
        dial:answers()
        ann:is_hung_up()
        web:was_sent("POST", "/analytics", { ended = "escalate", booked = false, booking = { requests = 1, failed = 1 } })
        )"})),
              "");
}

TEST_F(Lexi, GoesOnAfterTheModelsConnectionBroke) {
    serve_office();
    EXPECT_EQ(play(scenario({booking_api, ann, R"(
        ann:says("A cleaning, please.")
        lexi:hears("a cleaning")
        lexi:drops()
        lexi:is_reached_again()
        lexi:remembers("a cleaning")
        lexi:says_and_uses("Sorry, I was away for a moment. Please call again. Goodbye!", "hangup")
        ann:hears("I was away for a moment")
        ann:is_hung_up())"})),
              "");
}

TEST_F(Lexi, PutsCallersThroughWhereThereIsNoModel) {
    serve_office();
    environment.erase("OPENAI_API_KEY");
    kill_and_serve();
    EXPECT_EQ(play(R"(
        local ann = call { from = "+15551230147", to = "+15550150", caller = "Ann" }
        ann:hears("I am putting you through to the front desk.")
        ann:is_put_through_to("+15550151")
        dial:answers()
        ann:is_hung_up())"),
              "");
}

TEST_F(Lexi, BooksByTextWithTheSameAgentAndRemembersThroughARestart) {
    serve_office("", texting_model);
    EXPECT_EQ(play(R"(
        web:replies("POST /api/booking/appointments", { status = 201, json = { id = "a1" } })
        local ann = text { from = "+15551230147", to = "+15550150", body = "A cleaning at ten? Ann Lee", caller = "Ann" }
        ann:receives_exactly("A cleaning for Ann Lee at ten, right?"))"),
              "");
    EXPECT_TRUE(web_->requests().empty()) << "nothing is booked before she says yes";
    kill_and_serve();
    EXPECT_EQ(play(R"(
        local ann = text { from = "+15551230147", to = "+15550150", body = "yes", caller = "Ann" }
        ann:receives_exactly("You are booked.")
        web:was_sent("POST", "/api/booking/appointments", { name = "Ann Lee", phone = "+15551230147" }))"),
              "");
}

TEST_F(Lexi, LetsNobodyTextWithoutEnd) {
    serve_office(", texts_per_hour = 2", R"(
        local lexi = assistant()
        lexi:hears("hello")
        lexi:says("Hello!")
        lexi:hears("hello")
        lexi:says("Hello again!"))");
    EXPECT_EQ(play(R"(
        local bot = text { from = "+15551230148", to = "+15550150", body = "hello" }
        bot:receives("Hello!")
        bot:sends("hello")
        bot:receives("Hello again!")
        bot:sends("hello")
        bot:receives("Please call us at this number.")
        bot:sends("hello")
        bot:receives_nothing())"),
              "");
}

TEST_F(Lexi, RepliesByTextWhereThereIsNoModel) {
    serve_office();
    environment.erase("OPENAI_API_KEY");
    kill_and_serve();
    EXPECT_EQ(play(R"(
        local ann = text { from = "+15551230147", to = "+15550150", body = "Hello?" }
        ann:receives("Please call us at this number.")
        ann:sends("STOP")
        ann:receives_nothing()
        ann:sends("Hello?")
        ann:receives_nothing())"),
              "");
}

TEST_F(Lexi, LetsNobodyIntoTheOldMediaStreamsPath) {
    serve_office();
    net::ClientRequest request;
    request.url = url("/twilio-media-stream");
    EXPECT_GE(send(request).status, 400);
}

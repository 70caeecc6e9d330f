// AVNZ on its old server's routes: companies by number, by code and by name, the speech loop, languages, escalation.
#include "integration/system_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

class Avnz : public SystemTest {
protected:
    Avnz() : SystemTest("avnz", {"/api/momentum/voice/inbound", "/api/momentum/voice/status-callback"}) {}

    void SetUp() override {
        SystemTest::SetUp();
        auto knowledge = "knowledge_url = '" + web_->url() + "/ask'";
        start(
            "return {\n"
            "  ['+15550110'] = { flow = 'avnz', settings = { " +
            knowledge +
            " } },\n"
            "  ['+15550111'] = { flow = 'avnz', settings = { company = '101', " +
            knowledge +
            " } },\n"
            "  ['+15550112'] = { flow = 'avnz', settings = { company = '103' } },\n"
            "}");
    }

    net::Form call_to(int n, const std::string& called, net::Form more = {}) {
        auto form = call_form(sid(n), std::move(more));
        net::Form other;
        for (const auto& [key, value] : form) other.add(key, key == "To" ? called : value);
        return other;
    }
};

constexpr const char* ada = "local ada = call { from = '+15551230147', to = '+15550111', caller = 'Ada' }\n";
constexpr const char* shared = "local ada = call { from = '+15551230147', to = '+15550110', caller = 'Ada' }\n";

}  // namespace

TEST_F(Avnz, AnswersADedicatedNumberInItsCompanysNameAndVoice) {
    EXPECT_EQ(play(std::string(ada) + R"(
        ada:hears("Northwind Travel. How can I help you?")
        ada:says("How many bags can I take?")
        ada:hears("One bag of up to twenty three kilos is included.")
        ada:hears("Is there anything else?")
        ada:says("And how do refunds work?")
        ada:hears("Refunds take five working days")
        ada:says("No, that's all")
        ada:hears("Thank you for calling Northwind Travel. Goodbye.")
        ada:is_hung_up())"),
              "");
    auto document = post("/api/momentum/voice/inbound", call_to(1, "+15550111", {{"CallStatus", "ringing"}}));
    EXPECT_THAT(document, HasSubstr("voice=\"Polly.Amy\""));
    EXPECT_THAT(document, HasSubstr("language=\"en-GB\""));
    EXPECT_THAT(document, HasSubstr("speechModel=\"phone_call\""));
    EXPECT_THAT(document, HasSubstr("speechTimeout=\"2\""));
}

TEST_F(Avnz, FindsTheCompanyOfASharedNumberByCodeAndByName) {
    EXPECT_EQ(play(std::string(shared) + R"(
        ada:hears("enter its three digit code")
        ada:presses("999")
        ada:hears("I do not know that company.")
        ada:presses("102")
        ada:hears("Harbor Insurance. How can I help you?")
        ada:hangs_up()
        local ben = call { from = "+15551230148", to = "+15550110", caller = "Ben" }
        ben:says("Northwind Travel, please")
        ben:hears("Northwind Travel. How can I help you?")
        ben:hangs_up())"),
              "");
}

TEST_F(Avnz, LetsACallerWhoNamesNoCompanyGo) {
    EXPECT_EQ(play(std::string(shared) + R"(
        ada:says_nothing()
        ada:says_nothing()
        ada:says_nothing()
        ada:hears("Please look up the code of your company and call again.")
        ada:is_hung_up())"),
              "");
}

TEST_F(Avnz, GoesOnInTheLanguageThatTheCallerChoosesOrSpeaks) {
    EXPECT_EQ(play(std::string(ada) + R"(
        ada:hears("Para español, diga español o marque el 8.")
        ada:presses("8")
        ada:hears("¿En qué puedo ayudarle?")
        ada:says("¿Cuántas maletas puedo llevar?")
        ada:hears("veintitrés kilos")
        ada:says("English, please")
        ada:hears("How can I help you?")
        ada:says("Hola, quiero un reembolso")
        ada:hears("cinco días hábiles")
        ada:says("Nada más, gracias")
        ada:hears("Gracias por llamar a Northwind Travel. Adiós.")
        ada:is_hung_up()
        local eve = call { from = "+34911230142", to = "+15550111", caller = "Eve" }
        eve:hears("¿En qué puedo ayudarle?")
        eve:hangs_up())"),
              "");
}

TEST_F(Avnz, PutsWhoeverAsksForAHumanThroughAndTextsTheTeam) {
    EXPECT_EQ(play(std::string(ada) + R"(
        ada:says("I want to speak to a human")
        ada:hears("I am putting you through.")
        ada:is_put_through_to("+15550131")
        dial:whispers("A call for Northwind Travel: I want to speak to a human")
        dial:answers()
        ada:is_hung_up()
        sms:was_sent_once("+15550132", "Northwind Travel: +15551230147 asks for a person (I want to speak to a human).")
        local ben = call { from = "+15551230148", to = "+15550111", caller = "Ben" }
        ben:presses("0")
        ben:is_put_through_to("+15550131")
        dial:does_not_answer()
        ben:hears("All our people are busy. We will call you back.")
        ben:is_hung_up())"),
              "");
}

TEST_F(Avnz, SaysSoWhereACompanyHasNobodyToEscalateTo) {
    EXPECT_EQ(play(R"(
        local ada = call { from = "+15551230147", to = "+15550112", caller = "Ada" }
        ada:hears("Pine Books. Comment puis-je vous aider?")
        ada:says("English")
        ada:says("A real person, please")
        ada:hears("Please write to us, and we will answer within a day.")
        ada:is_hung_up())"),
              "");
}

TEST_F(Avnz, AsksForAnAnswerOnceAndKeepsItForTheNextCaller) {
    EXPECT_EQ(play(std::string(R"(
        web:replies("POST /ask", { json = { answer = "Dogs travel for thirty pounds." } })
        )") + ada + R"(
        ada:says("Can I bring my dog?")
        ada:hears("Dogs travel for thirty pounds.")
        ada:hangs_up()
        web:was_sent("POST", "/ask", { company = "101", language = "en-GB", question = "Can I bring my dog?" })
        local ben = call { from = "+15551230148", to = "+15550111", caller = "Ben" }
        ben:says("can I bring my dog")
        ben:hears("Dogs travel for thirty pounds.")
        ben:hangs_up())"),
              "");
    EXPECT_EQ(web_->requests().size(), 1U);
}

TEST_F(Avnz, PassesOnWhatNobodyCanAnswer) {
    EXPECT_EQ(play(std::string(ada) + R"(
        ada:says("My cat sat on the itinerary")
        ada:hears("could you say that in other words?")
        ada:says_nothing()
        ada:is_put_through_to("+15550131")
        dial:whispers("not understood")
        dial:answers()
        ada:is_hung_up())"),
              "");
}

TEST_F(Avnz, LearnsFromTheStatusCallbackThatACallerHasHungUp) {
    post("/api/momentum/voice/inbound", call_to(1, "+15550111", {{"CallStatus", "ringing"}}));
    EXPECT_EQ(health()["active_calls"], 1);
    post("/api/momentum/voice/status-callback", call_to(1, "+15550111", {{"CallStatus", "completed"}}));
    EXPECT_TRUE(eventually([&] { return health()["active_calls"] == 0; }));
}

TEST_F(Avnz, AnswersTheOldServersOwnSteps) {
    for (const char* path : {"/api/momentum/voice/speech", "/api/momentum/voice/escalate"}) {
        int n = path[20] == 's' ? 2 : 3;
        auto first = post(path, call_to(n, "+15550111", {{"CallStatus", "in-progress"}}));
        EXPECT_THAT(first, HasSubstr("Northwind Travel. How can I help you?")) << path;
        EXPECT_EQ(post(path, call_to(n, "+15550111", {{"CallStatus", "in-progress"}})), first) << path;
    }
}

TEST_F(Avnz, RefusesWhatTheCarrierDidNotSign) {
    auto request = signed_request("/api/momentum/voice/inbound", call_to(1, "+15550111"));
    request.headers.set("X-Twilio-Signature", "c2hhMT1hbnl0aGluZyBnb2VzIGhlcmU=");
    EXPECT_EQ(send(request).status, 403);
    EXPECT_EQ(health()["active_calls"], 0);
}

#include "twiml/schema.hpp"

#include "twiml/document.hpp"
#include "twiml/words.hpp"

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <set>

using namespace switchhook::twiml;

namespace {

void copy(Document& document, Document::Element to, pugi::xml_node from) {
    for (auto child : from.children()) {
        if (child.type() == pugi::node_pcdata) {
            auto added = document.add_text(to, child.value());
            EXPECT_TRUE(added) << added.error().text;
            continue;
        }
        auto element = document.add(to, child.name());
        ASSERT_TRUE(element) << element.error().text;
        for (auto attribute : child.attributes()) {
            auto set = document.set(*element, attribute.name(), attribute.value());
            EXPECT_TRUE(set) << set.error().text;
        }
        copy(document, *element, child);
    }
}

// Builds through the checks what is written out here, and gives what comes out.
std::string built(std::string_view verbs) {
    pugi::xml_document parsed;
    EXPECT_TRUE(parsed.load_buffer(verbs.data(), verbs.size(), pugi::parse_default | pugi::parse_fragment));
    Document document;
    copy(document, document.root(), parsed);
    const auto text = document.render();
    const std::string open = R"(<?xml version="1.0" encoding="UTF-8"?><Response>)";
    EXPECT_EQ(document.size(), text.size());
    return text.substr(open.size(), text.size() - open.size() - std::string_view("</Response>").size());
}

}  // namespace

TEST(Schema, NamesEachElementOncePerPlace) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const auto& element : elements())
        EXPECT_TRUE(seen.emplace(element.name, element.inside).second) << element.name << " in " << element.inside;
}

TEST(Schema, DescribesEveryChildThatItNames) {
    for (const auto& element : elements())
        for_each_word(element.children, [&](std::string_view child) {
            EXPECT_TRUE(find_element(child, element.name)) << child << " in " << element.name;
        });
}

TEST(Schema, NamesEachAttributeOnceInAnElement) {
    for (const auto& element : elements()) {
        std::set<std::string_view> seen;
        for (const auto& attribute : element.attributes) {
            EXPECT_FALSE(attribute.name.empty()) << element.name;
            EXPECT_TRUE(seen.insert(attribute.name).second) << element.name << " " << attribute.name;
            const bool listed = attribute.type == Type::choice || attribute.type == Type::choices ||
                                attribute.type == Type::keys || attribute.type == Type::integer_or;
            EXPECT_EQ(listed, !attribute.values.empty()) << element.name << " " << attribute.name;
        }
    }
}

TEST(Schema, EveryElementStandsSomewhere) {
    for (const auto& element : elements()) {
        if (element.name == "Response") continue;
        bool placed = false;
        for (const auto& parent : elements())
            placed = placed || (parent.holds(element.name) && find_element(element.name, parent.name) == &element);
        EXPECT_TRUE(placed) << element.name << " in " << element.inside;
    }
}

// Verbs and nouns that no ask of a flow makes today; those that one makes are in verbs_test.cpp.
TEST(Schema, TakesEveryOtherVerbAndNoun) {
    for (
        std::string_view twiml : {
            R"(<Echo/>)",
            R"(<Hangup><Parameter name="a" value="b"/></Hangup>)",
            R"(<Reject reason="busy"><Parameter name="a" value="b"/></Reject>)",
            R"(<Sms to="+15550100" from="+15550101" action="/a" method="GET" statusCallback="/s">hi</Sms>)",
            R"(<Gather input="dtmf speech" action="/g" method="POST" timeout="3" speechTimeout="2" maxSpeechTime="30")"
            R"( numDigits="4" finishOnKey="#" actionOnEmptyResult="true" language="de-DE" hints="a,b")"
            R"( speechModel="deepgram_nova-3" enhanced="true" profanityFilter="false" partialResultCallback="/p")"
            R"( partialResultCallbackMethod="POST" bargeIn="false" debug="true"/>)",
            R"(<Pay input="dtmf" action="https://example.com/p" statusCallback="/s" statusCallbackMethod="POST")"
            R"( paymentMethod="ach-debit" bankAccountType="consumer-checking" timeout="5" maxAttempts="3")"
            R"( securityCode="true" postalCode="false" minPostalCodeLength="5" paymentConnector="Default")"
            R"( tokenType="one-time" chargeAmount="20.45" currency="usd" language="en-US" description="A visit")"
            R"( validCardTypes="visa amex"><Prompt for="payment-card-number" attempt="1 2" cardType="visa")"
            R"( errorType="timeout" requireMatchingInputs="false"><Say>Card number</Say><Play>a.mp3</Play>)"
            R"(<Pause length="1"/></Prompt><Parameter name="a" value="b"/></Pay>)",
            R"(<Dial><WhatsApp url="/w" statusCallbackEvent="ringing">+15550100</WhatsApp></Dial>)",
            R"(<Dial events="x" passports="y" trim="do-not-trim" recordingConfigurationId="RC1"><Sip><Uri priority="1")"
            R"( weight="2" username="u" password="p">sip:a@example.com</Uri><Headers><Header name="X-a" value="b"/>)"
            R"(</Headers></Sip></Dial>)",
            R"(<Dial><Number byoc="BY1" url="/u" method="GET" statusCallback="/s" statusCallbackMethod="GET")"
            R"( statusCallbackEvent="initiated ringing answered completed" machineDetection="DetectMessageEnd")"
            R"( machineDetectionTimeout="59" machineDetectionSpeechThreshold="2400")"
            R"( machineDetectionSpeechEndThreshold="1200" machineDetectionSilenceTimeout="5000")"
            R"( amdStatusCallback="/a" amdStatusCallbackMethod="POST" sendDigits="w1">+15550100</Number></Dial>)",
            R"(<Dial><Application customerId="c" copyParentTo="true"><ApplicationSid>AP1</ApplicationSid></Application></Dial>)",
            R"(<Dial><Conference muted="false" beep="onExit" participantLabel="p" jitterBufferSize="off" waitMethod="GET")"
            R"( coach="CA1" region="ie1" trim="trim-silence" statusCallback="/s" statusCallbackMethod="POST")"
            R"( statusCallbackEvent="start end join leave mute hold modify speaker announcement")"
            R"( recordingStatusCallback="/r" recordingStatusCallbackMethod="POST")"
            R"( recordingStatusCallbackEvent="in-progress completed absent" recordingConfigurationId="RC1")"
            R"( eventCallbackUrl="/e">c</Conference></Dial>)",
            R"(<Dial><Queue url="/u" method="POST" reservationSid="WR1" postWorkActivitySid="WA1">q</Queue></Dial>)",
            R"(<Connect action="/c" method="POST"><Stream url="wss://example.com/media" name="n" track="inbound_track")"
            R"( statusCallback="/s" statusCallbackMethod="GET"><Parameter name="token" value="t"/></Stream></Connect>)",
            R"(<Start><Stream url="wss://example.com/media" track="both_tracks" connectorName="c"/></Start>)",
            R"(<Stop><Stream name="n"/></Stop>)",
            R"(<Start><Recording channels="dual" track="both" trim="trim-silence" recordingStatusCallback="/r"/></Start>)",
            R"(<Start><Transcription name="n" statusCallbackUrl="/s" statusCallbackMethod="POST" languageCode="en-US")"
            R"( track="both_tracks" inboundTrackLabel="a" outboundTrackLabel="b" transcriptionEngine="deepgram")"
            R"( speechModel="nova-3" partialResults="true" hints="x" profanityFilter="true")"
            R"( enableAutomaticPunctuation="true" enableProviderData="false" intelligenceService="GA1")"
            R"( conversationConfiguration="c" conversationId="d"><Config name="a" value="b"/>)"
            R"(<Parameter name="a" value="b"/></Transcription></Start>)",
            R"(<Stop><Transcription name="n"/></Stop>)",
            R"(<Start action="/a" method="POST"><Siprec name="n" connectorName="c" track="inbound_track")"
            R"( statusCallback="/s" statusCallbackMethod="POST"><Parameter name="a" value="b"/></Siprec></Start>)",
            R"(<Stop><Siprec name="n"/></Stop>)",
            R"(<Connect><ConversationRelay url="wss://example.com/r" welcomeGreeting="Hi" )"
            R"(welcomeGreetingInterruptible="any" language="en-US" ttsLanguage="en-US" ttsProvider="ElevenLabs" )"
            R"(voice="v" transcriptionLanguage="en-US" transcriptionProvider="Deepgram" speechModel="nova" )"
            R"(interruptible="speech" interruptSensitivity="high" dtmfDetection="true" )"
            R"(reportInputDuringAgentSpeech="none" preemptible="false" hints="h" debug="d" )"
            R"(elevenlabsTextNormalization="off" intelligenceService="GA1" profanityFilter="true" )"
            R"(partialPrompts="false" events="e"><Language code="de-DE" ttsProvider="Google" voice="v" )"
            R"(transcriptionProvider="Google" speechModel="m"/><Parameter name="a" value="b"/></ConversationRelay></Connect>)",
            R"(<Connect><VirtualAgent connectorName="c" language="en-US" sentimentAnalysis="true" statusCallback="/s")"
            R"( statusCallbackMethod="POST"><Config name="a" value="b"/><Parameter name="a" value="b"/></VirtualAgent></Connect>)",
            R"(<Connect><Conversation serviceInstanceSid="IS1" inboundAutocreation="true" inboundTimeout="5")"
            R"( routingAssignmentTimeout="6" url="/u" method="POST" record="record-from-answer" trim="trim-silence")"
            R"( recordingStatusCallback="/r" recordingStatusCallbackMethod="POST")"
            R"( recordingStatusCallbackEvent="completed" statusCallback="/s" statusCallbackMethod="POST")"
            R"( statusCallbackEvent="call-initiated call-completed"/></Connect>)",
            R"(<Connect><Room participantIdentity="p">r</Room></Connect>)",
            R"(<Connect><AiSession>s</AiSession></Connect>)",
            R"(<Connect><ConversationRelaySession>s</ConversationRelaySession></Connect>)",
            R"(<Message to="+15550100" from="+15550101" action="/a" method="POST" statusCallback="/a"><Body>b</Body>)"
            R"(<Media>https://example.com/a.png</Media></Message><Redirect method="POST">/next</Redirect>)",
        })
        EXPECT_EQ(built(twiml), twiml);
}

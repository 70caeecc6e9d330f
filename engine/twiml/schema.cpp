#include "twiml/schema.hpp"

#include "twiml/words.hpp"

#include <algorithm>
#include <array>

namespace switchhook::twiml {
namespace {

constexpr std::string_view get_or_post = "GET POST";
constexpr std::string_view tracks = "inbound_track outbound_track both_tracks";
constexpr std::string_view trims = "trim-silence do-not-trim";
constexpr std::string_view recording_events = "in-progress completed absent";
constexpr std::string_view call_events = "initiated ringing answered completed";
constexpr std::string_view interruptions = "none dtmf speech any true false";

constexpr Attribute url(std::string_view name) {
    return {name, Type::url};
}
constexpr Attribute method(std::string_view name) {
    return {name, Type::choice, get_or_post};
}
constexpr Attribute boolean(std::string_view name) {
    return {name, Type::boolean};
}
constexpr Attribute choice(std::string_view name, std::string_view values) {
    return {name, Type::choice, values};
}
constexpr Attribute choices(std::string_view name, std::string_view values) {
    return {name, Type::choices, values};
}
constexpr Attribute integer(std::string_view name, int min, int max = INT_MAX) {
    return {name, Type::integer, {}, min, max};
}
constexpr Attribute text(std::string_view name, int max = INT_MAX) {
    return {name, Type::text, {}, 0, max};
}

template <std::size_t... N>
constexpr auto join(const std::array<Attribute, N>&... parts) {
    std::array<Attribute, (N + ...)> all{};
    auto end = all.begin();
    ((end = std::copy(parts.begin(), parts.end(), end)), ...);
    return all;
}

// Groups that several elements share.

constexpr std::array action = {url("action"), method("method")};
constexpr std::array status_callback = {url("statusCallback"), method("statusCallbackMethod")};
constexpr std::array recording_callback = {
    url("recordingStatusCallback"),
    method("recordingStatusCallbackMethod"),
    choices("recordingStatusCallbackEvent", recording_events),
    text("recordingConfigurationId"),
};
constexpr std::array callee = join(std::array{url("url"), method("method")}, status_callback,
                                   std::array{choices("statusCallbackEvent", call_events)});
constexpr std::array machine_detection = {
    choice("machineDetection", "Enable DetectMessageEnd"),
    integer("machineDetectionTimeout", 3, 60),
    integer("machineDetectionSpeechThreshold", 1000, 6000),
    integer("machineDetectionSpeechEndThreshold", 500, 5000),
    integer("machineDetectionSilenceTimeout", 2000, 10000),
    url("amdStatusCallback"),
    method("amdStatusCallbackMethod"),
};

// Verbs.

constexpr std::array say = {text("voice"), text("language"), integer("loop", 0, 1000)};
constexpr std::array play = {integer("loop", 0, 1000), Attribute{"digits", Type::keys, "0123456789ABCDabcd#*wW"}};
constexpr std::array play_in_gather = {integer("loop", 0, 1000)};
constexpr std::array pause = {integer("length", 0)};
constexpr std::array gather = join(
    action, std::array{
                choices("input", "dtmf speech"),
                integer("timeout", 1),
                Attribute{"speechTimeout", Type::integer_or, "auto", 1},
                integer("maxSpeechTime", 1),
                integer("numDigits", 1),
                Attribute{"finishOnKey", Type::keys, "0123456789#*", 0, 1, true},
                boolean("actionOnEmptyResult"),
                text("language"),
                Attribute{"hints", Type::phrases},
                choice("speechModel",
                       "default numbers_and_commands phone_call experimental_conversations experimental_utterances "
                       "googlev2_long googlev2_short googlev2_telephony googlev2_telephony_short deepgram_nova-2 "
                       "deepgram_nova-3"),
                boolean("enhanced"),
                boolean("profanityFilter"),
                url("partialResultCallback"),
                method("partialResultCallbackMethod"),
                boolean("bargeIn"),
                boolean("debug"),
            });
constexpr std::array record = join(action,
                                   std::array{
                                       integer("timeout", 0),
                                       Attribute{"finishOnKey", Type::keys, "0123456789#*", 0, 12, true},
                                       integer("maxLength", 1),
                                       boolean("playBeep"),
                                       choice("trim", trims),
                                       boolean("transcribe"),
                                       url("transcribeCallback"),
                                   },
                                   recording_callback);
constexpr std::array dial = join(action,
                                 std::array{
                                     integer("timeout", 5, 600),
                                     integer("timeLimit", 1),
                                     text("callerId"),
                                     boolean("answerOnBridge"),
                                     boolean("hangupOnStar"),
                                     boolean("sequential"),
                                     choice("record",
                                            "do-not-record record-from-answer record-from-ringing "
                                            "record-from-answer-dual record-from-ringing-dual true false"),
                                     choice("recordingTrack", "inbound outbound both"),
                                     choice("trim", trims),
                                     text("ringTone"),
                                     url("referUrl"),
                                     method("referMethod"),
                                     text("callReason", 50),
                                     text("events"),
                                     text("passports"),
                                 },
                                 recording_callback);
constexpr std::array enqueue = join(action, std::array{
                                                Attribute{"waitUrl", Type::url, {}, 0, INT_MAX, true},
                                                method("waitUrlMethod"),
                                                integer("maxQueueSize", 1),
                                                text("workflowSid"),
                                            });
constexpr std::array redirect = {method("method")};
constexpr std::array reject = {choice("reason", "rejected busy")};
constexpr std::array pay = join(std::array{url("action")}, status_callback,
                                std::array{
                                    choice("input", "dtmf"),
                                    choice("paymentMethod", "credit-card ach-debit"),
                                    text("bankAccountType"),
                                    integer("timeout", 1),
                                    integer("maxAttempts", 1, 3),
                                    boolean("securityCode"),
                                    Attribute{"postalCode", Type::text},
                                    integer("minPostalCodeLength", 0),
                                    text("paymentConnector"),
                                    choice("tokenType", "one-time reusable payment-method"),
                                    text("chargeAmount"),
                                    text("currency"),
                                    text("language"),
                                    text("description"),
                                    text("validCardTypes"),
                                });
constexpr std::array prompt = {
    choices("for",
            "payment-card-number expiration-date security-code postal-code payment-processing bank-account-number "
            "bank-routing-number"),
    text("attempt"),
    text("cardType"),
    text("errorType"),
    boolean("requireMatchingInputs"),
};
constexpr std::array sms = join(std::array{text("to"), text("from")}, action, std::array{url("statusCallback")});

// Nouns of Dial, Enqueue and Refer.

constexpr std::array number = join(
    callee, machine_detection, std::array{Attribute{"sendDigits", Type::keys, "0123456789ABCDabcd#*wW"}, text("byoc")});
constexpr std::array sip = join(callee, machine_detection, std::array{text("username"), text("password")});
constexpr std::array uri = {text("priority"), text("weight"), text("username"), text("password")};
constexpr std::array application = join(callee, std::array{text("customerId"), boolean("copyParentTo")});
constexpr std::array name_and_value = {text("name"), text("value")};
constexpr std::array conference =
    join(status_callback, recording_callback,
         std::array{
             boolean("muted"),
             choice("beep", "true false onEnter onExit"),
             boolean("startConferenceOnEnter"),
             boolean("endConferenceOnExit"),
             text("participantLabel", 128),
             choice("jitterBufferSize", "small medium large off"),
             Attribute{"waitUrl", Type::url, {}, 0, INT_MAX, true},
             method("waitMethod"),
             integer("maxParticipants", 2, 250),
             choice("record", "do-not-record record-from-start true false"),
             choice("trim", trims),
             text("coach"),
             choice("region", "us1 us2 ie1 sg1 br1 au1 jp1 de1"),
             choices("statusCallbackEvent", "start end join leave mute hold modify speaker announcement"),
             url("eventCallbackUrl"),
         });
constexpr std::array queue = {url("url"), method("method"), text("reservationSid"), text("postWorkActivitySid")};
constexpr std::array task = {integer("priority", 0), integer("timeout", 1)};

// Nouns of Connect, Start and Stop.

constexpr std::array started_stream =
    join(std::array{Attribute{"url", Type::stream_url}, text("name"), choice("track", tracks), text("connectorName")},
         status_callback);
constexpr std::array connected_stream = join(std::array{Attribute{"url", Type::stream_url}, text("name"),
                                                        choice("track", "inbound_track"), text("connectorName")},
                                             status_callback);
constexpr std::array by_name = {text("name")};
constexpr std::array recording =
    join(std::array{choice("channels", "mono dual"), choice("track", "inbound outbound both"), choice("trim", trims)},
         recording_callback);
constexpr std::array transcription = {
    text("name"),
    url("statusCallbackUrl"),
    method("statusCallbackMethod"),
    text("languageCode"),
    choice("track", tracks),
    text("inboundTrackLabel"),
    text("outboundTrackLabel"),
    choice("transcriptionEngine", "google deepgram"),
    text("speechModel"),
    boolean("partialResults"),
    text("hints"),
    boolean("profanityFilter"),
    boolean("enableAutomaticPunctuation"),
    boolean("enableProviderData"),
    text("intelligenceService"),
    text("conversationConfiguration"),
    text("conversationId"),
};
constexpr std::array siprec =
    join(std::array{text("name"), text("connectorName"), choice("track", tracks)}, status_callback);
constexpr std::array conversation_relay = {
    Attribute{"url", Type::stream_url},
    text("welcomeGreeting"),
    choice("welcomeGreetingInterruptible", interruptions),
    text("language"),
    text("ttsLanguage"),
    choice("ttsProvider", "Google Amazon ElevenLabs"),
    text("voice"),
    text("transcriptionLanguage"),
    choice("transcriptionProvider", "Google Deepgram"),
    text("speechModel"),
    choice("interruptible", interruptions),
    choice("interruptSensitivity", "low medium high"),
    boolean("dtmfDetection"),
    choice("reportInputDuringAgentSpeech", interruptions),
    boolean("preemptible"),
    text("hints"),
    text("debug"),
    choice("elevenlabsTextNormalization", "on off auto"),
    text("intelligenceService"),
    boolean("profanityFilter"),
    boolean("partialPrompts"),
    text("events"),
};
constexpr std::array language = {text("code"), choice("ttsProvider", "Google Amazon ElevenLabs"), text("voice"),
                                 choice("transcriptionProvider", "Google Deepgram"), text("speechModel")};
constexpr std::array virtual_agent =
    join(std::array{text("connectorName"), text("language"), boolean("sentimentAnalysis")}, status_callback);
constexpr std::array conversation = join(
    std::array{
        text("serviceInstanceSid"),
        boolean("inboundAutocreation"),
        integer("inboundTimeout", 0),
        integer("routingAssignmentTimeout", 0),
        url("url"),
        method("method"),
        choice("record",
               "do-not-record record-from-answer record-from-ringing record-from-answer-dual record-from-ringing-dual "
               "true false"),
        choice("trim", trims),
    },
    recording_callback, status_callback,
    std::array{choices("statusCallbackEvent", "call-initiated call-ringing call-answered call-completed")});
constexpr std::array room = {text("participantIdentity")};

// Messaging.

constexpr std::array message = join(std::array{text("to"), text("from")}, action, std::array{url("statusCallback")});

// SSML, as Twilio takes it inside <Say>.

constexpr std::array ssml_break = {choice("strength", "none x-weak weak medium strong x-strong"), text("time")};
constexpr std::array ssml_emphasis = {choice("level", "strong moderate reduced")};
constexpr std::array ssml_lang = {text("xml:lang")};
constexpr std::array ssml_phoneme = {
    choice("alphabet", "ipa x-sampa x-amazon-jyutping x-amazon-pinyin x-amazon-pron-kana x-amazon-yomigana"),
    text("ph")};
constexpr std::array ssml_prosody = {text("rate"), text("pitch"), text("volume")};
constexpr std::array ssml_say_as = {
    choice("interpret-as",
           "characters spell-out cardinal number ordinal digits fraction unit date time address expletive telephone"),
    choice("format", "mdy dmy ymd md dm ym my d m y yyyymmdd")};
constexpr std::array ssml_sub = {text("alias")};
constexpr std::array ssml_w = {text("role")};
constexpr std::string_view ssml = "break emphasis lang p s phoneme prosody say-as sub w";

constexpr std::span<const Attribute> none;
constexpr int any = INT_MAX;

// name, inside, attributes, children, text, longest text, most of it in its parent, alone in its parent
constexpr Element table[] = {
    {"Response", "", none,
     "Say Play Pause Gather Record Dial Enqueue Redirect Reject Hangup Leave Echo Refer Pay Connect Start Stop Sms "
     "Message"},

    {"Say", "", say, ssml, true},
    {"Play", "", play, "", true},
    {"Play", "Gather", play_in_gather, "", true},
    {"Pause", "", pause, ""},
    {"Gather", "", gather, "Say Play Pause"},
    {"Record", "", record, ""},
    {"Dial", "", dial, "Number Client Sip Application WhatsApp Conference Queue", true},
    {"Enqueue", "", enqueue, "Task", true, 64},
    {"Redirect", "", redirect, "", true},
    {"Reject", "", reject, "Parameter"},
    {"Hangup", "", none, "Parameter"},
    {"Leave", "", none, ""},
    {"Echo", "", none, ""},
    {"Refer", "", action, "Sip"},
    {"Pay", "", pay, "Prompt Parameter"},
    {"Prompt", "", prompt, "Say Play Pause"},
    {"Connect", "", action,
     "Stream ConversationRelay VirtualAgent Conversation Room AiSession ConversationRelaySession"},
    {"Start", "", action, "Stream Recording Transcription Siprec"},
    {"Stop", "", none, "Stream Transcription Siprec"},
    {"Sms", "", sms, "", true},

    {"Number", "", number, "", true, any, 10},
    {"Client", "", callee, "Identity Parameter", true, 256, 10},
    {"Identity", "", none, "", true, 256, 1},
    {"Sip", "", sip, "Uri Headers", true},
    {"Sip", "Refer", none, "", true, any, 1},
    {"Uri", "", uri, "", true},
    {"Headers", "", none, "Header"},
    {"Header", "", name_and_value, ""},
    {"Application", "", application, "ApplicationSid Parameter", true},
    {"ApplicationSid", "", none, "", true, any, 1},
    {"WhatsApp", "", callee, "", true},
    {"Conference", "", conference, "", true, any, 1, true},
    {"Queue", "", queue, "", true, any, 1, true},
    {"Task", "", task, "", true, any, 1},
    {"Parameter", "", name_and_value, ""},

    {"Stream", "Connect", connected_stream, "Parameter", false, any, 1, true},
    {"Stream", "Start", started_stream, "Parameter"},
    {"Stream", "Stop", by_name, ""},
    {"Recording", "", recording, "", false, any, 1},
    {"Transcription", "Start", transcription, "Config Parameter"},
    {"Transcription", "Stop", by_name, ""},
    {"Siprec", "Start", siprec, "Parameter"},
    {"Siprec", "Stop", by_name, ""},
    {"Config", "", name_and_value, ""},
    {"ConversationRelay", "", conversation_relay, "Language Parameter", false, any, 1, true},
    {"Language", "", language, ""},
    {"VirtualAgent", "", virtual_agent, "Config Parameter", false, any, 1, true},
    {"Conversation", "", conversation, "", false, any, 1, true},
    {"Room", "", room, "", true, any, 1, true},
    {"AiSession", "", none, "", true, any, 1, true},
    {"ConversationRelaySession", "", none, "", true, any, 1, true},

    {"Message", "", message, "Body Media", true},
    {"Body", "", none, "", true, 1600},
    {"Media", "", none, "", true, any, 10},

    {"break", "", ssml_break, ""},
    {"emphasis", "", ssml_emphasis, ssml, true},
    {"lang", "", ssml_lang, ssml, true},
    {"p", "", none, ssml, true},
    {"s", "", none, ssml, true},
    {"phoneme", "", ssml_phoneme, "", true},
    {"prosody", "", ssml_prosody, ssml, true},
    {"say-as", "", ssml_say_as, "", true},
    {"sub", "", ssml_sub, "", true},
    {"w", "", ssml_w, ssml, true},
};

}  // namespace

const Attribute* Element::find(std::string_view attribute) const {
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [&](const Attribute& candidate) { return candidate.name == attribute; });
    return found == attributes.end() ? nullptr : &*found;
}

bool Element::holds(std::string_view child) const {
    return has_word(children, child);
}

const Element& response() {
    return table[0];
}

std::span<const Element> elements() {
    return table;
}

const Element* find_element(std::string_view name, std::string_view inside) {
    const Element* anywhere = nullptr;
    for (const auto& element : table) {
        if (element.name != name) continue;
        if (element.inside == inside) return &element;
        if (!anywhere || element.inside.empty()) anywhere = &element;
    }
    return anywhere;
}

}  // namespace switchhook::twiml

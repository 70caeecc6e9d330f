#include "sim/twiml_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace switchhook::sim {
namespace {

// An element, the attributes and the children that Twilio knows on it (twilio.com/docs/voice/twiml).
struct Element {
    std::string_view name;
    std::string_view attributes;
    std::string_view children;  // "*": anything inside is let through
};

constexpr std::string_view speech = "Say Play Pause";
constexpr std::string_view callbacks =
    " statusCallback statusCallbackMethod statusCallbackEvent url method byoc"
    " machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold"
    " machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod";

constexpr std::array elements = {
    Element{
        "Response", "",
        "Say Play Pause Gather Record Dial Enqueue Redirect Reject Hangup Leave Echo Refer Pay Prompt Connect Start "
        "Stop Sms Message"},
    Element{"Say", "voice language loop", "*"},
    Element{"Play", "loop digits", ""},
    Element{"Pause", "length", ""},
    Element{"Gather",
            "input action method timeout speechTimeout maxSpeechTime numDigits finishOnKey actionOnEmptyResult "
            "language hints speechModel enhanced profanityFilter partialResultCallback partialResultCallbackMethod "
            "bargeIn debug",
            speech},
    Element{"Record",
            "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback "
            "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent "
            "recordingConfigurationId",
            ""},
    Element{"Dial",
            "action method timeout timeLimit callerId answerOnBridge hangupOnStar sequential record recordingTrack "
            "trim recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent "
            "recordingConfigurationId ringTone referUrl referMethod callReason events passports",
            "Number Client Sip Conference Queue Application WhatsApp"},
    Element{"Number", "sendDigits", ""},
    Element{"Client", "", "Identity Parameter"},
    Element{"Sip", "username password", "Uri Headers"},
    Element{"Uri", "priority weight username password", ""},
    Element{"Headers", "", "Header"},
    Element{"Header", "name value", ""},
    Element{"Application", "customerId copyParentTo", "ApplicationSid Parameter"},
    Element{"ApplicationSid", "", ""},
    Element{"WhatsApp", "", ""},
    Element{"Identity", "", ""},
    Element{"Parameter", "name value", ""},
    Element{"Conference",
            "muted beep startConferenceOnEnter endConferenceOnExit participantLabel jitterBufferSize waitUrl "
            "waitMethod maxParticipants record trim coach region statusCallback statusCallbackMethod "
            "statusCallbackEvent recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent "
            "recordingConfigurationId eventCallbackUrl",
            ""},
    Element{"Queue", "url method reservationSid postWorkActivitySid", ""},
    Element{"Enqueue", "action method waitUrl waitUrlMethod maxQueueSize workflowSid", "Task"},
    Element{"Task", "priority timeout", ""},
    Element{"Redirect", "method", ""},
    Element{"Reject", "reason", "Parameter"},
    Element{"Hangup", "", "Parameter"},
    Element{"Leave", "", ""},
    Element{"Echo", "", ""},
    Element{"Refer", "action method", "Sip ReferSip"},
    Element{"Pay", "*", "*"},
    Element{"Prompt", "*", "*"},
    Element{"Connect", "action method",
            "Stream ConversationRelay VirtualAgent Conversation Room AiSession ConversationRelaySession"},
    Element{"Start", "action method", "Stream Recording Transcription Siprec"},
    Element{"Stream", "url name track statusCallback statusCallbackMethod connectorName", "Parameter"},
    Element{"Stop", "", "*"},
    Element{"Sms", "to from action method statusCallback", ""},
    Element{"Message", "to from action statusCallback method", "Body Media"},
    Element{"Body", "", ""},
    Element{"Media", "", ""},
};

enum class Form { whole, positive, flag, method, gather_key, keys, speech_timeout, reason, tones, trim, input };

// What an attribute's value must look like, and the warning if it does not.
struct Value {
    std::string_view element;  // empty: any
    std::string_view attribute;
    Form form;
    int code;
};

constexpr std::array values = {
    Value{"Say", "loop", Form::whole, 13510},
    Value{"Play", "loop", Form::whole, 13410},
    Value{"Play", "digits", Form::tones, 12200},
    Value{"Pause", "length", Form::whole, 13910},
    Value{"Gather", "method", Form::method, 13312},
    Value{"Gather", "timeout", Form::positive, 13313},
    Value{"Gather", "numDigits", Form::positive, 13314},
    Value{"Gather", "finishOnKey", Form::gather_key, 13310},
    Value{"Gather", "speechTimeout", Form::speech_timeout, 13327},
    Value{"Gather", "input", Form::input, 12200},
    Value{"Gather", "actionOnEmptyResult", Form::flag, 12200},
    Value{"Record", "method", Form::method, 13610},
    Value{"Record", "timeout", Form::whole, 13611},
    Value{"Record", "maxLength", Form::positive, 13612},
    Value{"Record", "finishOnKey", Form::keys, 13613},
    Value{"Record", "transcribe", Form::flag, 13614},
    Value{"Record", "playBeep", Form::flag, 13616},
    Value{"Record", "trim", Form::trim, 12200},
    Value{"Dial", "timeout", Form::positive, 13212},
    Value{"Dial", "hangupOnStar", Form::flag, 13213},
    Value{"Dial", "timeLimit", Form::positive, 12200},
    Value{"Number", "method", Form::method, 13221},
    Value{"Number", "sendDigits", Form::tones, 13222},
    Value{"Redirect", "method", Form::method, 13710},
    Value{"Reject", "reason", Form::reason, 13810},
    Value{"", "method", Form::method, 12200},
};

bool listed(std::string_view words, std::string_view word) {
    if (words == "*") return true;
    for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
        auto end = at + word.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) return !word.empty();
    }
    return false;
}

std::optional<long> whole_number(std::string_view text) {
    long number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool only(std::string_view allowed, std::string_view text) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool fits(Form form, std::string_view text) {
    switch (form) {
        case Form::whole:
            return whole_number(text).value_or(-1) >= 0;
        case Form::positive:
            return whole_number(text).value_or(0) > 0;
        case Form::flag:
            return text == "true" || text == "false";
        case Form::method:
            return text == "GET" || text == "POST";
        case Form::gather_key:
            return text.size() <= 1 && only("0123456789#*", text);
        case Form::keys:
            return only("0123456789#*", text);
        case Form::speech_timeout:
            return text == "auto" || whole_number(text).value_or(-1) >= 0;
        case Form::reason:
            return text == "rejected" || text == "busy";
        case Form::tones:
            return only("0123456789ABCDabcd#*wW", text);
        case Form::trim:
            return text == "trim-silence" || text == "do-not-trim";
        case Form::input:
            return text == "dtmf" || text == "speech" || text == "dtmf speech" || text == "speech dtmf";
    }
    return false;
}

const Element* element_named(std::string_view name) {
    auto found = std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.name == name; });
    return found == elements.end() ? nullptr : &*found;
}

bool takes_callbacks(std::string_view name) {
    return listed("Number Client Sip Application WhatsApp", name);
}

void check_attributes(pugi::xml_node node, const Element& element, std::vector<TwimlProblem>& problems) {
    for (auto attribute : node.attributes()) {
        std::string_view name = attribute.name();
        std::string place = std::string(element.name) + "@" + std::string(name);
        if (!listed(element.attributes, name) && !(takes_callbacks(element.name) && listed(callbacks, name))) {
            problems.push_back({12200, place + " is not an attribute that Twilio knows"});
            continue;
        }
        auto rule = std::find_if(values.begin(), values.end(), [&](const Value& v) {
            return (v.element == element.name || v.element.empty()) && v.attribute == name;
        });
        if (rule != values.end() && !fits(rule->form, attribute.value()))
            problems.push_back({rule->code, place + " cannot be \"" + attribute.value() + "\""});
    }
}

void check_text(pugi::xml_node node, std::string_view name, std::vector<TwimlProblem>& problems) {
    std::string_view text = node.text().get();
    bool silent = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (name == "Say" && silent && !node.first_child()) problems.push_back({13520, "Say has nothing to say"});
    if (name == "Say" && text.size() > 4096) problems.push_back({13520, "Say has more than 4096 characters"});
    if (name == "Play" && silent && !node.attribute("digits")) problems.push_back({11100, "Play has no URL"});
    if (name == "Number" && silent) problems.push_back({13223, "Number is empty"});
    if (name == "Dial" && silent && !node.first_child()) problems.push_back({13223, "Dial has nobody to dial"});
}

void check(pugi::xml_node node, const Element& element, std::vector<TwimlProblem>& problems) {
    check_attributes(node, element, problems);
    check_text(node, element.name, problems);
    if (element.children == "*") return;
    for (auto child : node.children()) {
        if (child.type() != pugi::node_element) continue;
        std::string_view name = child.name();
        if (!listed(element.children, name)) {
            std::string place = "<" + std::string(name) + "> in <" + std::string(element.name) + ">";
            int code = element.name == "Gather" ? 13320 : 12200;
            problems.push_back({code, place + " is not allowed"});
            continue;
        }
        if (const auto* known = element_named(name)) check(child, *known, problems);
    }
}

}  // namespace

std::vector<TwimlProblem> check_twiml(pugi::xml_node response) {
    std::vector<TwimlProblem> problems;
    check(response, elements.front(), problems);

    bool first = true;
    for (auto verb : response.children()) {
        if (verb.type() != pugi::node_element) continue;
        if (!first && std::string_view(verb.name()) == "Reject")
            problems.push_back({12200, "Reject comes after another verb: the call is answered already"});
        first = false;
    }
    return problems;
}

int number_attribute(pugi::xml_node verb, const char* name, int otherwise, int least) {
    auto attribute = verb.attribute(name);
    if (!attribute) return otherwise;
    auto number = whole_number(attribute.value());
    return number && *number >= least ? static_cast<int>(*number) : otherwise;
}

bool flag_attribute(pugi::xml_node verb, const char* name, bool otherwise) {
    std::string_view text = verb.attribute(name).value();
    if (text == "true") return true;
    if (text == "false") return false;
    return otherwise;
}

std::string method_attribute(pugi::xml_node verb, const char* name) {
    return std::string_view(verb.attribute(name).value()) == "GET" ? "GET" : "POST";
}

std::string one_line(std::string_view text) {
    std::string line;
    for (char c : text) {
        bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    return line;
}

}  // namespace switchhook::sim

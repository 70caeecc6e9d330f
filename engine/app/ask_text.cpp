#include "app/ask_text.hpp"

#include "core/json_text.hpp"
#include "core/shortened.hpp"

#include <cstdio>
#include <regex>
#include <string_view>
#include <utility>

namespace switchhook::app {
namespace {

using core::Answer;
using core::Ask;
using core::Json;
using core::text_of;

constexpr std::size_t longest_value = 200;

std::string shown(const Json& value) {
    return core::shortened(core::dump(value), longest_value);
}

// A number of seconds as a person says it.
std::string seconds_text(const Json& seconds) {
    if (!seconds.is_number()) return "some time";
    char text[32];
    std::snprintf(text, sizeof text, "%.6g s", seconds.get<double>());
    return text;
}

std::string without_query(const std::string& url) {
    auto query = url.find('?');
    return query == std::string::npos ? url : url.substr(0, query) + "?…";
}

std::string said(const Json& options) {
    auto text = text_of(options, "text");
    return "says " + in_quotes(text.empty() ? plain_text(text_of(options, "ssml")) : text);
}

std::string played(const Json& options) {
    auto url = text_of(options, "url");
    return "plays " + (url.empty() ? "the keys " + text_of(options, "digits") : url);
}

std::string paused(const Json& options) {
    return "pauses " + seconds_text(options.value("length", Json(1)));
}

void add_prompts(std::vector<std::string>& texts, const Json& options) {
    for (const auto& prompt : options.value("prompts", Json::array()))
        for (const auto& [kind, what] : prompt.items())
            texts.push_back(kind == "say" ? said(what) : kind == "play" ? played(what) : paused(what));
}

std::string listens(const Json& options) {
    auto digits = options.value("digits", 0);
    std::string keys = digits == 0 ? "keys" : digits == 1 ? "1 key" : std::to_string(digits) + " keys";
    if (!options.value("dtmf", true)) return "waits for speech";
    return "waits for " + keys + (options.value("speech", false) ? " or speech" : "");
}

std::string dials(const Json& options) {
    std::string names;
    for (const auto& target : options.value("to", Json::array()))
        names += (names.empty() ? "" : ", ") + target_name(target);
    return "puts the caller through to " + names;
}

std::string sends(const Json& options) {
    auto method = text_of(options, "method");
    return std::string(options.value("later", false) ? "promises " : "sends ") + (method.empty() ? "GET" : method) +
           " " + without_query(text_of(options, "url"));
}

std::string texts_somebody(const Json& options) {
    return std::string(options.value("later", false) ? "promises a text to " : "texts ") + text_of(options, "to") +
           ": " + in_quotes(text_of(options, "body"));
}

std::string replies(const Json& options) {
    std::string text = "replies";
    if (auto body = text_of(options, "body"); !body.empty()) text += " " + in_quotes(body);
    for (const auto& file : options.value("media", Json::array()))
        if (file.is_string()) text += " with " + without_query(file.get<std::string>());
    return text;
}

std::string keeps(const Json& options) {
    auto op = text_of(options, "op");
    auto key = in_quotes(text_of(options, "key"));
    if (op == "get") return "looks up " + key;
    if (op == "delete") return "deletes " + key;
    if (op == "increment") return "adds " + options.value("by", Json(1)).dump() + " to " + key;
    return "keeps " + key + " = " + shown(options.value("value", Json()));
}

std::string logs(const Json& options) {
    auto fields = options.find("fields");
    return "logs " + in_quotes(text_of(options, "message")) + (fields == options.end() ? "" : " " + shown(*fields));
}

std::string deed_of(const Ask& ask) {
    const auto& options = ask.options;
    if (ask.kind == "say") return said(options);
    if (ask.kind == "play") return played(options);
    if (ask.kind == "pause") return paused(options);
    if (ask.kind == "gather") return listens(options);
    if (ask.kind == "record") return "records the caller";
    if (ask.kind == "dial") return dials(options);
    if (ask.kind == "enqueue")
        return "queues the caller in " +
               in_quotes(options.contains("queue") ? text_of(options, "queue") : text_of(options, "workflow_sid"));
    if (ask.kind == "refer") return "refers the caller to " + text_of(options, "sip");
    if (ask.kind == "leave") return "takes the caller out of the queue";
    if (ask.kind == "redirect") return "hands the call to " + without_query(text_of(options, "url"));
    if (ask.kind == "reject") return "rejects the call";
    if (ask.kind == "hangup") return "hangs up";
    if (ask.kind == "http") return sends(options);
    if (ask.kind == "sms") return texts_somebody(options);
    if (ask.kind == "reply") return replies(options);
    if (ask.kind == "kv") return keeps(options);
    if (ask.kind == "log") return logs(options);
    if (ask.kind == "sleep") return "waits " + seconds_text(options.value("seconds", Json(0)));
    if (ask.kind == "chat") return "has a model write";
    if (ask.kind == "converse") return "has the assistant talk with the caller";
    if (ask.kind == "tool_result")
        return "tells the assistant " + core::shortened(text_of(options, "output"), longest_value);
    if (ask.kind == "end_conversation") {
        auto reason = text_of(options, "reason");
        return "ends the conversation" + (reason.empty() ? "" : ": " + reason);
    }
    if (ask.kind == "interject") return "has the assistant say " + in_quotes(text_of(options, "text"));
    if (ask.kind == "play_while") return "has the caller hear a sound while waiting";
    if (ask.kind == "collect_digits") return "waits for keys that nobody else hears";
    return ask.kind + " " + shown(options);
}

std::string why_nobody(const std::string& reason) {
    if (reason == "no_answer") return "gets no answer";
    if (reason == "busy") return "finds the line busy";
    if (reason == "queue_full") return "has no room in the queue";
    return "gives nothing: " + reason;
}

Deed caller_text(const Ask& ask, const Answer& answer) {
    if (!answer.reason.empty()) return {"caller", ask.kind == "gather" ? "says and presses nothing" : "does nothing"};
    const auto& value = answer.value;
    if (ask.kind == "record")
        return {"caller", "leaves a recording of " + seconds_text(value.value("seconds", Json()))};
    auto digits = text_of(value, "digits");
    if (ask.kind == "collect_digits") return {"caller", "presses " + std::to_string(digits.size()) + " keys"};
    auto speech = text_of(value, "speech");
    if (speech.empty()) return {"caller", "presses " + digits};
    auto confidence = value.find("confidence");
    char text[32] = "";
    if (confidence != value.end() && confidence->is_number())
        std::snprintf(text, sizeof text, " (confidence %.2f)", confidence->get<double>());
    return {"caller", "says " + in_quotes(speech) + text};
}

Deed carrier_text(const Ask& ask, const Answer& answer) {
    if (!answer.reason.empty()) return {"carrier", why_nobody(answer.reason)};
    const auto& value = answer.value;
    auto seconds = value.is_object() ? value.value("seconds", Json()) : Json();
    if (ask.kind == "dial") return {"carrier", "connects the two for " + seconds_text(seconds)};
    if (ask.kind == "enqueue") return {"carrier", "connects the caller after " + seconds_text(seconds)};
    return {"carrier", "passes the call on"};
}

Deed service_text(const Ask& ask, const Answer& answer) {
    const auto& value = answer.value;
    if (value.is_object() && value.contains("promised")) return {"engine", "will see to it"};
    if (ask.kind == "http")
        return {"network", answer.reason.empty() ? "replies " + value.value("status", Json(0)).dump()
                                                 : "gives no reply: " + answer.reason};
    if (ask.kind == "sms")
        return {"carrier", answer.reason.empty() ? "takes the text" : "does not take the text: " + answer.reason};
    if (ask.kind == "kv") {
        auto op = text_of(ask.options, "op");
        if (op == "set" || op == "delete") return {};
        if (op == "compare_and_set")
            return {"store", value == Json(true) ? "does so" : "does not: it holds something else"};
        return {"store", value.is_null() ? "holds nothing there" : "holds " + shown(value)};
    }
    if (ask.kind != "chat") return {};
    if (!answer.reason.empty()) return {"model", "writes nothing: " + answer.reason};
    auto content = text_of(value, "content");
    return {"model", content.empty() ? "uses tools" : "writes " + in_quotes(content)};
}

}  // namespace

std::string target_name(const Json& target) {
    for (const char* kind : {"number", "client", "sip", "queue", "conference", "application"})
        if (auto name = text_of(target, kind); !name.empty())
            return kind == std::string_view("number") ? name : std::string(kind) + " " + name;
    return "somebody";
}

std::string in_quotes(const std::string& text) {
    static const std::regex space("\\s+");
    return '"' + std::regex_replace(text, space, " ") + '"';
}

std::string plain_text(const std::string& ssml) {
    static const std::regex tags("<[^>]*>");
    auto text = std::regex_replace(ssml, tags, " ");
    constexpr std::pair<std::string_view, char> entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    for (const auto& [entity, character] : entities)
        for (auto at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1))
            text.replace(at, entity.size(), 1, character);
    return text;
}

std::vector<std::string> ask_texts(const Ask& ask) {
    std::vector<std::string> texts;
    if (ask.kind == "gather") add_prompts(texts, ask.options);
    texts.push_back(deed_of(ask));
    return texts;
}

Deed answer_text(const Ask& ask, const Answer& answer) {
    if (!answer.error.empty()) return {"engine", "refuses it: " + answer.error};
    if (answer.reason == "hung_up") return {"caller", "hangs up"};
    if (ask.kind == "gather" || ask.kind == "record" || ask.kind == "collect_digits") return caller_text(ask, answer);
    if (ask.kind == "dial" || ask.kind == "enqueue" || ask.kind == "refer") return carrier_text(ask, answer);
    return service_text(ask, answer);
}

}  // namespace switchhook::app

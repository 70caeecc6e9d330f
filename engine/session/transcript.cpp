#include "session/transcript.hpp"

#include "core/json_text.hpp"

#include <utility>

namespace switchhook::session {
namespace {

constexpr std::size_t most_lines = 200;

using core::Json;
using core::text_of;

}  // namespace

core::Json Transcript::lines() const {
    auto lines = Json::array();
    for (const auto& line : lines_) lines.push_back({{"who", line.who}, {"what", line.what}});
    return lines;
}

void Transcript::note(const core::Ask& ask, const core::Answer& answer) {
    if (ask.kind == "converse" || ask.kind == "tool_result" || ask.kind == "end_conversation") {
        if (answer.value.contains("finished")) note_conversation(answer.value["finished"]);
        return;
    }
    if (ask.kind == "say" || ask.kind == "play") return note_prompt(ask.kind, ask.options);
    if (ask.kind == "reply") return add("flow", text_of(ask.options, "body"));
    if (auto prompts = ask.options.find("prompts"); ask.kind == "gather" && prompts != ask.options.end())
        for (const auto& prompt : *prompts)
            for (const auto& [kind, options] : prompt.items()) note_prompt(kind, options);
    if (ask.kind == "gather" && answer.value.is_object()) {
        auto speech = text_of(answer.value, "speech");
        add("caller", speech.empty() ? "[presses " + text_of(answer.value, "digits") + "]" : speech);
    } else if (ask.kind == "gather") {
        if (answer.reason != "hung_up") add("caller", "[" + (answer.reason.empty() ? "silence" : answer.reason) + "]");
    } else if (ask.kind == "record" || ask.kind == "dial" || ask.kind == "enqueue" || ask.kind == "refer") {
        auto outcome = answer.reason.empty() ? text_of(answer.value, "status") : answer.reason;
        if (outcome == "hung_up") outcome.clear();
        add("carrier", "[" + ask.kind + (outcome.empty() ? "" : ": " + outcome) + "]");
    } else if (ask.kind == "hangup" || ask.kind == "redirect" || ask.kind == "reject" || ask.kind == "leave") {
        add("flow", "[" + ask.kind + "]");
    }
    if (answer.reason == "hung_up") add("caller", "[hangs up]");
}

void Transcript::note_conversation(const Json& finished) {
    for (const auto& line : finished.value("transcript", Json::array())) {
        auto who = text_of(line, "who");
        if (who.empty())
            add("assistant", "[uses " + text_of(line, "tool") + "]");
        else
            add(who == "caller" ? "caller" : "assistant", text_of(line, "text"));
    }
    auto reason = text_of(finished, "reason");
    add(reason == "caller_hung_up" ? "caller" : "assistant",
        reason == "caller_hung_up" ? "[hangs up]" : "[" + reason + "]");
}

void Transcript::note_prompt(std::string_view kind, const Json& options) {
    if (kind == "say") {
        auto text = text_of(options, "text");
        add("flow", text.empty() ? text_of(options, "ssml") : std::move(text));
    } else if (kind == "play") {
        add("flow", "[plays " + text_of(options, "url") + text_of(options, "digits") + "]");
    }
}

void Transcript::add(const char* who, std::string what) {
    if (lines_.size() < most_lines) lines_.push_back({who, std::move(what)});
}

}  // namespace switchhook::session

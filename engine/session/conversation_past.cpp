#include "session/conversation_past.hpp"

#include "core/json_text.hpp"

#include <algorithm>

namespace switchhook::session {

using core::Json;
using core::text_of;

void ConversationPast::pass(const core::Ask& ask, const core::Answer& answer) {
    if (ask.kind == "converse") {
        opening_ = ask;
        opened_at_ = answer.time;
        tools_.clear();
    }
    if (auto call_id = text_of(ask.options, "call_id"); !call_id.empty()) {
        auto tool = std::find_if(tools_.begin(), tools_.end(), [&](const Tool& t) { return t.call_id == call_id; });
        if (tool != tools_.end()) tool->result = text_of(ask.options, "output");
    }
    if (!answer.value.is_object()) return;
    if (answer.value.contains("finished")) opening_.reset();
    if (auto tool = answer.value.find("tool"); tool != answer.value.end())
        tools_.push_back({text_of(*tool, "call_id"), text_of(*tool, "name"), text_of(*tool, "arguments"), {}});
}

// What was said last may be older than the last tool, or know of one that never reached the flow: that one is called
// again if the model still wants it.
Json ConversationPast::history(const Json& said) const {
    auto lines = Json::array();
    auto tool = tools_.begin();
    for (const auto& line : said) {
        if (!line.contains("tool"))
            lines.push_back(line);
        else if (tool != tools_.end())
            lines.push_back(line_of(*tool++));
    }
    for (; tool != tools_.end(); ++tool) lines.push_back(line_of(*tool));
    return lines;
}

Json ConversationPast::line_of(const Tool& tool) {
    Json line{{"tool", tool.name}, {"call_id", tool.call_id}, {"arguments", tool.arguments}};
    if (tool.result) line["result"] = *tool.result;
    return line;
}

}  // namespace switchhook::session

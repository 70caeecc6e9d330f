#include "sim/realtime_conversation.hpp"

#include "sim/json_schema.hpp"

#include <algorithm>

namespace switchhook::sim {

using core::Json;
using std::chrono::milliseconds;

namespace {

// What the parts of a message may be, by its role.
std::string parts_of(const std::string& role) {
    if (role == "assistant") return "output_text output_audio";
    return role == "system" ? "input_text" : "input_text input_audio input_image";
}

std::optional<ApiError> judge_content(const Json& item) {
    const auto& content = item.at("content");
    const auto allowed = parts_of(item.at("role"));
    for (std::size_t i = 0; i < content.size(); ++i) {
        const auto path = "item.content[" + std::to_string(i) + "]";
        const std::string type = content[i].at("type");
        if ((" " + allowed + " ").find(" " + type + " ") == std::string::npos)
            return invalid_value(path + ".type", type, allowed);
        // Also for output_audio: what the assistant has said comes back as text only.
        bool text = type == "input_text" || item.at("role") == "assistant";
        if (text && !content[i].contains("text")) return missing_parameter(path + ".text");
        if (type == "input_audio" && !content[i].contains("audio")) return missing_parameter(path + ".audio");
        if (type == "input_image" && !content[i].contains("image_url")) return missing_parameter(path + ".image_url");
    }
    return std::nullopt;
}

bool is_call(const Json& item) {
    return item.value("type", "") == "function_call";
}

}  // namespace

long tokens_of(const std::string& text) {
    return static_cast<long>((text.size() + 3) / 4);
}

std::optional<ApiError> RealtimeConversation::judge(const Json& item) const {
    if (auto id = item.value("id", ""); !id.empty() && find(id))
        return ApiError{"item_create_duplicate_item_id", "An item with the id '" + id + "' is there already.",
                        "item.id"};
    if (item.at("type") == "message") return judge_content(item);
    auto call = item.value("call_id", "");
    auto is_letter = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
    if (!std::all_of(call.begin(), call.end(), is_letter))
        return ApiError{"invalid_value", "Invalid 'item.call_id': it holds other characters than ^[a-zA-Z0-9_-]+$.",
                        "item.call_id"};
    bool known = std::any_of(items_.begin(), items_.end(), [&](const Item& one) {
        return is_call(one.json) && one.json.value("call_id", "") == call;
    });
    if (item.at("type") == "function_call_output" && !known)
        return ApiError{"invalid_tool_call_id", "Tool call ID '" + call + "' not found in conversation.",
                        "item.call_id"};
    return std::nullopt;
}

Json RealtimeConversation::insert(Json item, const std::string& previous) {
    auto place = items_.end();
    if (previous == "root") {
        place = items_.begin();
    } else if (!previous.empty()) {
        place = std::find_if(items_.begin(), items_.end(), [&](const Item& one) { return one.json["id"] == previous; });
        if (place != items_.end()) ++place;
    }
    Json before = place == items_.begin() ? Json(nullptr) : std::prev(place)->json["id"];
    items_.insert(place, {std::move(item), {}});
    return before;
}

RealtimeConversation::Item* RealtimeConversation::find(const std::string& id) {
    auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& one) { return one.json["id"] == id; });
    return found == items_.end() ? nullptr : &*found;
}

const RealtimeConversation::Item* RealtimeConversation::find(const std::string& id) const {
    return const_cast<RealtimeConversation*>(this)->find(id);
}

std::string RealtimeConversation::tool_of(const std::string& call_id) const {
    for (const auto& item : items_)
        if (is_call(item.json) && item.json.value("call_id", "") == call_id) return item.json.value("name", "");
    return {};
}

void RealtimeConversation::erase(const std::string& id) {
    items_.remove_if([&](const Item& one) { return one.json["id"] == id; });
}

Json RealtimeConversation::last() const {
    return items_.empty() ? Json(nullptr) : items_.back().json["id"];
}

Json RealtimeConversation::tokens() const {
    long text = 0, audio = 0;
    for (const auto& [json, length] : items_) {
        audio += length / milliseconds(json.value("role", "") == "assistant" ? 50 : 100);
        text += tokens_of(json.value("arguments", "")) + tokens_of(json.value("output", ""));
        for (const auto& part : json.value("content", Json::array())) text += tokens_of(part.value("text", ""));
    }
    return {{"text", text}, {"audio", audio}};
}

}  // namespace switchhook::sim

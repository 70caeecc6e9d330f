#include "session/call_usage.hpp"

namespace switchhook::session {
namespace {

using core::Json;

void add(Json& sum, const std::string& name, const Json& number) {
    if (!number.is_number()) return;
    auto& total = sum[name];
    if (total.is_null()) total = 0;
    if (total.is_number_integer() && number.is_number_integer())
        total = total.get<std::int64_t>() + number.get<std::int64_t>();
    else
        total = total.get<double>() + number.get<double>();
}

void add_tokens(Json& sum, const Json& of) {
    auto usage = of.find("usage");
    if (usage == of.end() || !usage->is_object()) return;
    for (const auto& [name, number] : usage->items()) add(sum, name, number);
}

}  // namespace

Json usage_of(const std::vector<core::JournalEntry>& journal) {
    auto sum = Json::object();
    for (const auto& entry : journal) {
        const auto& value = entry.answer.value;
        if (!value.is_object()) continue;
        if (auto finished = value.find("finished"); finished != value.end() && finished->is_object()) {
            add(sum, "conversations", 1);
            add(sum, "conversation_seconds", finished->value("seconds", Json()));
            add_tokens(sum, *finished);
        } else if (value.contains("finish_reason")) {
            add(sum, "chats", 1);
            add_tokens(sum, value);
        }
    }
    return sum;
}

}  // namespace switchhook::session

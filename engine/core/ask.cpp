#include "core/ask.hpp"

#include "core/json_text.hpp"

#include <cstdint>
#include <string_view>

namespace switchhook::core {
namespace {

// FNV-1a: short, and the same on every machine and in every version of the engine.
std::uint64_t fnv1a(std::string_view text, std::uint64_t hash) {
    for (unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
    return hash;
}

}  // namespace

std::string Ask::digest() const {
    auto hash = fnv1a(kind, 14695981039346656037ULL);
    hash = fnv1a(std::string_view("\0", 1), hash);
    hash = fnv1a(dump(options), hash);
    std::string hex(16, '0');
    for (int i = 15; i >= 0; --i, hash >>= 4) hex[static_cast<std::size_t>(i)] = "0123456789abcdef"[hash & 15];
    return hex;
}

Json to_json(const Answer& answer) {
    Json json = {{"time", answer.time.time_since_epoch().count()}};
    if (!answer.error.empty())
        json["error"] = answer.error;
    else if (!answer.reason.empty())
        json["reason"] = answer.reason;
    else
        json["value"] = answer.value;
    return json;
}

Answer answer_from_json(const Json& json) {
    Answer answer;
    answer.time = Time(std::chrono::milliseconds(json.value("time", std::int64_t{0})));
    answer.error = json.value("error", "");
    answer.reason = json.value("reason", "");
    if (auto value = json.find("value"); value != json.end()) answer.value = *value;
    return answer;
}

}  // namespace switchhook::core

#include "openai/realtime_errors.hpp"

#include "core/json.hpp"

#include <algorithm>
#include <cctype>

namespace switchhook::openai {
namespace {

template <class Value, std::size_t size>
bool any_of(const Value& value, const Value (&choices)[size]) {
    return std::find(std::begin(choices), std::end(choices), value) != std::end(choices);
}

}  // namespace

Severity severity_of(std::string_view code) {
    static constexpr std::string_view fatal[] = {"invalid_api_key", "insufficient_quota", "model_not_found",
                                                 "beta_api_shape_disabled"};
    if (any_of(code, fatal)) return Severity::fatal;
    return code == "session_expired" ? Severity::expired : Severity::benign;
}

bool may_reconnect_after_close(std::uint16_t code) {
    static constexpr std::uint16_t passing[] = {1001, 1005, 1006, 1011, 1012, 1013};
    return any_of(code, passing);
}

bool may_reconnect_after_refusal(int http_status) {
    static constexpr int passing[] = {408, 429, 500, 502, 503, 504};
    return any_of(http_status, passing);
}

std::string code_of_refusal(int http_status, std::string_view body) {
    auto json = core::Json::parse(body, nullptr, false);
    if (json.is_object() && json.contains("error") && json["error"].is_object())
        if (auto code = json["error"].find("code"); code != json["error"].end() && code->is_string())
            return code->get<std::string>();
    if (http_status == 401) return "invalid_api_key";
    if (http_status == 404) return "model_not_found";
    return "refused";
}

std::string without_secrets(std::string_view text) {
    constexpr std::size_t most = 300;
    std::string out;
    for (std::size_t i = 0; i < text.size() && out.size() < most; ++i) {
        if (text.substr(i).starts_with("sk-")) {
            while (i < text.size() && !std::isspace(static_cast<unsigned char>(text[i])) && text[i] != '"') ++i;
            out += "sk-…";
            if (i == text.size()) break;
        }
        out += static_cast<unsigned char>(text[i]) < 0x20 ? ' ' : text[i];
    }
    return out;
}

}  // namespace switchhook::openai

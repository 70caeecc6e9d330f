#include "app/kept_values.hpp"

#include "app/lua_literal.hpp"
#include "core/json_text.hpp"

#include <utility>

namespace switchhook::app {

using core::Json;

std::vector<std::string> KeptValues::take(const Json& options, const core::Answer& answer) {
    std::vector<std::string> lines;
    auto op = core::text_of(options, "op");
    auto key = core::text_of(options, "key");
    if (!answer.error.empty()) return lines;
    if (op == "get") {
        assume(key, answer.value, lines);
    } else if (op == "increment" && answer.value.is_number()) {
        auto by = options.value("by", Json(1));
        const auto before = answer.value.get<double>() - by.get<double>();
        const auto& kept = values_[key].json;
        if ((kept.is_number() ? kept.get<double>() : 0) != before) assume(key, before, lines);
        change(key, answer.value);
    } else if (op == "compare_and_set" && answer.value == Json(true)) {
        assume(key, options.value("expected", Json()), lines);
        change(key, options.value("value", Json()));
    } else if (op == "compare_and_set" && values_[key].json == options.value("expected", Json())) {
        assume(key, "something else", lines);
    } else if (op == "set" || op == "delete") {
        change(key, op == "set" ? options.value("value", Json()) : Json());
    }
    return lines;
}

void KeptValues::assume(const std::string& key, const Json& value, std::vector<std::string>& lines) {
    auto& kept = values_[key];
    if (kept.json == value) return;
    kept = {value, false};
    lines.push_back("store:set(" + lua_string(key) + ", " + lua_literal(value) + ")");
}

void KeptValues::change(const std::string& key, Json value) {
    values_[key] = {std::move(value), true};
}

std::vector<std::string> KeptValues::expectations() const {
    std::vector<std::string> lines;
    for (const auto& [key, kept] : values_) {
        if (!kept.changed) continue;
        lines.push_back(kept.json.is_null() ? "store:lacks(" + lua_string(key) + ")"
                                            : "store:has(" + lua_string(key) + ", " + lua_literal(kept.json) + ")");
    }
    return lines;
}

}  // namespace switchhook::app

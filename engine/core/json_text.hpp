#pragma once

#include "core/json.hpp"

#include <string>

namespace switchhook::core {

// A member that is a text; empty where there is none, where it is of another type, or where `object` is none.
inline std::string text_of(const Json& object, const char* key) {
    if (!object.is_object()) return {};
    auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// JSON in one line, or in lines indented by so many columns. What is not UTF-8 is replaced, so this never throws.
inline std::string dump(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace switchhook::core

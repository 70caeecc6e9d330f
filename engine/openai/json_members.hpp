#pragma once

#include "core/json_text.hpp"

// Members of messages that others wrote, which may be missing or of any type.
namespace switchhook::openai {

// Null where there is none.
inline const core::Json& member(const core::Json& json, const char* name) {
    static const core::Json none;
    if (!json.is_object()) return none;
    auto found = json.find(name);
    return found == json.end() ? none : *found;
}

using core::text_of;

inline long integer(const core::Json& json, const char* name) {
    const auto& found = member(json, name);
    return found.is_number() ? found.get<long>() : 0;
}

}  // namespace switchhook::openai

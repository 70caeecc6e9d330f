#pragma once

#include "core/json.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>

struct lua_State;

namespace switchhook::script {

// What Lua and JSON have in common: nil and null, booleans, numbers (whole numbers stay whole), UTF-8 texts, lists,
// and tables with texts as keys. An empty table is an object.

struct JsonOptions {
    std::size_t max_bytes = 1 << 20;  // of all texts and values together
    int max_depth = 32;
    bool functions = false;  // a function stands as an empty binary value, to be checked and not to be sent
};

// Why a value has no JSON form, as "headers.x is a function: …"; `key` is empty for the value itself.
struct NotJson {
    std::string key;
    std::string what;

    std::string text() const;
};

// The value at `index` as JSON. Raises no Lua error. REQUIRES: 128 free stack slots.
boost::system::result<core::Json, NotJson> to_json(lua_State* L, int index, const JsonOptions& options = {});

// Pushes a value. Raises a memory error, so call it in protected code.
// A null in an object or a list is left out: Lua has no such thing.
void push_json(lua_State* L, const core::Json& json);

}  // namespace switchhook::script

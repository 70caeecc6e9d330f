#pragma once

struct lua_State;

namespace switchhook::script {

// Adds to the table on top: encode(value), a text whose members are sorted, and decode(text). A null is left out, an
// empty table is {}; what has no JSON form is an error. Neither takes or builds more than slice_string_limit() bytes.
void add_json_functions(lua_State* L);

}  // namespace switchhook::script

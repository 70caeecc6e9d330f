#pragma once

struct lua_State;

namespace switchhook::script {

// Adds to the table on top: time, date, difftime. The time is slice_now(), the zone is UTC, the words are English.
// There is no clock: what it shows differs from run to run.
void add_os_functions(lua_State* L);

}  // namespace switchhook::script

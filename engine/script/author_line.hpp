#pragma once

#include <string>

struct lua_State;

namespace switchhook::script {

// The author's line that is being run, as "lexi/flow.lua:12": the first frame from the top whose chunk is a file
// of the bundle. Where the line is not known, after memory ran out, it is the first line of that function. Empty if
// there is none. Allocates nothing in Lua and never raises.
std::string author_line(lua_State* L);

}  // namespace switchhook::script

#pragma once

#include <string>

struct lua_State;

namespace switchhook::script {

// The author's own variables at the line that is being run, in the order in which they were declared:
// `answer = { digits = "1" }, tries = 2`. Functions, and what is no plain value, are left out; so is whatever is named
// as a secret is (`token`, `pin`), or as what callers key in (`digits`). Of seven digits and more in a text the last
// four are shown. Texts are cut at 40 bytes, lists at eight variables.
//
// Empty where no line of the author's runs, and after an error that no function raised, as where nil is indexed: LuaJIT
// no longer knows then which variables there were; its message names the one that matters. Raises no Lua error; needs a
// little room on the stack.
std::string author_values(lua_State* L);

}  // namespace switchhook::script

#pragma once

#include <map>
#include <set>
#include <string>

struct lua_State;

namespace switchhook::script {

struct Source;

// Lines of files, by the files' paths.
using Lines = std::map<std::string, std::set<int>, std::less<>>;

// From here on, adds every line of an author's file that runs in this state. `lines` outlives the state. Once a slice
// has run out of time, nothing more is noted. May raise a memory error.
void trace_lines(lua_State* L, Lines& lines);

// The lines of a file that say what to do. What only ends or separates something (`end`, `else`, a bracket) is none.
// Empty where the file does not compile.
std::set<int> lines_with_code(const Source& source);

}  // namespace switchhook::script

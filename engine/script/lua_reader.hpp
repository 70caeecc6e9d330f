#pragma once

#include "script/lua_tree.hpp"

#include <optional>
#include <string_view>

namespace switchhook::script {

// Reads a source of Lua 5.1 (with LuaJIT's `goto`, §8 of its extensions) into the block of its statements.
//
// Nothing for what LuaJIT refuses, which tells the author about it better, and for what is nested more than 200 deep,
// which LuaJIT refuses too.
std::optional<LuaNode> read_lua(std::string_view source);

}  // namespace switchhook::script

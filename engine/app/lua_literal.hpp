#pragma once

#include "core/json.hpp"

#include <string>

namespace switchhook::app {

// A text as Lua source, in double quotes; a long one in pieces that are joined, `indent` spaces further in.
std::string lua_string(const std::string& text, std::size_t indent = 4);

// A value as Lua source, on one line if that is short. A member that is null is not there, as in what flows get.
// `before`: what of its line is taken.
std::string lua_literal(const core::Json& value, std::size_t indent = 2, std::size_t before = 0);

}  // namespace switchhook::app

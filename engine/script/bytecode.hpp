#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace switchhook::script {

// What Lua's compiler says of a text: "flow.lua:12: 'end' expected near '<eof>'" without the place.
struct SyntaxError {
    int line = 0;
    std::string what;
};

// Compiles a text to bytecode that luaL_loadbuffer takes. Stripped bytecode is smaller, and its errors tell no line.
// REQUIRES: the text is not bytecode itself.
boost::system::result<std::string, SyntaxError> compile_to_bytecode(std::string_view text,
                                                                    const std::string& chunk_name, bool strip);

// A script of scripts/*.lua, compiled when first needed.
struct EngineScript {
    std::string_view name;   // "call"
    std::string chunk_name;  // "=[switchhook]/call.lua"
    std::string bytecode;
};

// Null if the engine ships no such script. Throws std::logic_error if any script of the engine does not compile.
const EngineScript* find_engine_script(std::string_view name);

// True for what a flow may load by `require`: "ivr", "hours", …
bool is_engine_module(std::string_view name);

}  // namespace switchhook::script

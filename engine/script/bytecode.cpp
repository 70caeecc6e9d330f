#include "script/bytecode.hpp"

#include "script/embedded.hpp"
#include "script/memory.hpp"
#include "script/sandbox.hpp"

#include <lua.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <vector>

namespace switchhook::script {
namespace {

struct Compilation {
    std::string_view text;
    const char* chunk_name;
    bool strip;
};

// Leaves one text on the stack: the bytecode, or the error.
int compile(lua_State* L) {
    auto& job = *static_cast<Compilation*>(lua_touserdata(L, 1));
    luaopen_string(L);
    lua_getfield(L, -1, "dump");
    if (luaL_loadbufferx(L, job.text.data(), job.text.size(), job.chunk_name, "t") != 0) return lua_error(L);
    lua_pushboolean(L, job.strip);
    lua_call(L, 2, 1);
    return 1;
}

// "[string "…"]:12: what" or "flow.lua:12: what"
SyntaxError parse(std::string_view message) {
    for (auto at = message.find(':'); at != std::string_view::npos; at = message.find(':', at + 1)) {
        SyntaxError error;
        auto* begin = message.data() + at + 1;
        auto* end = message.data() + message.size();
        auto [after, failure] = std::from_chars(begin, end, error.line);
        if (failure != std::errc() || std::string_view(after, end).substr(0, 2) != ": ") continue;
        error.what.assign(after + 2, end);
        return error;
    }
    return {0, std::string(message)};
}

std::vector<EngineScript> compile_engine_scripts() {
    std::vector<EngineScript> scripts;
    for (auto& embedded : embedded_scripts()) {
        auto chunk_name = "=[switchhook]/" + std::string(embedded.name) + ".lua";
        auto bytecode = compile_to_bytecode(embedded.text, chunk_name, true);
        if (!bytecode)
            throw std::logic_error(chunk_name.substr(1) + ":" + std::to_string(bytecode.error().line) + ": " +
                                   bytecode.error().what);
        scripts.push_back({embedded.name, chunk_name, std::move(*bytecode)});
    }
    return scripts;
}

}  // namespace

boost::system::result<std::string, SyntaxError> compile_to_bytecode(std::string_view text,
                                                                    const std::string& chunk_name, bool strip) {
    MemoryCap memory;
    auto L = open_state(memory);
    Compilation job{text, chunk_name.c_str(), strip};
    lua_pushcfunction(L, compile);
    lua_pushlightuserdata(L, &job);
    int code = lua_pcall(L, 1, 1, 0);
    std::size_t size = 0;
    const char* result = lua_tolstring(L, -1, &size);
    if (code != 0) return parse({result, size});
    return std::string(result, size);
}

const EngineScript* find_engine_script(std::string_view name) {
    static const auto scripts = compile_engine_scripts();
    auto found = std::find_if(scripts.begin(), scripts.end(), [&](auto& script) { return script.name == name; });
    return found == scripts.end() ? nullptr : &*found;
}

bool is_engine_module(std::string_view name) {
    // These make the flow's world; they are not for it to load. A part of another, as agent_voice, is not either.
    constexpr std::string_view inner[] = {"call", "agent", "test"};
    return std::find(std::begin(inner), std::end(inner), name) == std::end(inner) &&
           name.find_first_of("_/") == std::string_view::npos && find_engine_script(name) != nullptr;
}

}  // namespace switchhook::script

#include "script/line_trace.hpp"

#include "script/flow.hpp"

#include <lua.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {
namespace {

const char lines_key = 0;  // its address is the registry's key

void note_line(lua_State* L, lua_Debug* at) {
    if (lua_getinfo(L, "S", at) == 0 || at->source[0] != '@') return;
    lua_pushlightuserdata(L, const_cast<char*>(&lines_key));
    lua_rawget(L, LUA_REGISTRYINDEX);
    auto* lines = static_cast<Lines*>(lua_touserdata(L, -1));
    lua_pop(L, 1);
    std::string_view path(at->source + 1);
    auto file = lines->find(path);
    if (file == lines->end()) file = lines->emplace(path, std::set<int>()).first;
    file->second.insert(at->currentline);
}

// Every function of a chunk, and the line of each of its instructions.
constexpr const char* list_lines = R"(
local chunk, lines = ...
local util = require "jit.util"
local function visit(proto)
  local info = util.funcinfo(proto)
  for pc = 1, info.bytecodes - 1 do lines[util.funcinfo(proto, pc).currentline] = true end
  if not info.children then return end
  for n = -1, -1e9, -1 do
    local constant = util.funck(proto, n)
    if not constant then return end
    if type(constant) == "proto" then visit(constant) end
  end
end
visit(chunk)
)";

// Whether a line does no more than end or separate what others say.
bool only_ends(std::string_view line) {
    std::string word;
    for (char c : line.substr(0, line.find("--"))) {
        if (std::string_view(" \t\r)}],;({").find(c) == std::string_view::npos) word += c;
    }
    return word.empty() || word == "end" || word == "else" || word == "repeat" || word == "do";
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t from = 0; from <= text.size();) {
        auto end = std::min(text.find('\n', from), text.size());
        lines.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

}  // namespace

void trace_lines(lua_State* L, Lines& lines) {
    lua_pushlightuserdata(L, const_cast<char*>(&lines_key));
    lua_pushlightuserdata(L, &lines);
    lua_rawset(L, LUA_REGISTRYINDEX);
    lua_sethook(L, note_line, LUA_MASKLINE, 0);
}

std::set<int> lines_with_code(const Source& source) {
    std::unique_ptr<lua_State, decltype(&lua_close)> state(luaL_newstate(), lua_close);
    auto* L = state.get();
    if (L == nullptr) return {};
    luaL_openlibs(L);
    if (luaL_loadstring(L, list_lines) != 0 || luaL_loadbuffer(L, source.text.data(), source.text.size(), "@file") != 0)
        return {};
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_insert(L, 1);
    if (lua_pcall(L, 2, 0, 0) != 0) return {};
    auto text = lines_of(source.text);
    std::set<int> lines;
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        auto line = static_cast<int>(lua_tointeger(L, -2));
        if (line >= 1 && static_cast<std::size_t>(line) <= text.size() && !only_ends(text[line - 1]))
            lines.insert(line);
    }
    return lines;
}

}  // namespace switchhook::script

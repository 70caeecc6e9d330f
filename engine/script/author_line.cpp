#include "script/author_line.hpp"

#include <lua.hpp>

namespace switchhook::script {

std::string author_line(lua_State* L) {
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame) == 1; ++level) {
        lua_getinfo(L, "Sl", &frame);
        // Authors' chunks are named "@lexi/flow.lua", the engine's "=[switchhook]/call.lua".
        if (frame.source[0] == '@') return std::string(frame.source + 1) + ":" + std::to_string(frame.currentline);
    }
    return {};
}

}  // namespace switchhook::script

#include "script/author_line.hpp"

#include <lua.hpp>

namespace switchhook::script {

std::string author_line(lua_State* L) {
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame) == 1; ++level) {
        lua_getinfo(L, "Sl", &frame);
        // Authors' chunks are named "@lexi/flow.lua", the engine's "=[switchhook]/call.lua".
        if (frame.source[0] != '@') continue;
        std::string file = frame.source + 1;
        int line = frame.currentline > 0 ? frame.currentline : frame.linedefined;
        return line > 0 ? file + ":" + std::to_string(line) : file;
    }
    return {};
}

}  // namespace switchhook::script

#pragma once

#include <string_view>

namespace switchhook::core {

// Whether answers to this kind of ask are journaled: all but those that are the same whenever the flow is run. Nobody
// answers the others: they reach the caller's ears, or the log.
inline bool is_journaled(std::string_view kind) {
    return kind != "say" && kind != "play" && kind != "pause" && kind != "reply" && kind != "log" &&
           kind != "interject" && kind != "play_while";
}

}  // namespace switchhook::core

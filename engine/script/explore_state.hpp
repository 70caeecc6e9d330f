#pragma once

#include "core/json.hpp"
#include "script/memory.hpp"
#include "script/sandbox.hpp"
#include "script/test_host.hpp"

#include <memory>
#include <string>
#include <vector>

namespace switchhook::script {

// Where one walk through a flow led.
struct Walked {
    enum class State { waits, over, broke };
    struct Choice {
        std::string label;     // "presses 1"
        bool passive = false;  // nobody does anything
        bool leaves = false;   // the caller hangs up
    };

    State state = State::waits;
    std::string over;                 // how the call ended, where it did: "the flow hung up"
    bool ends_otherwise = false;      // redirected, rejected: no word is owed
    std::string kind;                 // of the ask that waits
    std::string where;                // the author's line that waits
    std::string waits_for;            // in words
    std::vector<std::string> heard;   // since the latest choice
    std::string trail;                // the asks since then, and their lines
    std::string latest;               // the class of the latest choice but the network's: "presses", "silence", "start"
    bool without_a_word = false;      // nothing was heard since that one
    std::vector<Choice> choices;      // where it waits
    std::vector<std::string> labels;  // of the choices that were made
    bool invented = false;            // a reply of a server was made up
    int silence = 0;                  // passive choices that were left to make
    bool open = false;                // more might have been chosen than there was to choose from
    std::string broke_where, broke_what, broke_limit;
};

// A Lua state in which mock calls are walked (scripts/explore.lua). Runs on a thread that a Watchdog watches.
class ExploreState {
public:
    ExploreState(std::shared_ptr<const Flow> flow, const Limits& limits);

    // `start`: {handler, at (ms since 1970), from, settings, body}. `path`: which choice is made at each place, from 1.
    // After it, up to `silence` passive choices are made. Throws std::runtime_error where the walk cannot be made.
    Walked walk(const core::Json& start, const std::vector<int>& path, int silence = 0);

    // Digits that the flow's own sources name, to be pressed.
    void set_constants(const std::vector<std::string>& digits) { constants_ = {{"digits", digits}}; }

private:
    static int open(lua_State* L);
    static int run(lua_State* L);

    std::shared_ptr<const Flow> flow_;
    Limits limits_;
    TestHost host_;
    MemoryCap memory_;
    lua_State* L_;
    core::Json constants_ = {{"digits", core::Json::array()}};
    core::Json spec_;    // what run() takes
    core::Json result_;  // and gives
};

}  // namespace switchhook::script

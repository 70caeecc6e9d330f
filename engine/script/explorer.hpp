#pragma once

#include "script/call_graph.hpp"
#include "script/flow.hpp"
#include "script/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace switchhook::script {

// Something that a caller would not like, and the way to it.
struct Finding {
    enum class Kind {
        crash,        // the flow breaks
        dead_end,     // a caller finds no way out, or is hung up on without a word after doing something
        loop,         // a silent caller is asked for ever, or the flow never comes to its next question
        unreachable,  // lines that no answer leads to, where every answer was tried
        made_up,      // a crash after a reply of a server that the explorer had to make up
        no_word,      // nobody was reached or heard, and the call ends without a word
        not_reached,  // lines that only a sentence, a time or a reply leads to which the explorer does not think of
    };

    Kind kind = Kind::crash;
    std::string where;              // the author's line: "lexi/flow.lua:12"
    std::string what;               // a sentence
    std::vector<std::string> path;  // what happened before, as "presses 2"; empty for lines

    // Whether it is wrong, and not only worth knowing.
    bool is_wrong() const { return kind < Kind::made_up; }
};

const char* name_of(Finding::Kind kind);

struct ExploreOptions {
    std::size_t depth = 12;                                     // most choices on a path
    std::size_t max_paths = 20'000;                             // then it stops, and says so
    std::uint64_t seed = 0;                                     // another one looks at other paths first
    std::vector<core::Json> settings = {core::Json::object()};  // of the numbers, each laid over the flow's own
    Limits limits;
};

struct Exploration {
    std::string flow;
    CallGraph graph;
    std::vector<Finding> findings;  // what is wrong first
    std::size_t paths = 0;          // that were walked
    bool complete = false;          // nothing was left out for the sake of a limit
};

// Walks through a flow by itself: at every place where it waits, it tries what callers, those who are rung, models and
// servers may do (scripts/explore_choices.lua), each time with a call from the start. What leads to the same place in
// the same words is walked on from a few times only. The same flow and options give the same exploration. Runs on a
// thread that a Watchdog watches.
Exploration explore(const Flow& flow, const ExploreOptions& options = {});

}  // namespace switchhook::script

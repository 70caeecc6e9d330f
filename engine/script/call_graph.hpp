#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace switchhook::script {

// The places that a call may come to, and what leads from one to another. Place 0 is the moment before it rings.
struct CallGraph {
    struct Edge {
        std::vector<std::string> labels;  // "presses 1"; more than one where they lead to the same
        std::size_t to = 0;
    };
    struct Place {
        std::vector<std::string> heard;  // on the way from the place before
        std::string state;               // "the flow waits for 1 digit (lexi/flow.lua:12)", "the flow hung up"
        std::vector<Edge> edges;
        bool way_out = false;     // the call is over here, or somebody else is on the line
        bool unexplored = false;  // a limit was met: more may lead on from here
    };
    std::vector<Place> places;

    // Adds an edge, or its label to the edge that leads there already.
    void connect(std::size_t from, const std::string& label, std::size_t to);

    // The call as a tree: each place is told once, where it comes first, and by its number after that.
    std::string text() const;
    std::string mermaid() const;  // mermaid.js.org: flowchart
    std::string dot() const;      // graphviz.org
};

}  // namespace switchhook::script

#include "script/call_graph.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;

namespace {

// A menu that comes back to itself, and an end.
CallGraph menu() {
    CallGraph graph;
    graph.places = {{}, {{"Say \"table\" & press 1."}, "the flow waits", {}}, {{"Goodbye."}, "the flow hung up", {}}};
    graph.places[2].way_out = true;
    graph.connect(0, "a call", 1);
    graph.connect(1, "presses 1", 2);
    graph.connect(1, "presses 2", 1);
    graph.connect(1, "presses 3", 1);
    graph.connect(1, "says \"what?\"", 1);
    return graph;
}

}  // namespace

TEST(CallGraph, IsToldAsATree) {
    EXPECT_EQ(menu().text(),
              "a call\n"
              "  hears \"Say \"table\" & press 1.\"\n"
              "  [1] the flow waits\n"
              "    presses 1\n"
              "      hears \"Goodbye.\"\n"
              "      [2] the flow hung up\n"
              "    presses 2 3, says \"what?\" → 1\n");
}

TEST(CallGraph, IsDrawnByMermaid) {
    EXPECT_EQ(menu().mermaid(),
              "flowchart TD\n"
              "  p0[\"a call\"]\n"
              "  p1[\"Say #quot;table#quot; & press 1. · the flow waits\"]\n"
              "  p2([\"Goodbye. · the flow hung up\"])\n"
              "  p0 -->|\"a call\"| p1\n"
              "  p1 -->|\"presses 1\"| p2\n"
              "  p1 -->|\"presses 2 3, says #quot;what?#quot;\"| p1\n");
}

TEST(CallGraph, IsDrawnByGraphviz) {
    EXPECT_EQ(menu().dot(),
              "digraph call {\n"
              "  node [shape=box, fontname=\"Helvetica\"];\n"
              "  p0 [label=\"a call\"];\n"
              "  p1 [label=\"Say \\\"table\\\" & press 1.\\nthe flow waits\"];\n"
              "  p2 [label=\"Goodbye.\\nthe flow hung up\", style=rounded];\n"
              "  p0 -> p1 [label=\"a call\"];\n"
              "  p1 -> p2 [label=\"presses 1\"];\n"
              "  p1 -> p1 [label=\"presses 2 3, says \\\"what?\\\"\"];\n"
              "}\n");
}

TEST(CallGraph, TellsALabelOnce) {
    auto graph = menu();
    graph.connect(1, "presses 1", 2);
    EXPECT_EQ(graph.places[1].edges[0].labels.size(), 1U);
}

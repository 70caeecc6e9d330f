#pragma once

#include "core/ask.hpp"
#include "script/flow.hpp"
#include "script/limits.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::script {

struct TestResult {
    std::string name;
    std::string where;       // the test's own line: "lexi/flow_test.lua:5"
    std::string failure;     // empty if it passed; else "lexi/flow_test.lua:9: expected the caller to hear …"
    std::string transcript;  // the call up to the failure, a line per event
    std::chrono::microseconds took{};
};

// One document as a carrier would be sent it.
struct CarrierDocument {
    std::string call;        // the carrier's name for the call
    unsigned number = 0;     // among the call's documents, from 0
    std::uint32_t step = 0;  // the number of the last ask that is in it
    std::vector<core::Ask> asks;
};

struct RenderedDocument {
    std::string text;
    std::string problem;  // set: why there is no text
};

// Makes the text that a real call would get. The carrier's own room knows how; a test asks for it by `call:twiml_is`.
using RenderDocument = std::function<RenderedDocument(const CarrierDocument&)>;

// Runs a business's flow_test.lua against a version of its flow: no socket, no carrier, no clock but the test's own.
// Each test that passes is replayed from its own answers, and fails if any step comes out differently.
// Runs on a thread that a Watchdog watches (script/watchdog.hpp), and may be run any number of times.
class FlowTester {
public:
    struct Options {
        std::string filter;  // a part of a test's name, in any case; empty runs all
        Limits limits;
        RenderDocument render;       // empty: what compares documents fails
        std::filesystem::path root;  // the flows folder, with the golden files; empty: there are none
        bool update = false;         // golden files are written, not compared
        bool shuffle = false;        // in an order that `seed` decides; else in the file's
        std::size_t repeat = 1;      // rounds, each with the next seed; a test passes if it passes in all
        std::uint64_t seed = 0;      // of the calls' names, and so of what flows take for chance
    };
    // Finds another business's live flow by name, for tests that span several.
    using FindFlow = std::function<std::shared_ptr<const Flow>(const std::string& name)>;

    // The results in the order of the first round, one for each test: its first failure, if it fails in any round. A
    // file that does not load gives one failed result, named "loads".
    static std::vector<TestResult> run(const Source& test, std::shared_ptr<const Flow> flow, const Options& options,
                                       const FindFlow& find = {});
};

}  // namespace switchhook::script

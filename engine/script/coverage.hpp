#pragma once

#include "script/flow.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace switchhook::script {

// How often the statements of a flow ran and its decisions came out either way.
//
// Counted in the source itself: every statement has a call put before it, every condition (of `if`, `while`, `repeat`,
// and the left side of `and` and `or`) one around it, on the same line. So it works as exactly without a debug hook,
// and costs nothing where nobody asks for it.
struct FlowCoverage {
    struct Statement {
        std::string file;
        int line = 0;
        std::uint64_t times = 0;
    };
    struct Decision {
        std::string file;
        int line = 0;
        std::uint64_t times_true = 0;
        std::uint64_t times_false = 0;
    };

    std::string flow;
    std::vector<Statement> statements;
    std::vector<Decision> decisions;
    bool counting = true;

    void forget();  // all counts
};

// What the runs of a set of flows reached. One thread at a time runs them.
class Coverage {
public:
    // The same flow, whose runs are counted here. Runs where Lua may (script/watchdog.hpp).
    std::shared_ptr<const Flow> counted(const Flow& flow, const Limits& limits);

    // A flow that nothing has run.
    void add_untouched(const Bundle& bundle);

    const std::vector<std::shared_ptr<FlowCoverage>>& flows() const { return flows_; }

private:
    std::vector<std::shared_ptr<FlowCoverage>> flows_;
};

// While it lives, what Flow::compile compiles on this thread is counted.
class CountedCompilation {
public:
    explicit CountedCompilation(std::shared_ptr<FlowCoverage> coverage);
    ~CountedCompilation();
    CountedCompilation(const CountedCompilation&) = delete;
    CountedCompilation& operator=(const CountedCompilation&) = delete;

    // Null where nothing is to be counted.
    static const std::shared_ptr<FlowCoverage>& here();
};

// The names under which a flow's code counts.
constexpr const char* statement_counter = "__statement";
constexpr const char* decision_counter = "__decision";

// The source with the calls in it, of which `coverage` has the meaning; as it is where it is no Lua.
std::string counted_source(const Source& source, FlowCoverage& coverage);

}  // namespace switchhook::script

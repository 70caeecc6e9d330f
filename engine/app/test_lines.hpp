#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::app {

// The lines of a flow test while it is written: what somebody does, what is expected, and what has to be said of the
// surroundings before somebody does something that has the flow look at them.
class TestLines {
public:
    // Somebody does something, and the flow runs on.
    void act(std::string line);
    // The flow waits for this without going on: no test holds without it.
    void see(std::string line) { lines_.push_back({std::move(line), {}, false}); }
    // Left out, or made `weaker`, where it does not hold.
    void expect(std::string line, std::vector<std::string> weaker = {});
    // Stands before the latest act.
    void prepare(std::string line);

    // With two spaces before each. `first_line`: the number of the line on which they begin.
    std::string text(std::size_t first_line);
    // Leaves out or weakens the expectation that stands on this line of the text. False if none does.
    bool relax(std::size_t line_number);
    // Leaves out what is expected behind this line.
    void leave_out_behind(std::size_t line_number);

private:
    struct Line {
        std::string text;
        std::vector<std::string> weaker;
        bool is_expected = false;
        std::size_t first = 0;  // its number in the text, and that of its last
        std::size_t last = 0;
    };

    std::vector<Line> lines_;
    std::size_t prepared_ = 0;  // where the next preparation goes
};

}  // namespace switchhook::app

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace switchhook::bench {

enum class Want { nothing, at_least, at_most };

// One measured quantity: what several repeats gave, and what is asked of it.
struct Bar {
    std::string name;
    std::string unit;
    std::vector<double> samples;
    Want want = Want::nothing;
    double bar = 0;
    bool every_sample = false;  // each repeat is held against the bar, not their median alone

    double value() const;  // the median
    double min() const;
    double max() const;
    bool passes() const;
};

// Collects bars and prints each as soon as it is known: as a row of a table, or as a line of JSON.
class Report {
public:
    explicit Report(bool json) : json_(json) {}

    // The machine, as the table's head; with JSON, to standard error.
    void print_machine() const;
    void add(const Bar& bar);
    // For what no bar is about: a broken run. Fails the report.
    void fail(const std::string& what);
    // A line for readers of the table.
    void note(const std::string& text) const;

    bool passed() const { return passed_; }

private:
    bool json_;
    bool passed_ = true;
};

}  // namespace switchhook::bench

#pragma once

#include "script/flow_tester.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace switchhook::script {

struct HumanReportOptions {
    bool colour = false;      // ANSI escapes: only where a terminal reads them
    std::size_t slowest = 3;  // how many of the slowest tests to name; none where no more tests than that ran
};

// For people: each file's tests, each failure with the call up to it. The last line is "12 passed, 0 failed".
std::string human_report(const std::vector<TestResult>& results, const HumanReportOptions& options = {});

// Test Anything Protocol, version 13 (testanything.org): a line per test, a failure's details as YAML.
std::string tap_report(const std::vector<TestResult>& results);

// JUnit's XML as CI servers read it: a suite per file, times in seconds.
std::string junit_report(const std::vector<TestResult>& results);

// How many did not pass. A program's exit code is 0 only if there are none.
std::size_t count_failed(const std::vector<TestResult>& results);

}  // namespace switchhook::script

#pragma once

#include "app/flow_paths.hpp"
#include "script/coverage.hpp"

#include <CLI/CLI.hpp>

#include <iosfwd>
#include <string>

namespace switchhook::app {

// What `switchhook test` is to tell of what the tests reach.
struct CoverageOptions {
    bool table = false;
    std::string lcov_file;  // empty: none

    bool wanted() const { return table || !lcov_file.empty(); }
};

void add_coverage_options(CLI::App& cli, CoverageOptions& options);

// Prints the table and writes the file; flows without tests are part of it. False where that cannot be written;
// standard error tells.
bool report_coverage(const CoverageOptions& options, script::Coverage coverage, const FlowPaths& named,
                     std::ostream& out);

}  // namespace switchhook::app

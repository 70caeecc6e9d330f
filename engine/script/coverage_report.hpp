#pragma once

#include "script/coverage.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace switchhook::script {

// What of one file was reached, all flows that use it taken together.
struct FileCoverage {
    struct Branch {
        int line = 0;
        std::uint64_t times_true = 0;
        std::uint64_t times_false = 0;

        bool reached() const { return times_true + times_false > 0; }
    };

    std::map<int, std::uint64_t> lines;  // those on which a statement begins, with how often one of them ran
    std::vector<Branch> branches;        // in the order of the file, two ways each

    std::size_t lines_reached() const;
    std::size_t ways_taken() const;
};

// By the file's path below the flows folder. `counts` tells of which flows (empty: all).
std::map<std::string, FileCoverage> coverage_by_file(const Coverage& coverage,
                                                     const std::function<bool(const std::string& flow)>& counts = {});

// For a terminal: a row per file, the lines and branches that nothing reached, and the whole.
std::string coverage_table(const std::map<std::string, FileCoverage>& files);

// LCOV's tracefile (`man geninfo`), as genhtml and CI servers read it; `root` is the flows folder.
std::string coverage_lcov(const std::map<std::string, FileCoverage>& files, const std::filesystem::path& root);

}  // namespace switchhook::script

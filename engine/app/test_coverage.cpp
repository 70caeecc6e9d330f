#include "app/test_coverage.hpp"

#include "script/bundle_reader.hpp"
#include "script/coverage_report.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

namespace switchhook::app {

void add_coverage_options(CLI::App& cli, CoverageOptions& options) {
    cli.add_flag("--coverage", options.table, "Also tells which lines and branches of the flows no test reached");
    cli.add_option("--lcov", options.lcov_file,
                   "Also writes that to this file, as LCOV's tracefile for genhtml and CI");
}

bool report_coverage(const CoverageOptions& options, script::Coverage coverage, const FlowPaths& named,
                     std::ostream& out) {
    auto counts = [&](const std::string& flow) {
        return named.paths.empty() || std::ranges::any_of(named.paths, [&](const auto& path) {
                   return *path.begin() == flow || *path.begin() == "shared";
               });
    };
    script::BundleReader reader(named.root, script::Limits().source_bytes);
    std::set<std::string> tested;
    for (const auto& flow : coverage.flows()) tested.insert(flow->flow);
    for (const auto& name : reader.businesses())
        if (!tested.contains(name)) coverage.add_untouched(reader.read(name).bundle);
    auto files = script::coverage_by_file(coverage, counts);
    if (options.table) out << '\n' << script::coverage_table(files) << std::flush;
    if (options.lcov_file.empty()) return true;
    std::ofstream file(options.lcov_file);
    file << script::coverage_lcov(files, named.root);
    file.close();
    if (!file) std::cerr << "switchhook: cannot write " << options.lcov_file << '\n';
    return bool(file);
}

}  // namespace switchhook::app

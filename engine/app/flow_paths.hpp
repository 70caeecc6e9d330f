#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace switchhook::app {

// What somebody named on a command line, as the flow library takes it.
struct FlowPaths {
    std::filesystem::path root;             // the flows folder
    std::set<std::filesystem::path> paths;  // below it; empty: everything
    std::string problem;                    // for the user, if something is not there
};

// Arguments may be flows folders, folders or files below one, or names of businesses. Without any, it is all of
// `folder`. A path that is not below `folder` brings its own flows folder: the nearest one above that holds a
// numbers.lua, or else the parent of the business's folder.
FlowPaths flow_paths(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

// Adds what flow_paths takes to a subcommand: PATH…, and --flows.
void add_flow_paths(CLI::App& cli, std::vector<std::string>& arguments, std::string& folder);

}  // namespace switchhook::app

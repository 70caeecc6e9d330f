#pragma once

#include "app/kept_store.hpp"
#include "core/versions.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace switchhook::app {

// Where the commands about versions look.
struct VersionOptions : StoreOptions {
    std::filesystem::path flows = "flows";
};

void add_version_options(CLI::App& cli, VersionOptions& options);

// What somebody named on the command line: a flow, or a number that runs it.
struct VersionTarget {
    std::string flow;
    std::string number;  // E.164; empty: the whole flow
};

// The versions in an engine's store, for one command. What it throws is std::runtime_error with a line for the
// operator.
class KeptVersions {
public:
    explicit KeptVersions(const VersionOptions& options);

    VersionTarget target(const std::string& named);
    // What is chosen of a flow. One that was never live has revision 0.
    core::FlowVersions chosen(const std::string& flow);
    std::vector<core::VersionChange> history(const std::string& flow);
    std::map<std::string, std::size_t> calls(const std::string& flow);
    // What a version was made of, or nothing.
    std::optional<core::Json> sources(const std::string& flow, const std::string& version);

    // Puts what `step` makes of the choice. Where somebody else is faster, it makes it again of theirs.
    void put(core::VersionChange change, const std::function<core::FlowVersions(core::FlowVersions)>& step,
             const std::optional<core::Json>& sources = {});

private:
    const VersionOptions options_;
    KeptStore kept_;
};

}  // namespace switchhook::app

#pragma once

#include "script/flow.hpp"
#include "script/problem.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchhook::script {

// What reading one business's folder gave. The bundle is whole only if there are no problems.
struct Reading {
    Bundle bundle;
    std::optional<Source> test;  // flow_test.lua, where there is one
    Problems problems;
    // Every path that was looked at, found or not, relative to the flows folder: a change to any other file
    // leaves this reading as it is.
    std::set<std::string> looked_at;
};

// Reads a flow as it is on disk: flow.lua, and every module that it or its modules require.
//
// `require "menu.evening"` in flows/lexi stands for the first that there is of
//   1. a module of the engine (ivr, hours, …), which no file may shadow,
//   2. flows/lexi/menu/evening.lua, the business's own,
//   3. flows/shared/menu/evening.lua, for all businesses.
// A name means the same file in all modules of one flow. It must be a literal: what a flow is made of is known before
// it runs. Files are plain text and lie inside the flows folder, symlinks followed.
class BundleReader {
public:
    // The folder that holds no business but the modules of all.
    static constexpr const char* shared_folder = "shared";

    // Takes the engine's own modules from embedded_scripts().
    BundleReader(std::filesystem::path root, std::size_t limit_bytes);
    BundleReader(std::filesystem::path root, std::size_t limit_bytes, std::set<std::string> engine_modules);

    // Every folder with a flow.lua.
    std::vector<std::string> businesses() const;

    // A consistent state of the files: while one of them changes under the reader's hands, it reads again.
    Reading read(const std::string& business) const;

    // One file, "numbers.lua", under the same rules; or what is wrong with it.
    std::variant<Source, Problem> read_file(const std::string& path) const;

private:
    std::filesystem::path root_;
    std::size_t limit_bytes_;
    std::set<std::string> engine_modules_;
};

}  // namespace switchhook::script

#include "script/folder_check.hpp"

#include "script/bundle_reader.hpp"
#include "script/code_check.hpp"
#include "script/evaluation_file.hpp"
#include "script/flow_refresh.hpp"
#include "script/numbers.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <variant>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;

bool names_numbers(const fs::path& root, const std::set<fs::path>& paths) {
    return paths.empty() || std::ranges::any_of(paths, [&](const fs::path& path) {
               return (path.is_absolute() ? path.lexically_relative(root.lexically_normal())
                                          : path.lexically_normal()) == FlowRefresh::numbers_file;
           });
}

CodeProblems remarks_on_numbers(const FlowLibrary::Options& options) {
    const BundleReader reader(options.root, options.limits.source_bytes);
    auto source = reader.read_file(FlowRefresh::numbers_file);
    if (!std::holds_alternative<Source>(source)) return {};
    std::map<std::string, Reading> readings;
    std::map<std::string, const Bundle*> bundles;
    std::set<std::string> names;
    for (const auto& name : reader.businesses()) {
        const auto& reading = readings[name] = reader.read(name);
        names.insert(name);
        if (reading.problems.empty()) bundles.emplace(name, &reading.bundle);
    }
    return remarks(check_numbers_code(std::get<Source>(source), FlowLibrary::numbers(options, names), bundles));
}

}  // namespace

FolderCheck check_folder(const FlowLibrary::Options& options, const std::set<fs::path>& paths) {
    auto checked = FlowLibrary::check(options, paths);
    if (names_numbers(options.root, paths))
        for (auto& remark : remarks_on_numbers(options)) checked.remarks.push_back(std::move(remark));
    return {std::move(checked.problems), std::move(checked.remarks), check_evaluations(options, paths)};
}

}  // namespace switchhook::script

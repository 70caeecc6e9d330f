#include "script/folder_check.hpp"

#include "script/bundle_reader.hpp"
#include "script/code_check.hpp"
#include "script/numbers.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <variant>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;

constexpr const char* numbers_file = "numbers.lua";

class Folder {
public:
    Folder(const FlowLibrary::Options& options, const std::set<fs::path>& paths)
        : options_(options), reader_(options.root, options.limits.source_bytes) {
        for (const auto& path : paths)
            named_.insert(path.is_absolute() ? path.lexically_relative(options.root.lexically_normal())
                                             : path.lexically_normal());
        for (const auto& name : reader_.businesses()) readings_.emplace(name, reader_.read(name));
    }

    CodeProblems remarks() const {
        CodeProblems all;
        auto add = [&](CodeProblems found) {
            auto of_one = script::remarks(std::move(found));
            all.insert(all.end(), of_one.begin(), of_one.end());
        };
        for (const auto& [name, reading] : readings_)
            if (reading.problems.empty() && is_named(name, reading)) add(check_code(reading.bundle));
        auto source = reader_.read_file(numbers_file);
        if (std::holds_alternative<Source>(source) && (named_.empty() || named_.contains(numbers_file)))
            add(of_numbers(std::get<Source>(source)));
        return all;
    }

private:
    bool is_named(const std::string& name, const Reading& reading) const {
        return named_.empty() || std::ranges::any_of(named_, [&](const fs::path& path) {
                   return (!path.empty() && *path.begin() == name) || reading.looked_at.contains(path.generic_string());
               });
    }

    CodeProblems of_numbers(const Source& source) const {
        std::map<std::string, const Bundle*> bundles;
        std::set<std::string> names;
        for (const auto& [name, reading] : readings_) {
            names.insert(name);
            if (reading.problems.empty()) bundles.emplace(name, &reading.bundle);
        }
        return check_numbers_code(source, FlowLibrary::numbers(options_, names), bundles);
    }

    const FlowLibrary::Options& options_;
    const BundleReader reader_;
    std::set<fs::path> named_;
    std::map<std::string, Reading> readings_;
};

}  // namespace

FolderCheck check_folder(const FlowLibrary::Options& options, const std::set<fs::path>& paths) {
    FolderCheck check;
    check.problems = FlowLibrary::check(options, paths);
    check.remarks = Folder(options, paths).remarks();
    return check;
}

}  // namespace switchhook::script

#include "app/flow_paths.hpp"

#include "core/did_you_mean.hpp"

namespace switchhook::app {
namespace {

namespace fs = std::filesystem;

bool is_flows_folder(const fs::path& path) {
    if (fs::exists(path / "numbers.lua")) return true;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path, error))
        if (fs::exists(entry.path() / "flow.lua")) return true;
    return false;
}

std::vector<std::string> businesses_in(const fs::path& path) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path, error))
        if (fs::exists(entry.path() / "flow.lua")) names.push_back(entry.path().filename().string());
    return names;
}

// The flows folder that a path lies in, or is.
fs::path root_of(const fs::path& path) {
    if (fs::is_directory(path) && is_flows_folder(path)) return path;
    for (auto at = path.parent_path();; at = at.parent_path()) {
        if (is_flows_folder(at)) return at;
        if (at == at.parent_path()) return {};
    }
}

}  // namespace

FlowPaths flow_paths(const std::vector<std::string>& arguments, const fs::path& folder) {
    FlowPaths found;
    for (const auto& argument : arguments) {
        std::error_code error;
        fs::path path = fs::exists(argument) ? fs::path(argument) : folder / argument;
        path = fs::canonical(path, error);
        auto root = error ? fs::path() : root_of(path);
        if (root.empty()) {
            auto meant = core::closest(argument, businesses_in(folder));
            found.problem = "there is no flow at `" + argument + "`: " +
                            (meant.empty() ? "name a flows folder, a business's folder or a file in it"
                                           : "did you mean `" + meant + "`?");
            return found;
        }
        if (!found.root.empty() && root != found.root) {
            found.problem =
                "`" + argument + "` lies in another flows folder than what is named before it: check one at a time";
            return found;
        }
        found.root = root;
        if (path != root) found.paths.insert(fs::relative(path, root));
    }
    if (arguments.empty()) {
        found.root = folder;
        if (!fs::is_directory(folder))
            found.problem = "there is no folder `" + folder.string() + "`: name the folder of your flows with --flows";
    }
    return found;
}

void add_flow_paths(CLI::App& cli, std::vector<std::string>& arguments, std::string& folder) {
    cli.add_option("PATH", arguments, "Folders or files below the flows folder, or a flows folder; none: everything");
    cli.add_option("--flows", folder, "Folder with numbers.lua and a folder per business")
        ->envname("SWITCHHOOK_FLOWS")
        ->capture_default_str();
}

}  // namespace switchhook::app

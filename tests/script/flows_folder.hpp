#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace switchhook::script {

// A flows folder of a test's own, gone with the test.
class FlowsFolder {
public:
    FlowsFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "switchhook-flows-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
        root_ = pattern;
    }
    FlowsFolder(const FlowsFolder&) = delete;
    FlowsFolder& operator=(const FlowsFolder&) = delete;
    ~FlowsFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path operator/(const std::string& path) const { return root_ / path; }

    // Truncates and writes in place, as a shell's `>` does; makes the folders on the way.
    void write(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories((root_ / path).parent_path());
        std::ofstream file(root_ / path, std::ios::binary | std::ios::trunc);
        file << text;
        if (!file.flush()) throw std::runtime_error("cannot write " + path);
    }

    // Writes beside the file and renames over it, as careful editors do.
    void replace(const std::string& path, const std::string& text) const {
        write(path + ".tmp~", text);
        std::filesystem::rename(root_ / (path + ".tmp~"), root_ / path);
    }

    // Points a symlink somewhere else in one step, as `ln -sfn` does.
    void link(const std::filesystem::path& target, const std::string& path) const {
        std::filesystem::create_symlink(target, root_ / (path + ".new~"));
        std::filesystem::rename(root_ / (path + ".new~"), root_ / path);
    }

    void remove(const std::string& path) const { std::filesystem::remove_all(root_ / path); }

private:
    std::filesystem::path root_;
};

}  // namespace switchhook::script

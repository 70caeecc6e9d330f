#include "script/folder_tree.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;

class Walk {
public:
    explicit Walk(const fs::path& root) : root_(root) {
        std::error_code error;
        real_root_ = fs::canonical(root, error);
        if (!error) enter({}, real_root_);
    }

    FolderTree take() { return std::move(tree_); }

private:
    // Symlinks across the tree show some folders several times; this deep no business keeps its files.
    static constexpr std::size_t deepest = 8;

    void enter(const fs::path& folder, const fs::path& real) {
        if (above_.size() == deepest || std::find(above_.begin(), above_.end(), real) != above_.end()) return;
        above_.push_back(real);
        tree_.folders.insert(folder);
        std::error_code error;
        for (fs::directory_iterator entry(root_ / folder, error), end; !error && entry != end; entry.increment(error))
            take_entry(*entry, folder / entry->path().filename());
        above_.pop_back();
    }

    void take_entry(const fs::directory_entry& entry, const fs::path& path) {
        auto name = path.filename().string();
        if (name.front() == '.' || name.back() == '~') return;
        std::error_code error;
        if (entry.is_directory(error)) {
            auto real = fs::canonical(entry.path(), error);
            if (!error && is_inside(real_root_, real)) enter(path, real);
        } else if (path.extension() == ".lua") {
            if (auto stamp = file_stamp(entry.path())) tree_.files.emplace(path, *stamp);
        }
    }

    fs::path root_, real_root_;
    std::vector<fs::path> above_;
    FolderTree tree_;
};

template <class Map>
std::optional<FileStamp> at(const Map& files, const fs::path& path) {
    auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

FolderTree folder_tree(const fs::path& root) {
    return Walk(root).take();
}

std::set<fs::path> TreeComparison::next(FolderTree tree) {
    std::set<fs::path> changed;
    auto consider = [&](const fs::path& path) {
        auto now = at(tree.files, path);
        if (now == at(last_, path) && now != at(known_, path)) changed.insert(path);
    };
    for (const auto& [path, stamp] : tree.files) consider(path);
    for (const auto& [path, stamp] : known_) consider(path);
    for (const auto& path : changed) {
        if (auto now = at(tree.files, path))
            known_[path] = *now;
        else
            known_.erase(path);
    }
    last_ = std::move(tree.files);
    return changed;
}

}  // namespace switchhook::script

#pragma once

#include "script/text_file.hpp"

#include <filesystem>
#include <map>
#include <set>

namespace switchhook::script {

// The folders and *.lua files beneath a folder; paths are relative to it, "" is the folder itself.
struct FolderTree {
    std::set<std::filesystem::path> folders;
    std::map<std::filesystem::path, FileStamp> files;
};

// Looks at the tree now. Names that begin with '.' are left out; symlinks are followed as long as they stay inside and
// lead to no folder above themselves.
FolderTree folder_tree(const std::filesystem::path& root);

// Finds changes by comparing one look with the next, where a file system sends no events (NFS, some bind mounts).
class TreeComparison {
public:
    explicit TreeComparison(FolderTree tree) : last_(tree.files), known_(std::move(tree.files)) {}

    // Files that were added, changed or removed, each once it looks the same in two looks running: a file in the
    // middle of being written does not.
    std::set<std::filesystem::path> next(FolderTree tree);

private:
    std::map<std::filesystem::path, FileStamp> last_;
    std::map<std::filesystem::path, FileStamp> known_;  // as reported
};

}  // namespace switchhook::script

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace switchhook::script {

// Whether a path is the folder or lies beneath it. REQUIRES: both are canonical.
bool is_inside(const std::filesystem::path& folder, const std::filesystem::path& path);

// What tells one state of a file from another without reading it.
struct FileStamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;

    auto operator<=>(const FileStamp&) const = default;
};

// The stamp of the file that a path leads to; nothing if there is none.
std::optional<FileStamp> file_stamp(const std::filesystem::path& path);

enum class FileError {
    missing,   // nothing there, or a symlink to nothing
    outside,   // a symlink leads out of the folder
    not_text,  // a folder, a pipe, bytecode, or bytes that no text has
    empty,
    too_large,
    unreadable,
};

struct TextFile {
    std::string text;
    FileStamp stamp;  // of the file that the text was read from
};

// A file under `root`. Symlinks are followed as long as they stay inside.
std::variant<TextFile, FileError> read_text(const std::filesystem::path& root, const std::filesystem::path& path,
                                            std::size_t limit_bytes);

}  // namespace switchhook::script

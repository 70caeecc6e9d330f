#include "script/text_file.hpp"

#include "script/descriptor.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace switchhook::script {
namespace {

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStamp stamp_of(const struct stat& info) {
    return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size), nanoseconds(info.st_mtim),
            nanoseconds(info.st_ctim)};
}

}  // namespace

bool is_inside(const std::filesystem::path& folder, const std::filesystem::path& path) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

std::optional<FileStamp> file_stamp(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return stamp_of(info);
}

std::variant<TextFile, FileError> read_text(const std::filesystem::path& root, const std::filesystem::path& path,
                                            std::size_t limit_bytes) {
    std::error_code error;
    auto folder = std::filesystem::canonical(root, error);
    if (error) return FileError::missing;
    auto real = std::filesystem::canonical(path, error);
    if (error == std::errc::permission_denied) return FileError::unreadable;
    if (error) return FileError::missing;
    if (!is_inside(folder, real)) return FileError::outside;

    // A pipe in the folder must not hold up whoever opens it.
    Descriptor file(::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return FileError::unreadable;
    if (!S_ISREG(info.st_mode)) return FileError::not_text;

    std::string text;
    std::array<char, 16384> buffer;
    while (true) {
        auto got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FileError::unreadable;
        if (got == 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > limit_bytes) return FileError::too_large;
    }
    if (text.empty()) return FileError::empty;
    if (text.front() == '\x1b' || text.find('\0') != text.npos) return FileError::not_text;
    return TextFile{std::move(text), stamp_of(info)};
}

}  // namespace switchhook::script

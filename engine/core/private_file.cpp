#include "core/private_file.hpp"

#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace switchhook::core {

bool replace_private_file(const std::filesystem::path& file, std::string_view text) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    auto written = file;
    written += ".new";
    int fd = open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool whole = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (fd >= 0) close(fd);
    if (whole) std::filesystem::rename(written, file, error);
    return whole && !error;
}

}  // namespace switchhook::core

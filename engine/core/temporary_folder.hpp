#pragma once

#include <filesystem>
#include <string>

namespace switchhook::core {

// A new folder in the system's temporary one, for its user only. It goes with the object, and all that is in it.
class TemporaryFolder {
public:
    // Its name begins with `name`. Throws std::filesystem::filesystem_error where there can be none.
    explicit TemporaryFolder(const std::string& name);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace switchhook::core

#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace switchhook::script {

// What the carrier is to be sent, as a business keeps it beside its tests: golden/NAME.xml.
class GoldenFiles {
public:
    // `folder` is the business's, relative to the flows folder `root`. Where that is empty there are no files.
    GoldenFiles(const std::filesystem::path& root, const std::filesystem::path& folder);

    std::filesystem::path path(const std::string& name) const;

    // Nothing where there is no such file.
    std::optional<std::string> read(const std::string& name) const;

    // False where it cannot be written.
    bool write(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path folder_;
};

}  // namespace switchhook::script

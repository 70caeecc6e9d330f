#include "script/golden_files.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

namespace switchhook::script {

GoldenFiles::GoldenFiles(const std::filesystem::path& root, const std::filesystem::path& folder)
    : folder_(root.empty() ? root : root / folder / "golden") {}

std::filesystem::path GoldenFiles::path(const std::string& name) const {
    return folder_ / (name + ".xml");
}

std::optional<std::string> GoldenFiles::read(const std::string& name) const {
    if (folder_.empty()) return std::nullopt;
    std::ifstream file(path(name), std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

bool GoldenFiles::write(const std::string& name, const std::string& text) const {
    if (folder_.empty()) return false;
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    std::ofstream file(path(name), std::ios::binary);
    file << text;
    file.close();
    return !file.fail();
}

}  // namespace switchhook::script

#include "script/kept_numbers.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

namespace switchhook::script {

namespace fs = std::filesystem;

std::optional<Source> KeptNumbers::read() const {
    if (file_.empty()) return std::nullopt;
    std::ifstream file(file_, std::ios::binary);
    if (!file) return std::nullopt;
    return Source{file_.filename().string(), std::string(std::istreambuf_iterator<char>(file), {})};
}

bool KeptNumbers::write(const Source& numbers) const {
    if (file_.empty()) return true;
    if (auto kept = read(); kept && kept->text == numbers.text) return true;
    std::error_code failed;
    fs::create_directories(file_.parent_path(), failed);
    auto beside = file_;
    beside += ".new";
    {
        std::ofstream file(beside, std::ios::binary);
        fs::permissions(beside, fs::perms::owner_read | fs::perms::owner_write, failed);
        file << numbers.text << std::flush;
        if (!file || failed) return false;
    }
    fs::rename(beside, file_, failed);
    return !failed;
}

}  // namespace switchhook::script

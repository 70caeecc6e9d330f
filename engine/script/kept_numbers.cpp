#include "script/kept_numbers.hpp"

#include "core/private_file.hpp"

#include <fstream>
#include <iterator>

namespace switchhook::script {

std::optional<Source> KeptNumbers::read() const {
    if (file_.empty()) return std::nullopt;
    std::ifstream file(file_, std::ios::binary);
    if (!file) return std::nullopt;
    return Source{file_.filename().string(), std::string(std::istreambuf_iterator<char>(file), {})};
}

bool KeptNumbers::write(const Source& numbers) const {
    if (file_.empty()) return true;
    if (auto kept = read(); kept && kept->text == numbers.text) return true;
    return core::replace_private_file(file_, numbers.text);
}

}  // namespace switchhook::script

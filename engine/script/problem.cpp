#include "script/problem.hpp"

namespace switchhook::script {

std::string Problem::text() const {
    auto text = file;
    if (line > 0) text += ":" + std::to_string(line);
    text += ": " + what;
    if (!fix.empty()) text += ": " + fix;
    return text;
}

std::string lines(const Problems& problems) {
    std::string text;
    for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
    return text;
}

}  // namespace switchhook::script

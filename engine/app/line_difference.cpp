#include "app/line_difference.hpp"

#include <algorithm>
#include <vector>

namespace switchhook::app {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

std::string line_difference(std::string_view old_text, std::string_view new_text) {
    const auto before = lines_of(old_text), after = lines_of(new_text);
    // common[i][j]: how many lines are in both from before[i] and after[j] on.
    std::vector<std::vector<int>> common(before.size() + 1, std::vector<int>(after.size() + 1));
    for (auto i = before.size(); i-- > 0;)
        for (auto j = after.size(); j-- > 0;)
            common[i][j] =
                before[i] == after[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);

    std::string text;
    auto add = [&](const char* mark, std::string_view line) { text.append(mark).append(line) += '\n'; };
    std::size_t i = 0, j = 0;
    while (i < before.size() || j < after.size()) {
        if (i < before.size() && j < after.size() && before[i] == after[j])
            add("  ", before[i++]), ++j;
        else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1]))
            add("- ", before[i++]);
        else
            add("+ ", after[j++]);
    }
    return text;
}

}  // namespace switchhook::app

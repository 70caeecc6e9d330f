#include "app/test_lines.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::app {

void TestLines::act(std::string line) {
    prepared_ = lines_.size();
    lines_.push_back({std::move(line), {}, false});
}

void TestLines::expect(std::string line, std::vector<std::string> weaker) {
    std::reverse(weaker.begin(), weaker.end());
    lines_.push_back({std::move(line), std::move(weaker), true});
}

void TestLines::prepare(std::string line) {
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(prepared_++), Line{std::move(line), {}, false});
}

std::string TestLines::text(std::size_t first_line) {
    std::string text;
    for (auto& line : lines_) {
        line.first = first_line;
        first_line += 1 + static_cast<std::size_t>(std::count(line.text.begin(), line.text.end(), '\n'));
        line.last = first_line - 1;
        text += "  " + line.text + "\n";
    }
    return text;
}

bool TestLines::relax(std::size_t line_number) {
    auto found = std::find_if(lines_.begin(), lines_.end(),
                              [&](const Line& line) { return line.first <= line_number && line_number <= line.last; });
    if (found == lines_.end() || !found->is_expected) return false;
    if (found->weaker.empty()) {
        lines_.erase(found);
    } else {
        found->text = std::move(found->weaker.back());
        found->weaker.pop_back();
    }
    return true;
}

void TestLines::leave_out_behind(std::size_t line_number) {
    std::erase_if(lines_, [&](const Line& line) { return line.is_expected && line.first > line_number; });
}

}  // namespace switchhook::app

#include "twiml/closest_name.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>
#include <vector>

namespace switchhook::twiml {
namespace {

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto replaced = diagonal + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

std::string_view closest_name(std::string_view wanted, std::span<const std::string_view> names) {
    if (wanted.size() > 64) return {};
    std::string_view best;
    std::size_t least = wanted.size() / 3 + 1;
    for (auto name : names) {
        const auto edits = distance(wanted, name);
        if (edits < least || (edits == least && best.empty())) {
            best = name;
            least = edits;
        }
    }
    return best;
}

}  // namespace switchhook::twiml

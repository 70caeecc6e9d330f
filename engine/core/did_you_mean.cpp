#include "core/did_you_mean.hpp"

#include <algorithm>
#include <cctype>

namespace switchhook::core {
namespace {

// The optimal string alignment distance, upper and lower case being the same.
std::size_t distance(std::string_view a, std::string_view b) {
    auto same = [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    };
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto change = last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest = 64;  // names are short; what is longer is not worth the time
    if (word.size() > longest) return {};
    std::string best;
    auto best_distance = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
    for (const auto& candidate : candidates) {
        if (candidate.size() > longest) continue;
        auto d = distance(word, candidate);
        if (d >= best_distance) continue;
        best = candidate;
        best_distance = d;
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    if (auto best = closest(word, candidates); !best.empty()) return "did you mean \"" + best + "\"?";
    if (candidates.empty()) return {};
    std::string all = "use one of: ";
    for (const auto& candidate : candidates) all += (&candidate == &candidates.front() ? "" : ", ") + candidate;
    return all;
}

}  // namespace switchhook::core

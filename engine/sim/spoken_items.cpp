#include "sim/spoken_items.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::sim {
namespace {

using std::chrono::milliseconds;

// A resampler keeps back the last of an item, and a coarser clock rounds it: an item is heard to its end with this
// much missing.
constexpr milliseconds tolerance{25};

// The share of a text, to the end of the word.
std::string part_of(const std::string& text, milliseconds heard, milliseconds length) {
    if (heard.count() <= 0) return {};
    auto end = text.size() * static_cast<std::size_t>(heard.count()) / static_cast<std::size_t>(length.count());
    end = text.find(' ', end);
    return end == std::string::npos ? text : text.substr(0, end) + "…";
}

}  // namespace

void SpokenItems::add(std::string text, milliseconds length, const PlayoutBuffer& playout) {
    items_.push_back({std::move(text), length, playout.clears().size()});
}

std::vector<SpokenItems::Heard> SpokenItems::heard(const PlayoutBuffer& playout) const {
    const auto& clears = playout.clears();
    std::vector<Heard> all;
    std::size_t segment = 0;
    milliseconds begins{};  // the item, in what was ever heard
    for (const auto& item : items_) {
        if (item.clears != segment) {
            segment = item.clears;
            begins = clears[segment - 1].after;
        }
        bool cleared = segment < clears.size();
        auto until = cleared ? clears[segment].heard : playout.heard();
        Heard heard{item.text, std::clamp(until - begins, milliseconds{}, item.length), item.length};
        bool complete = heard.heard + tolerance >= item.length;
        heard.cut = cleared && !complete;
        heard.over = cleared || complete;
        if (heard.cut) heard.text = part_of(item.text, heard.heard, item.length);
        begins += item.length;
        all.push_back(std::move(heard));
    }
    return all;
}

}  // namespace switchhook::sim

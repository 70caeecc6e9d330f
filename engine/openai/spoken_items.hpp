#pragma once

#include "core/audio_format.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::openai {

// Something the model says, of which the caller may still hear the rest.
struct SpokenItem {
    using Moment = std::chrono::steady_clock::time_point;

    std::string id;
    std::string response;
    std::size_t bytes = 0;  // received
    core::AudioFormat format;
    Moment begins{};      // to be heard, as well as one can tell from here
    bool done = false;    // no more of it comes
    bool current = true;  // of the session that goes on now, which therefore can truncate it
    bool greeting = false;

    std::chrono::milliseconds received() const { return format.time_of(bytes); }
    Moment ends() const { return begins + received(); }
};

// What was said and not yet heard to its end, in order.
class SpokenItems {
public:
    using Moment = SpokenItem::Moment;

    bool empty() const { return items_.empty(); }
    SpokenItem* find(std::string_view id) {
        auto found = std::find_if(items_.begin(), items_.end(), [&](const SpokenItem& item) { return item.id == id; });
        return found == items_.end() ? nullptr : &*found;
    }
    const SpokenItem* find(std::string_view id) const { return const_cast<SpokenItems*>(this)->find(id); }

    SpokenItem& find_or_add(std::string_view id, std::string_view response, core::AudioFormat format, Moment now) {
        if (auto* known = find(id)) return *known;
        auto begins = items_.empty() ? now : std::max(now, items_.back().ends());
        return items_.emplace_back(
            SpokenItem{.id = std::string(id), .response = std::string(response), .format = format, .begins = begins});
    }
    void remove(std::string_view id) {
        std::erase_if(items_, [&](const SpokenItem& item) { return item.id == id; });
    }

    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

private:
    std::vector<SpokenItem> items_;
};

}  // namespace switchhook::openai

#include "twilio/playout_ledger.hpp"

#include <algorithm>
#include <charconv>

namespace switchhook::twilio {

PlayoutLedger::Place PlayoutLedger::place_of(std::chrono::steady_clock::duration time) const {
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    return microseconds * format_.rate / 1'000'000 * static_cast<Place>(format_.bytes_per_sample());
}

PlayoutLedger::Place PlayoutLedger::reached(Time now) const {
    const auto most = marks_.empty() ? sent_ : marks_.front().place;
    return std::clamp(known_ + place_of(now - known_at_), known_, std::max(known_, most));
}

bool PlayoutLedger::at_rest(Time now) const {
    return marks_.empty() && reached(now) == sent_;
}

std::size_t PlayoutLedger::until_mark(Time now) const {
    if (at_rest(now)) return format_.bytes_of(first_mark);
    return static_cast<std::size_t>(std::max<Place>(until_mark_, 1));
}

void PlayoutLedger::sent(std::string_view name, std::size_t bytes, Time now) {
    if (at_rest(now)) {
        until_mark_ = static_cast<Place>(format_.bytes_of(first_mark));
        known_ = sent_;
        known_at_ = now;
    }
    const auto count = static_cast<Place>(bytes);
    auto& its_item = item(name);  // a new one begins where these bytes do
    sent_ += count;
    until_mark_ -= count;
    its_item.end = sent_;
}

PlayoutLedger::Item& PlayoutLedger::item(std::string_view name) {
    if (items_.empty() || items_.back().name != name) items_.push_back({std::string(name), sent_, sent_, 0});
    return items_.back();
}

std::string PlayoutLedger::mark() {
    until_mark_ = static_cast<Place>(format_.bytes_of(mark_spacing));
    marks_.push_back({++last_mark_, sent_});
    return std::to_string(last_mark_);
}

std::string PlayoutLedger::end(std::string_view name) {
    auto sent = mark();
    item(name).mark = last_mark_;
    return sent;
}

std::vector<std::string> PlayoutLedger::returned(std::string_view mark, Time now) {
    std::uint64_t number = 0;
    std::from_chars(mark.data(), mark.data() + mark.size(), number);
    const auto out =
        std::find_if(marks_.begin(), marks_.end(), [&](const Mark& each) { return each.number == number; });
    if (out == marks_.end()) return {};
    known_ = out->place;
    known_at_ = now;
    marks_.erase(marks_.begin(), out + 1);
    std::vector<std::string> played;
    while (!items_.empty() && items_.front().mark != 0 && items_.front().mark <= number) {
        played.push_back(std::move(items_.front().name));
        items_.erase(items_.begin());
    }
    return played;
}

std::vector<core::Heard> PlayoutLedger::heard(Time now) const {
    const auto reached_now = reached(now);
    std::vector<core::Heard> all;
    for (const auto& item : items_) {
        const auto heard = std::clamp<Place>(reached_now - item.begin, 0, item.end - item.begin);
        all.push_back({item.name, format_.time_of(static_cast<std::size_t>(heard)),
                       format_.time_of(static_cast<std::size_t>(item.end - item.begin))});
    }
    return all;
}

std::vector<core::Heard> PlayoutLedger::clear(Time now) {
    auto all = heard(now);
    items_.clear();
    marks_.clear();
    known_ = sent_;
    known_at_ = now;
    return all;
}

PlayoutLedger::milliseconds PlayoutLedger::queued(Time now) const {
    return format_.time_of(static_cast<std::size_t>(sent_ - reached(now)));
}

}  // namespace switchhook::twilio

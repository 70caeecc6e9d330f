#pragma once

#include "core/audio_format.hpp"
#include "core/audio_leg.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::twilio {

// What was sent to a carrier that queues it, and how much of that its caller has heard. Without I/O: the time is
// handed in.
//
// Marks prove what was played: one that comes back says that all before it was heard, just now. Between marks the
// caller hears in real time from the latest proof on, or from when audio was sent into an empty queue, but never past a
// mark that is still out. So a mark stands behind the first 20 ms of a run, to learn when the carrier began to play it,
// then behind every 400 ms, which bounds the error where the carrier stalls, and at the end of each item. That is one
// small message in twenty; a mark behind every piece would double them and say nothing more.
class PlayoutLedger {
public:
    using Time = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    static constexpr milliseconds first_mark{20};
    static constexpr milliseconds mark_spacing{400};

    explicit PlayoutLedger(core::AudioFormat format) : format_(format) {}

    // How many bytes may be sent before the next mark is due; at least one.
    std::size_t until_mark(Time now) const;
    // The item's next bytes were sent. An item's bytes come in one run.
    void sent(std::string_view item, std::size_t bytes, Time now);
    // Whether a mark is to follow what was sent.
    bool mark_is_due() const { return until_mark_ <= 0; }
    // A mark was sent, under this name. No name comes twice.
    std::string mark();
    // Nothing more of the item will be sent, and a mark was, under this name. An item of which nothing was sent is
    // played when all before it is.
    std::string end(std::string_view item);

    // The mark came back: the items that were thereby heard to their end. Nothing for one that is not out: of those
    // that a clear sends back.
    std::vector<std::string> returned(std::string_view mark, Time now);

    // Every item that was not heard to its end, in order, and how much of it was.
    std::vector<core::Heard> heard(Time now) const;
    // The same, and forgets all that is out: the carrier drops it.
    std::vector<core::Heard> clear(Time now);

    // How long the caller will still hear what was sent.
    milliseconds queued(Time now) const;

private:
    // Places count the bytes that were ever sent.
    using Place = std::int64_t;

    struct Item {
        std::string name;
        Place begin = 0;
        Place end = 0;
        std::uint64_t mark = 0;  // that ends it; 0 while more may come
    };
    struct Mark {
        std::uint64_t number = 0;
        Place place = 0;
    };

    // What the caller has come to hear by now.
    Place reached(Time now) const;
    // All that was sent was heard: what is sent next begins to play at once.
    bool at_rest(Time now) const;
    Place place_of(std::chrono::steady_clock::duration time) const;
    Item& item(std::string_view name);

    const core::AudioFormat format_;
    std::vector<Item> items_;  // not heard to their end
    std::vector<Mark> marks_;  // that are out
    std::uint64_t last_mark_ = 0;
    Place sent_ = 0;
    Place until_mark_ = 0;  // bytes; up to 0: one is due
    Place known_ = 0;       // what was heard at known_at_
    Time known_at_{};
};

}  // namespace switchhook::twilio

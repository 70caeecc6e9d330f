#include "twilio/caller_audio.hpp"

#include "core/audio_format.hpp"

#include <algorithm>

namespace switchhook::twilio {
namespace {

using std::chrono::milliseconds;

constexpr char quiet = '\xff';  // µ-law's zero
// Timestamps are the carrier's wall clock and waver by a few ms; what is off by less than a piece is no gap.
constexpr milliseconds tolerance{20};

std::string quiet_for(milliseconds time) {
    return std::string(core::telephone_mulaw.bytes_of(time), quiet);
}

}  // namespace

std::string CallerAudio::take(StreamMedia media) {
    const auto missing = missing_before(media);
    const auto off = media.timestamp - reached_;
    const bool as_due = begun_ && missing == milliseconds::zero() && off < tolerance && off > -tolerance;
    reached_ = (as_due ? reached_ : media.timestamp) + core::telephone_mulaw.time_of(media.audio.size());
    chunk_ = media.chunk;
    begun_ = true;
    if (missing == milliseconds::zero()) return std::move(media.audio);
    return quiet_for(missing) + media.audio;
}

// By the timestamps; by the count of pieces where those waver so much that they show no gap.
milliseconds CallerAudio::missing_before(const StreamMedia& media) const {
    if (!begun_) return {};
    const auto length = core::telephone_mulaw.time_of(media.audio.size());
    const auto late = media.timestamp - reached_;
    if (late >= tolerance) return std::min(late, longest_gap);
    const auto skipped = media.chunk - chunk_ - 1;
    return skipped > 0 && late > -tolerance ? std::min(skipped * length, longest_gap) : milliseconds{};
}

std::string CallerAudio::silence(milliseconds time) {
    reached_ += time;
    return quiet_for(time);
}

}  // namespace switchhook::twilio

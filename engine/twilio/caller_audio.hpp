#pragma once

#include "twilio/media_messages.hpp"

#include <chrono>
#include <string>

namespace switchhook::twilio {

// The caller's voice as one run of µ-law, from the pieces that the carrier sends. A turn detector takes time by what
// it hears: what was lost on the way must be there as silence.
class CallerAudio {
public:
    static constexpr std::chrono::milliseconds longest_gap{10'000};

    // What is to be heard for a piece: silence for what is missing before it, at most longest_gap, then the piece.
    std::string take(StreamMedia media);

    // Silence for a carrier that sends nothing.
    std::string silence(std::chrono::milliseconds time);

private:
    std::chrono::milliseconds missing_before(const StreamMedia& media) const;

    bool begun_ = false;
    std::int64_t chunk_ = 0;               // the latest
    std::chrono::milliseconds reached_{};  // the timestamp at which the next piece is due
};

}  // namespace switchhook::twilio

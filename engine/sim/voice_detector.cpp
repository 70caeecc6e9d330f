#include "sim/voice_detector.hpp"

#include <algorithm>
#include <cmath>

namespace switchhook::sim {
namespace {

constexpr std::chrono::milliseconds frame{20};
// A click is shorter, a syllable is not.
constexpr std::chrono::milliseconds shortest_speech{60};

}  // namespace

std::vector<VoiceDetector::Change> VoiceDetector::hear(std::span<const std::int16_t> samples, unsigned rate) {
    std::vector<Change> changes;
    const auto per_frame = rate * static_cast<unsigned>(frame.count()) / 1000;
    for (double sample : samples) {
        energy_ += sample * sample;
        if (++in_frame_ == per_frame) end_frame(changes);
    }
    return changes;
}

void VoiceDetector::end_frame(std::vector<Change>& changes) {
    bool loud = std::sqrt(energy_ / in_frame_) > options_.threshold * 1000;
    energy_ = 0;
    in_frame_ = 0;
    clock_ += frame;
    loud_ = loud ? loud_ + frame : milliseconds(0);
    if (loud) last_loud_ = clock_;
    if (!speaks_ && loud_ >= shortest_speech) {
        speaks_ = true;
        changes.push_back({true, std::max(clock_ - loud_ - options_.prefix_padding, milliseconds(0))});
    } else if (speaks_ && clock_ - last_loud_ >= options_.silence) {
        speaks_ = false;
        changes.push_back({false, clock_});
    }
}

}  // namespace switchhook::sim

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace switchhook::sim {

// Tells by its loudness when somebody speaks. Time is that of the audio that came in, in frames of 20 ms.
class VoiceDetector {
public:
    using milliseconds = std::chrono::milliseconds;

    struct Options {
        double threshold = 0.5;            // 0 to 1; at 0.5 speech is what is louder than -36 dBFS
        milliseconds prefix_padding{300};  // before the first sound, that is part of the turn
        milliseconds silence{500};         // after which a turn is over
    };
    // Somebody began to speak, or was silent for long enough.
    struct Change {
        bool speaks;
        milliseconds at;  // the beginning with the padding, or the end with the silence
    };

    // From here on; what was heard before stays heard.
    void configure(const Options& options) { options_ = options; }

    std::vector<Change> hear(std::span<const std::int16_t> samples, unsigned rate);

    bool speaks() const { return speaks_; }
    // How much was heard.
    milliseconds clock() const { return clock_; }

private:
    void end_frame(std::vector<Change>& changes);

    Options options_;
    milliseconds clock_{};
    double energy_ = 0;         // of the frame so far
    unsigned in_frame_ = 0;     // samples
    milliseconds loud_{};       // for how long it has been loud without a pause
    milliseconds last_loud_{};  // where the last loud frame ended
    bool speaks_ = false;
};

}  // namespace switchhook::sim

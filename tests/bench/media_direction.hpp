#pragma once

#include "bench/event_loop.hpp"
#include "sim/latency.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::bench {

// So many ms of a voice-like tone: µ-law at 8 kHz, or PCM at 24 kHz.
std::string tone_bytes(std::size_t ms, bool pcm_24k);

// What became of the frames that were sent.
struct Carried {
    sim::LatencyHistogram latency;
    std::uint64_t frames = 0;        // that were sent
    std::uint64_t lost = 0;          // of these
    std::uint64_t out_of_order = 0;  // a frame after a later one, or one that came twice
    std::uint64_t inserted = 0;      // 20 ms that nobody sent
};

// The audio of one call in one direction: frames of 20 ms, each remembered by when it was sent. Frames that are not
// converted carry their number, and are told apart by it; converted ones are known by their place in the stream.
class MediaDirection {
public:
    // `sent_bytes` and `arriving_bytes` are of 20 ms, as sent and as they arrive; equal where nothing converts.
    MediaDirection(std::size_t sent_bytes, std::size_t arriving_bytes, Carried& carried);

    // The next frame, sent now, in base 64; valid until the next call.
    std::string_view send();
    void arrived(std::string_view base64, SteadyTime now);

    // Latency counts from here on, and losses do.
    void begin_to_measure();
    // What has not arrived is lost.
    void finish();

private:
    void frame_arrived(std::string_view frame, SteadyTime now);

    Carried& carried_;
    std::size_t arriving_bytes_;
    bool numbered_;
    bool measuring_ = false;
    std::size_t measured_from_ = 0;
    std::string frame_;
    std::string base64_;
    std::vector<SteadyTime> sent_at_;
    std::vector<bool> came_;
    std::size_t next_ = 0;   // the frame that should arrive next
    std::size_t bytes_ = 0;  // that have arrived
    std::string part_of_a_frame_;
};

}  // namespace switchhook::bench

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// What a carrier holds of the audio that a server sends to a caller: µ-law at 8 kHz, 8 bytes a ms.
//
// Every 20 ms the next 160 bytes begin to play, or silence where there are none. Time is handed in: ms since the stream
// began. The rest speaks of the moment that advance() came to last.
class PlayoutBuffer {
public:
    using milliseconds = std::chrono::milliseconds;

    static constexpr milliseconds frame_time{20};
    static constexpr std::size_t frame_bytes = 160;
    static constexpr milliseconds most_queued = std::chrono::minutes(10);
    static constexpr char silence = '\xff';

    // An unbroken piece of what the caller heard.
    struct Spurt {
        milliseconds begins{};  // since the stream began
        milliseconds heard{};   // of it, until now
        bool cut = false;       // a clear ended it
        bool over = false;
    };

    // Plays on to `now`; never goes back.
    void advance(milliseconds now);

    // Queues audio. False where more than most_queued would wait: what is too much is dropped.
    bool play(std::string_view mulaw);
    // Comes back once everything queued before it was played: at once where nothing is.
    void mark(std::string name);
    // Drops what has not begun to play, and has all marks come back.
    void clear();
    // The marks that have come back since the last call, in order.
    std::vector<std::string> take_marks();

    // What the caller has heard of all that was ever queued.
    milliseconds heard() const;
    // How long what is queued will still be heard.
    milliseconds queued() const;
    bool playing() const { return playing_ > 0 || waiting() > 0; }
    milliseconds quiet_for() const { return playing() ? milliseconds{} : now_ - ended_; }
    std::vector<Spurt> spurts() const;
    struct Clear {
        milliseconds heard{};  // until then
        milliseconds after{};  // with the frame that was on its way
    };
    const std::vector<Clear>& clears() const { return clears_; }

    // All that was heard since the stream began, silence included: 160 bytes a frame, the one that plays included.
    const std::string& recording() const { return recording_; }

private:
    struct Mark {
        std::string name;
        std::size_t after;  // bytes ever played
    };

    std::size_t waiting() const { return queue_.size() - taken_; }
    void next_frame();
    void end_spurt(bool cut);

    std::string queue_;  // from taken_ on
    std::size_t taken_ = 0;
    std::deque<Mark> marks_;
    std::vector<std::string> returned_;
    std::vector<Spurt> spurts_;
    std::vector<Clear> clears_;
    std::string recording_;
    milliseconds now_{};
    milliseconds next_{};      // when the next frame begins
    milliseconds ended_{};     // when the latest spurt did
    std::size_t played_ = 0;   // bytes ever taken from the queue
    std::size_t playing_ = 0;  // of them, those of the frame in progress
    bool cut_ = false;         // the frame in progress is the last before a clear
};

}  // namespace switchhook::sim

#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace switchhook::openai {

// The caller's voice while nobody hears it: the latest of it, up to a bound.
class PendingAudio {
public:
    explicit PendingAudio(std::size_t most_bytes) : most_(most_bytes) {}

    void keep(std::string_view frame) {
        frames_.emplace_back(frame);
        bytes_ += frame.size();
        while (bytes_ > most_) {
            dropped_ += frames_.front().size();
            bytes_ -= frames_.front().size();
            frames_.pop_front();
        }
    }

    // The oldest frame. REQUIRES: not empty().
    std::string take() {
        auto frame = std::move(frames_.front());
        frames_.pop_front();
        bytes_ -= frame.size();
        return frame;
    }
    bool empty() const { return frames_.empty(); }
    std::size_t dropped() const { return dropped_; }

private:
    std::size_t most_;
    std::deque<std::string> frames_;
    std::size_t bytes_ = 0;
    std::size_t dropped_ = 0;
};

}  // namespace switchhook::openai

#pragma once

#include "core/queue.hpp"

#include <string>
#include <string_view>

namespace switchhook::openai {

// The caller's voice while nobody hears it: the latest of it, up to a bound.
class PendingAudio {
public:
    explicit PendingAudio(std::size_t most_bytes) : most_(most_bytes) {}

    void keep(std::string_view frame) {
        frames_.push(std::string(frame));
        bytes_ += frame.size();
        while (bytes_ > most_) dropped_ += take().size();
    }

    // The oldest frame. REQUIRES: not empty().
    std::string take() {
        auto frame = frames_.pop();
        bytes_ -= frame.size();
        return frame;
    }
    bool empty() const { return frames_.empty(); }
    std::size_t dropped() const { return dropped_; }

private:
    std::size_t most_;
    core::Queue<std::string> frames_;
    std::size_t bytes_ = 0;
    std::size_t dropped_ = 0;
};

}  // namespace switchhook::openai

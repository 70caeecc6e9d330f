#pragma once

#include "bench/event_loop.hpp"
#include "bench/media_call.hpp"
#include "bench/message_socket.hpp"

#include <deque>
#include <memory>
#include <string>

namespace switchhook::bench {

// The carrier's end of a media stream: sends a frame every 20 ms, and plays what it gets in real time, as Twilio does.
class CallerLeg : public Readable {
public:
    // `head` is the upgrade request, `start` the messages that come before the first frame; both may be empty.
    CallerLeg(EventLoop& loop, MediaCall& call, int socket, const std::string& head, std::string start,
              std::string stream_sid, const Tls* tls);

    void ready() override;

private:
    struct Mark {
        std::string name;
        SteadyTime due;
    };

    void stream();
    void send_frame(SteadyTime due);
    void take(std::string_view message);
    void play(std::string_view base64);
    void mark(std::string_view name);
    void return_marks(SteadyTime until);
    void clear();

    EventLoop& loop_;
    MediaCall& call_;
    MessageSocket socket_;
    bool upgraded_;
    std::string start_;
    std::string stream_sid_;
    std::uint64_t sequence_ = 1;  // of the last message; `start` has the first
    std::uint64_t frames_ = 0;
    std::string message_;
    SteadyTime play_end_{};  // when the last of what it got will have been heard
    std::size_t item_bytes_ = 0;
    std::deque<Mark> marks_;
};

}  // namespace switchhook::bench

#pragma once

#include "sim/params.hpp"
#include "sim/playout_buffer.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// What a stream tells of itself in its `start` message.
struct StreamFacts {
    std::string account_sid;
    std::string call_sid;
    std::string stream_sid;  // MZ…
    Params parameters;       // of <Parameter>
};

// What Twilio's debugger would show: 31931, 31950, 31951 and so on.
struct StreamProblem {
    int code = 0;
    std::string what;
};

// The carrier's end of a bidirectional Twilio Media Stream (twilio.com/docs/voice/media-streams/websocket-messages),
// without I/O: messages and the time go in, messages to send come out.
//
// A frame of the caller's voice goes out every 20 ms, silence where they say nothing. What the server sends is played
// to them at the pace of speech. Time is ms since the stream began.
class MediaStream {
public:
    using milliseconds = std::chrono::milliseconds;

    explicit MediaStream(StreamFacts facts);

    // `connected` and `start`.
    std::vector<std::string> open();
    // All that is due until `now`: media, dtmf, and the marks that were reached.
    std::vector<std::string> advance(milliseconds now);
    // A text message of the server's. One that Twilio would not take is a problem, and changes nothing.
    std::vector<std::string> receive(milliseconds now, std::string_view text);
    // The call leaves the stream: `stop`. Nothing is sent after it.
    std::vector<std::string> stop();

    // The caller says this, after what they are saying: µ-law, 8 kHz.
    void speak(std::string_view mulaw) { voice_.append(mulaw); }
    // What is left to be said of it.
    milliseconds left_to_say() const { return milliseconds(voice_.size() / 8); }
    // The caller presses keys, two in a second.
    void press(std::string_view keys) { keys_.append(keys); }
    bool pressing() const { return !keys_.empty(); }

    // Faults. So many of the next frames are lost on the way; the caller spoke them, and they count as chunks.
    void lose_frames(std::size_t count) { to_lose_ = count; }
    // No frame is sent for so long: none is counted either.
    void stop_sending(milliseconds time) { mute_until_ = now_ + time; }

    const StreamFacts& facts() const { return facts_; }
    milliseconds now() const { return now_; }
    const PlayoutBuffer& playout() const { return playout_; }
    // What the caller said since the stream began, silence included: 160 bytes a frame.
    const std::string& voice() const { return said_; }
    // The problems since the last call.
    std::vector<StreamProblem> take_problems();

private:
    void frame(std::vector<std::string>& out);
    void press_key(std::vector<std::string>& out);
    void return_marks(std::vector<std::string>& out);
    void obey(std::string_view text);
    void refuse(int code, std::string what);
    std::string next_sequence() { return std::to_string(++sequence_); }

    StreamFacts facts_;
    PlayoutBuffer playout_;
    std::string voice_;  // still to be said
    std::string said_;
    std::string keys_;
    std::vector<StreamProblem> problems_;
    milliseconds now_{};
    milliseconds next_{20};  // when the next frame has been spoken
    milliseconds next_key_{};
    milliseconds mute_until_{};
    std::size_t sequence_ = 0;
    std::size_t chunk_ = 0;
    std::size_t to_lose_ = 0;
    bool stopped_ = false;
    bool overflowed_ = false;
};

}  // namespace switchhook::sim

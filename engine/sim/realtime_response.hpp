#pragma once

#include "core/audio_format.hpp"
#include "core/json.hpp"
#include "sim/realtime_conversation.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::sim {

// Something in a response: words that are spoken or written, or a tool that the model wants.
struct RealtimeOutput {
    std::string text = {};
    std::string audio = {};      // the words, in the format of the response
    std::string tool = {};       // its name; then there are no words
    std::string arguments = {};  // JSON, as the model writes it
};

// One response on its way out: what it consists of becomes events when they are due. It ends complete, or where it is
// interrupted; either way everything that was begun is also ended.
class RealtimeResponse {
public:
    using Moment = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    // What it speaks to: `emit` sends an event, `new_id` makes an id with a prefix.
    struct Surroundings {
        std::function<void(core::Json)> emit;
        std::function<std::string(std::string_view)> new_id;
        RealtimeConversation* conversation;
    };
    struct Pace {
        milliseconds chunk;  // of speech in an event
        double speed;        // seconds of speech in a second; 0: all at once
    };

    // `request` is what it was asked with, `session` what goes for it where that says nothing. Sends response.created.
    RealtimeResponse(Surroundings surroundings, core::Json request, const core::Json& session);

    const std::string& id() const { return id_; }
    const core::Json& request() const { return request_; }
    // It is part of the conversation; others are out of band.
    bool in_conversation() const { return request_.value("conversation", "auto") != "none"; }
    bool is_filled() const { return filled_; }
    bool is_done() const { return done_; }
    bool speaks() const { return speaks_; }
    // Of all the speech in it, what was sent.
    milliseconds spoken() const { return spoken_; }

    // What it is to consist of. REQUIRES: not is_filled().
    void fill(std::vector<RealtimeOutput> outputs, core::AudioFormat format, Pace pace, Moment now);
    // Sends what is due by now; ends it after the last.
    void advance(Moment now);
    std::optional<Moment> next_due() const;

    // Ends it before its time: "cancelled" with "turn_detected" or "client_cancelled", "failed" with an error.
    void cut(const std::string& status, const std::string& reason, const core::Json& error = nullptr);

private:
    enum class Kind { begin, audio, words, arguments, end };
    struct Piece {
        Moment due;
        Kind kind;
        std::string data = {};
    };

    Moment append_speech(const RealtimeOutput& output, Moment due, Pace pace);
    void perform(const Piece& piece);
    void begin_item();
    void end_item(const std::string& status);
    void end(const std::string& status, core::Json details);
    core::Json about_part(const char* type) const;
    core::Json part(bool with_text) const;
    core::Json usage() const;

    Surroundings to_;
    core::Json request_;
    std::string id_;
    core::Json shown_;  // the response as its events show it
    bool speaks_;       // audio, rather than text
    bool filled_ = false;
    bool done_ = false;

    std::vector<RealtimeOutput> outputs_;
    std::deque<Piece> pieces_;
    core::AudioFormat format_;
    std::size_t index_ = 0;           // of the item that is under way, or comes next
    std::optional<core::Json> item_;  // that is under way
    std::string said_;                // of its words
    milliseconds item_audio_{};
    milliseconds spoken_{};
    core::Json input_tokens_;
    long instructions_tokens_ = 0;
};

}  // namespace switchhook::sim

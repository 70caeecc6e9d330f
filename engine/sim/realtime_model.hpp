#pragma once

#include "audio/converter.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "sim/api_error.hpp"
#include "sim/realtime_conversation.hpp"
#include "sim/realtime_response.hpp"
#include "sim/sids.hpp"
#include "sim/voice_detector.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// One session of OpenAI's Realtime API as it has been since 2026-05 ("GA"), without I/O: a client's events and the
// time go in, the server's events come out. What OpenAI refuses is refused here, with its codes. Nothing is understood
// and nothing thought: what the caller's turns meant and what the model does is told from outside.
//
//     model.receive(text, now);
//     for (auto& event : model.take_events(now)) websocket.send(event);
//     if (model.wants_words()) model.say({{"Good evening.", audio}}, now);
class RealtimeModel {
public:
    using Moment = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    // Whether the model speaks the format that it was asked for, or 24 kHz PCM whatever was asked.
    enum class Speaks {
        as_asked,
        pcm_and_says_so,  // session.updated shows it
        pcm_in_secret,    // session.updated shows what was asked for
    };

    struct Options {
        std::string model = "gpt-realtime-2.1";
        bool beta = false;  // the client asked for the interface that is no more
        milliseconds lifetime = std::chrono::minutes(60);
        Speaks speaks = Speaks::as_asked;
        milliseconds chunk{100};  // of speech in an event
        double speed = 5;         // seconds of speech made in a second; 0: all at once
        std::uint64_t seed = 1;
        core::Time started{};  // now, for expires_at
    };

    // session.created is the first event, but for a client that is refused.
    RealtimeModel(Options options, Moment now);
    RealtimeModel(const RealtimeModel&) = delete;
    RealtimeModel& operator=(const RealtimeModel&) = delete;

    // A message of the client's.
    void receive(std::string_view text, Moment now);
    // Lets time pass: speech that is due, timeouts, the end of the session.
    void advance(Moment now);
    // When advance() has something to do next.
    std::optional<Moment> next_due() const;

    // The events to send, in order; none while the model is stalled.
    std::vector<std::string> take_events(Moment now);
    // After the events: the status to close the connection with.
    std::optional<std::uint16_t> closing() const { return closing_; }

    // What the model does. ------------------------------------------------------------------------------------------

    // A response has begun and waits for what is in it.
    bool wants_words() const;
    // What it was asked with: the `response` of response.create, empty where a turn of the caller's began it.
    // REQUIRES: wants_words().
    const core::Json& request() const;
    // The formats in which the response that wants words is spoken.
    core::AudioFormat output_format() const;
    // The tools that it may use now, by name.
    std::vector<std::string> tools() const;

    // Fills the response and ends it; with nothing, the model is silent. REQUIRES: wants_words().
    void respond(std::vector<RealtimeOutput> outputs, Moment now);
    // The response fails: "rate_limit_exceeded". REQUIRES: wants_words().
    void fail(const std::string& code, const std::string& message, Moment now);
    // An error that answers nothing of the client's.
    void send_error(const ApiError& error, Moment now);
    // Sends nothing for so long.
    void stall(milliseconds time, Moment now) { stalled_until_ = now + time; }
    // What the caller's next turn that has no words yet was understood as.
    void understand(std::string words) { understood_.push_back(std::move(words)); }

    // What it has seen, for whoever plays it, who takes out what was looked at. -------------------------------------

    struct ToolResult {
        std::string call_id;
        std::string name;
        std::string output;
    };
    // An item of the model's that its hearer did not hear to the end.
    struct Cut {
        std::string item;
        milliseconds heard{};
        milliseconds made{};
    };
    struct Seen {
        std::deque<std::string> turns;  // the caller's, spoken or typed
        std::deque<ToolResult> results;
        std::deque<Cut> cuts;
        std::deque<ApiError> refused;  // of what the client sent
    };
    Seen& seen() { return seen_; }
    const core::Json& session() const { return session_; }
    const RealtimeConversation& conversation() const { return conversation_; }
    // The session as the client wanted it is confirmed.
    bool configured() const { return configured_; }

private:
    void handle(const core::Json& event);
    void update_session(const core::Json& event);
    void append_audio(const core::Json& event);
    void commit_audio(const core::Json& event);
    void clear_audio();
    void create_item(const core::Json& event);
    void delete_item(const core::Json& event);
    void retrieve_item(const core::Json& event);
    void truncate_item(const core::Json& event);
    void create_response(const core::Json& event);
    void cancel_response(const core::Json& event);

    void listen(std::string_view audio);
    void begin_turn(milliseconds at);
    void end_turn(milliseconds at);
    void commit(const std::string& item_id, milliseconds length);
    void transcribe(const std::string& item_id, milliseconds length);
    void start_response(const core::Json& request);
    void answer_silence();
    std::optional<milliseconds> idle_timeout() const;
    void end_response(RealtimeResponse& response);
    void expire();

    const core::Json& turn_detection() const { return session_["audio"]["input"]["turn_detection"]; }
    bool detects(const char* what) const;
    RealtimeResponse* active();
    RealtimeResponse* waiting();
    const RealtimeResponse* waiting() const;
    void emit(core::Json event);
    void refuse(ApiError error);
    std::string new_id(std::string_view prefix);

    Options options_;
    Sids ids_;
    Moment began_;
    Moment now_;
    core::Json session_;
    bool configured_ = false;
    std::optional<std::uint16_t> closing_;
    std::optional<Moment> stalled_until_;
    std::vector<std::string> events_;
    std::uint64_t event_count_ = 0;
    core::Json client_event_id_;  // of the event that is being handled

    RealtimeConversation conversation_;
    std::list<RealtimeResponse> responses_;  // that are not done
    std::deque<std::string> understood_;
    Seen seen_;
    bool has_spoken_ = false;

    VoiceDetector detector_;
    std::unique_ptr<audio::Converter> hearing_;  // from the input's format to samples
    milliseconds buffered_{};                    // of the input buffer
    std::string turn_item_;                      // of the turn that is being spoken
    milliseconds turn_began_{};
    std::optional<Moment> quiet_since_;  // the caller has had the word since, and said nothing
};

}  // namespace switchhook::sim

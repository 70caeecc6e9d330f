#pragma once

#include "audio/converter.hpp"
#include "core/agent_port.hpp"
#include "openai/conversation_record.hpp"
#include "openai/pending_audio.hpp"
#include "openai/realtime_settings.hpp"
#include "openai/response_queue.hpp"
#include "openai/spoken_format.hpp"
#include "openai/spoken_items.hpp"
#include "openai/token_usage.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// One conversation over OpenAI's Realtime API (GA): https://developers.openai.com/api/docs/guides/realtime
namespace switchhook::openai {

// What the socket and the owner of a conversation are to do.
struct Send {
    std::string text;
};
struct Tell {
    core::AgentPort::Event event;
};
// Let go of the socket, and open another one after this time.
struct Reconnect {
    std::chrono::milliseconds after;
};
// Say goodbye: nothing more will come.
struct Close {};
// For the log.
struct Note {
    std::string what;
};
using Action = std::variant<Send, Tell, Reconnect, Close, Note>;

// The rules of a conversation, without any I/O: messages, calls and time go in, actions come out.
//
// It outlives its sessions: after a drop, and before a session's hour is over, another one is opened and told what was
// said. Meanwhile the caller's voice is kept.
class RealtimeProtocol {
public:
    using Millis = std::chrono::milliseconds;

    RealtimeProtocol(RealtimeSettings settings, Moment now);

    const std::string& model() const { return settings_.model; }
    // What goes in and comes out. Changes where the model turns out to speak another format than it was asked for.
    core::AudioFormat format() const { return spoken_.format(); }

    // What is to be done, in order; empty after that.
    std::vector<Action> take_actions();
    // When tick() is worth calling.
    std::optional<Moment> next_tick() const;
    void tick(Moment now);

    // The socket.
    void opened(Moment now);
    // `http_status` is 0 where no answer came.
    void refused(int http_status, std::string_view body, core::Error error, Moment now);
    void closed(std::uint16_t code, Moment now);
    void received(std::string_view message, Moment now);

    // What core::AgentPort has under the same names.
    void hear(std::string_view audio);
    void press(std::string_view digits, Moment now);
    void begin(Moment now);
    void say(std::string_view text, Moment now);
    void give_result(std::string_view call_id, std::string_view output, bool respond, Moment now);
    void was_heard(const std::vector<core::Heard>& heard, Moment now);
    void was_played(std::string_view item, Moment now);
    core::Json transcript(Moment now) const;
    core::Json usage() const { return usage_.json(); }
    void close();

    // Of the caller's voice, because there was no session to hear it for too long.
    std::size_t dropped_bytes() const { return pending_.dropped(); }

private:
    enum class Phase { connecting, opening, configuring, enabling, ready, over };
    // A call of the model's for a tool.
    struct ToolCall {
        std::string response;
        bool answered = false;
    };
    // The calls of one response: the model goes on once all are answered and the response is done.
    struct ToolCalls {
        unsigned open = 0;
        bool respond = true;  // as the latest answer wants it
        bool response_done = false;
        bool continued = false;
    };
    // What is to come without being asked for: a turn's end, the reply to it, words after a tool.
    enum class Awaiting { nothing, commit, turn, tool };

    static constexpr auto nudge_after = std::chrono::seconds(5);

    // What was said before this process: realtime_protocol.cpp.
    void recall(Moment now);
    void recall(const core::Json& line, Moment at);

    // A session's life: realtime_session.cpp.
    void on_session_created();
    void on_session_updated(const core::Json& event, Moment now);
    void adopt_formats(const core::Json& session);
    void restore();
    void become_ready(Moment now);
    void lost(const std::string& why, Moment now);
    void replace_session(Moment now);
    void leave_session();
    void fail(std::string code, std::string_view what);
    bool listening() const { return phase_ == Phase::enabling || phase_ == Phase::ready; }
    void tick_session(Moment now);

    // What the model says: realtime_speech.cpp.
    void on_audio(std::string_view response, std::string_view item, std::string_view base64, Moment now);
    void on_words(const core::Json& event, bool all, Moment now);
    void on_transcription(const core::Json& event);
    void on_speech_started(Moment now);
    void on_speech_stopped(Moment now);
    void on_committed(const core::Json& event, Moment now);
    void end_speech(SpokenItem& item);
    void interrupt(bool server_knows);
    void truncate(SpokenItem& item, Millis heard);
    bool may_be_interrupted() const { return settings_.interruptible && !guarding_greeting_; }
    void lift_guard();
    std::string new_item_id(const char* kind) { return kind + std::to_string(++items_made_); }

    // Responses and tools: realtime_responses.cpp.
    void on_response_created(const core::Json& event, Moment now);
    void on_response_done(const core::Json& event, Moment now);
    void on_failed_response(const core::Json& response, std::optional<ResponseQueue::Request> request, Moment now);
    void on_tool_call(const core::Json& event, Moment now);
    void on_error(const core::Json& event, Moment now);
    void continue_after_tools(ToolCalls& calls, Moment now);
    void await(Awaiting what, Moment now);
    void nudge(Moment now);
    bool replies_are_held() const;
    bool has_open_calls() const;
    // Sends what can be sent now, and tells when nothing is left to do.
    void proceed(Moment now);

    void on_item_added(const core::Json& event, Moment now);
    void on_event(const core::Json& event, Moment now);
    void send(const core::Json& event);
    void tell(core::AgentPort::Event event) { actions_.emplace_back(Tell{std::move(event)}); }
    void note(std::string what) { actions_.emplace_back(Note{std::move(what)}); }

    const RealtimeSettings settings_;
    std::vector<Action> actions_;

    Phase phase_ = Phase::connecting;
    Moment phase_since_;
    Moment trouble_since_;  // since when there has been no session
    std::optional<Moment> ready_since_;
    Moment session_began_{};
    Moment heard_of_{};  // the last message
    unsigned tries_ = 0;
    bool had_session_ = false;
    bool owes_reply_ = false;   // a response was cut off by the end of its session
    bool server_acts_ = false;  // it answers the caller and stops for him on its own

    PendingAudio pending_;
    SpokenFormat spoken_;
    core::AudioFormat heard_format_;  // what the session hears
    std::optional<audio::Converter> to_session_;

    bool begun_ = false;
    Moment began_{};
    Moment::duration before_{};  // how long the conversation had gone on when it broke off
    bool guarding_greeting_;     // it may not be interrupted
    bool greeting_done_ = false;
    std::optional<Moment> guard_ends_;
    bool caller_speaks_ = false;
    Moment caller_began_{};
    bool turn_unanswered_ = false;
    bool told_idle_ = false;

    ResponseQueue responses_;
    std::string silenced_;          // the response that was interrupted
    bool response_failed_ = false;  // the latest one
    bool reasked_ = false;
    std::map<std::string, ToolCall, std::less<>> calls_;        // by call_id
    std::map<std::string, ToolCalls, std::less<>> tool_calls_;  // by response
    Awaiting awaiting_ = Awaiting::nothing;
    Moment awaiting_since_{};

    SpokenItems items_;
    ConversationRecord record_;
    TokenUsage usage_;
    unsigned items_made_ = 0;
};

}  // namespace switchhook::openai

#pragma once

#include "core/audio_format.hpp"
#include "core/audio_leg.hpp"
#include "core/call_info.hpp"
#include "core/errc.hpp"
#include "core/json.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::core {

// A model that hears the caller and speaks: one conversation. Lives on one executor.
class AgentPort {
public:
    // Something for the caller to hear, in format(). All of an item comes before the next one's first.
    struct Speech {
        std::string item;
        std::string audio;
    };
    struct SpeechDone {
        std::string item;
    };
    // The caller began to speak, or to press keys, while the model spoke or had just spoken: what plays is to be
    // cleared, and was_heard() to be told. An interruption that the settings forbid is not reported.
    struct Interrupted {};
    // The caller's turn has begun or ended, as the model hears it.
    struct CallerSpeaks {};
    struct CallerPauses {};
    // The model wants a tool run and waits for give_result(). Each call_id comes once.
    struct ToolCall {
        std::string call_id;
        std::string name;
        std::string arguments;  // JSON as the model wrote it: it may be anything
    };
    // The model has said and asked for all it wanted, and nothing is under way.
    struct Idle {};
    // It is over: `code` is OpenAI's ("invalid_api_key"), or "closed", "timed_out", "not_configured", "refused".
    struct Failed {
        std::string code;
        std::string what;  // for the log, no secrets in it
    };
    using Event = std::variant<Speech, SpeechDone, Interrupted, CallerSpeaks, CallerPauses, ToolCall, Idle, Failed>;

    virtual ~AgentPort() = default;

    // What it hears and speaks.
    virtual AudioFormat format() const = 0;

    // The next event; one read at a time. After Failed and after close(): Errc::closed.
    virtual boost::asio::awaitable<Result<Event>> read() = 0;

    // The caller's voice, in format(). What comes before the model listens is kept for it, bounded.
    virtual void hear(std::string_view audio) = 0;
    // Keys that the caller pressed, taken together: the model is told, and answers.
    virtual void press(std::string_view digits) = 0;

    // Has the model begin: with the greeting of its settings, else it waits for the caller.
    virtual void begin() = 0;
    // Has the model say this, word for word as well as it can; it is part of the conversation.
    virtual void say(std::string_view text) = 0;
    // Answers a ToolCall. Once those of a response are all answered, the model goes on, unless `respond` is false for
    // the last of them.
    virtual void give_result(std::string_view call_id, std::string_view output, bool respond) = 0;
    // What the caller heard of what clear() dropped, so that the model remembers no more than that.
    virtual void was_heard(const std::vector<Heard>& heard) = 0;
    // The caller has heard an item to its end.
    virtual void was_played(std::string_view item) = 0;

    // What was said so far: a list of {who = "caller"|"assistant", text, at (s since the beginning)}, with
    // {tool, arguments, result} in between, in the order of the conversation. Only what was heard of the assistant.
    virtual Json transcript() const = 0;
    // Tokens of the whole conversation: {input, output, cached, input_audio, output_audio, …, responses}.
    virtual Json usage() const = 0;

    // Ends it politely, without waiting.
    virtual void close() = 0;
};

// Where conversations are opened.
class AgentProvider {
public:
    virtual ~AgentProvider() = default;

    // Begins to connect at once, and gives the port before that is done. `settings` are the options of the `converse`
    // ask (engine/README.md), and of a conversation that broke off `history`: a list of what AgentPort::transcript()
    // gave, each tool with its {call_id} and without {result} where give_result() is still to come. Such a conversation
    // goes on without a greeting. Failures come as Failed.
    virtual std::unique_ptr<AgentPort> open(const Json& settings, const CallInfo& info, AudioFormat caller,
                                            boost::asio::any_io_executor executor) = 0;
};

}  // namespace switchhook::core

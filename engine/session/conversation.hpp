#pragma once

#include "core/agent_port.hpp"
#include "core/call_port.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "session/bridge.hpp"
#include "session/conversation_course.hpp"
#include "session/conversation_past.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchhook::session {

// A call's conversations with a model, one after the other: performs the asks `converse`, `tool_result`,
// `end_conversation`, `interject`, `play_while` and `collect_digits`.
class Conversation {
public:
    struct With {
        core::AgentProvider* agents;  // null: no model is configured
        const core::Clock& clock;
        core::Log& log;
        core::Metrics& metrics;
        std::chrono::milliseconds time_limit = ConversationCourse::Settings().time_limit;  // where the flow gives none
        // Keeps what was said so far in the conversation that this ask opened, in case that this process ends.
        std::function<boost::asio::awaitable<void>(std::uint32_t seq, core::Json transcript)> keep = {};
    };
    // What was said in conversations that a process before this one led, by the ask that opened them.
    using Said = std::map<std::uint32_t, core::Json>;

    Conversation(With with, const core::CallInfo& info, core::CallPort& port, Said said = {});
    ~Conversation();

    static bool performs(std::string_view kind);

    // REQUIRES: performs(ask.kind), and the last ask was answered.
    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask);

    // Notes an ask that was answered before the call was rebuilt.
    void pass(const core::Ask& ask, const core::Answer& answer) { past_.pass(ask, answer); }
    // A conversation was going on when the process before this one ended: reopen() it before anything else is asked.
    bool broken_off() const { return past_.goes_on() && !bridge_ && !failed_; }
    // `ask` is what the flow asks next. Where it does not succeed, the conversation ends as failed.
    boost::asio::awaitable<void> reopen(const core::Ask& ask);

    // The answer that ended a conversation is journaled: from now on the carrier may ask for the next turn.
    void let_go();

    // The flow may not ask this now; then what to say about it.
    std::string objection_to(std::string_view kind) const;

private:
    boost::asio::awaitable<core::Answer> open(const core::Ask& ask);
    // Connects the caller with a model; the answer that ends it where that fails.
    boost::asio::awaitable<std::optional<core::Answer>> connect(const core::Ask& opening, const core::Ask& asked);
    boost::asio::awaitable<core::Answer> end(const core::Ask& ask);
    boost::asio::awaitable<core::Answer> collect(const core::Ask& ask);
    // Goes on until the flow is needed.
    boost::asio::awaitable<core::Answer> go_on();
    boost::asio::awaitable<std::optional<Bridge::Signal>> next();
    boost::asio::awaitable<std::optional<Bridge::Signal>> next_before(core::Time until);
    std::optional<core::Answer> take(Bridge::Signal signal);
    std::optional<core::Answer> act(ConversationCourse::Action action);
    core::Answer finish(std::string reason, std::string what = {});
    core::Answer fail(std::string what, std::string detail);
    core::Answer of(core::Json value) const;
    void keep_what_was_said();

    const With with_;
    const core::CallInfo& info_;
    core::CallPort& port_;

    std::shared_ptr<Bridge> bridge_;   // null between two conversations
    std::shared_ptr<Bridge> leaving_;  // of a conversation that has ended, until let_go()
    Said said_;
    ConversationPast past_;
    std::optional<core::Answer> failed_;  // of a conversation that could not be opened again
    std::uint32_t opened_by_ = 0;
    std::optional<ConversationCourse> course_;
    std::deque<Bridge::Signal> later_;  // what came while keys were collected
    core::Time began_{};
    core::Json value_;  // what end_conversation leaves with
};

}  // namespace switchhook::session

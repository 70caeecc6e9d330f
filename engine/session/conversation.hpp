#pragma once

#include "core/agent_port.hpp"
#include "core/call_port.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "session/bridge.hpp"
#include "session/conversation_course.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchhook::session {

// A call's conversations with a model, one after the other: performs the asks `converse`, `tool_result`,
// `end_conversation`, `interject` and `collect_digits`.
class Conversation {
public:
    struct With {
        core::AgentProvider* agents;  // null: no model is configured
        const core::Clock& clock;
        core::Log& log;
        core::Metrics& metrics;
    };

    Conversation(With with, const core::CallInfo& info, core::CallPort& port);
    ~Conversation();

    static bool performs(std::string_view kind);

    // REQUIRES: performs(ask.kind), and the last ask was answered.
    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask);

    // The flow may not ask this now; then what to say about it.
    std::string objection_to(std::string_view kind) const;

private:
    boost::asio::awaitable<core::Answer> open(const core::Ask& ask);
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

    const With with_;
    const core::CallInfo& info_;
    core::CallPort& port_;

    std::shared_ptr<Bridge> bridge_;  // null between two conversations
    std::optional<ConversationCourse> course_;
    std::deque<Bridge::Signal> later_;  // what came while keys were collected
    core::Time began_{};
    core::Json value_;  // what end_conversation leaves with
};

}  // namespace switchhook::session

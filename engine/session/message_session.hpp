#pragma once

#include "core/call_port.hpp"
#include "session/flow_session.hpp"

namespace switchhook::session {

// One text message that came in, from its webhook to the last reply.
class MessageSession {
public:
    // Of the promise to run on_message to its end, whose payload is {message, replied_to}: all replies up to this ask
    // are with Twilio.
    static constexpr const char* promise_kind = "message";

    // The store holds the message as a call that is open, unless it is out of order. With a past, it goes on from
    // there.
    MessageSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                   Surroundings surroundings, Past past = {});

    // Runs the flow's on_message. A text that it returns is a reply like any other.
    boost::asio::awaitable<void> run();

    // Should this process end before the flow is done, another one goes on behind the document that answers the
    // webhook, which holds all replies up to this ask.
    boost::asio::awaitable<void> promise_the_rest(std::uint32_t replied_to);

    const core::CallInfo& info() const { return info_; }

private:
    core::CallInfo info_;
    core::CallPort& port_;
    Surroundings with_;
    FlowSession flow_;
    bool promised_ = false;
};

}  // namespace switchhook::session

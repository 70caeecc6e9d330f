#pragma once

#include "core/call_port.hpp"
#include "session/flow_session.hpp"

namespace switchhook::session {

// One text message that came in, from its webhook to the last reply.
class MessageSession {
public:
    MessageSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                   Surroundings surroundings, Past past = {});

    // Runs the flow's on_message. A text that it returns is a reply like any other.
    boost::asio::awaitable<void> run();

    const core::CallInfo& info() const { return info_; }

private:
    core::CallInfo info_;
    core::CallPort& port_;
    Surroundings with_;
    FlowSession flow_;
};

}  // namespace switchhook::session

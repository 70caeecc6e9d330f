#pragma once

#include "session/flow_session.hpp"

#include <string>

namespace switchhook::session {

// One call from its first webhook to its record: the flow's on_call, the fallback if that breaks, the end of the call,
// then on_call_ended.
class CallSession {
public:
    CallSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                Surroundings surroundings);

    // Runs until everything the call owes is done.
    boost::asio::awaitable<void> run();

    // How the call ended, as the carrier says: "completed", "busy", "failed", "no-answer", "canceled", or "expired".
    void set_status(std::string status) { status_ = std::move(status); }

    const core::CallInfo& info() const { return info_; }
    const script::Flow& flow() const { return flow_.flow(); }

private:
    boost::asio::awaitable<FlowSession::End> run_flow();
    boost::asio::awaitable<void> fall_back();
    boost::asio::awaitable<void> wrap_up();
    core::Json summary() const;

    core::CallInfo info_;
    core::Json fallback_;
    core::CallPort& port_;
    Surroundings with_;
    FlowSession flow_;
    std::string status_ = "completed";
};

}  // namespace switchhook::session

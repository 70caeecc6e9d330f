#pragma once

#include "session/flow_session.hpp"

#include <optional>
#include <string>

namespace switchhook::session {

// One call from its first webhook to its record: the flow's on_call, the fallback if that breaks, the end of the call,
// then on_call_ended.
class CallSession {
public:
    // Of the promise to run on_call_ended, whose payload is {call, status}.
    static constexpr const char* promise_kind = "call_ended";

    // REQUIRES: the store holds the call, open. With a past, the call goes on from there.
    CallSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                Surroundings surroundings, std::optional<Past> past = {});

    // Runs until everything the call owes is done, or until another engine leads the call.
    boost::asio::awaitable<void> run();
    // Does what is still owed of a call that the store has closed. REQUIRES: a past, and a port that has ended.
    boost::asio::awaitable<void> settle(core::CallRecord record);

    // The call is over, `status` as the carrier says: "completed", "busy", "failed", "no-answer", "canceled", or
    // "expired". That is kept when it returns; what the flow does about it comes after.
    boost::asio::awaitable<void> close(std::string status);

    // This session closed the call, and then learned that another engine had led it: the end is still to be settled.
    bool owes_end() const { return moved_ && closed_ && !closed_elsewhere_; }

    const core::CallInfo& info() const { return info_; }
    const script::Flow& flow() const { return flow_.flow(); }

private:
    boost::asio::awaitable<FlowSession::End> run_flow();
    boost::asio::awaitable<void> fall_back();
    boost::asio::awaitable<void> wrap_up();
    boost::asio::awaitable<void> run_ended();
    boost::asio::awaitable<void> promise_end();
    void note_beginning() const;
    core::Json summary() const;

    core::CallInfo info_;
    core::Json fallback_;
    core::CallPort& port_;
    Surroundings with_;
    const std::optional<std::size_t> steps_;  // that were journaled before this session; nothing for a new call
    FlowSession flow_;
    std::string status_;
    core::Time ended_{};
    bool moved_ = false;
    bool closed_ = false;
    bool closed_elsewhere_ = false;  // another engine heard of the end first, and does what is owed
};

}  // namespace switchhook::session

#pragma once

#include "core/agent_port.hpp"
#include "core/call_info.hpp"
#include "core/call_port.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/store.hpp"
#include "script/flow_library.hpp"
#include "script/flow_run.hpp"
#include "session/conversation.hpp"
#include "session/services.hpp"
#include "session/transcript.hpp"

#include <memory>
#include <string_view>

namespace switchhook::session {

// What every session works with; all of it outlives them.
struct Surroundings {
    Services& services;
    core::Store& store;
    const core::Clock& clock;
    core::Log& log;
    core::Metrics& metrics;
    script::Limits limits;
    core::AgentProvider* agents = nullptr;  // null: no model is configured
};

// One run of one flow: takes each ask, has it performed by the port or by the services, journals the answer, and only
// then lets the flow go on.
class FlowSession {
public:
    enum class End {
        finished,  // the handler returned, or left the call to somebody else
        hung_up,   // the caller went away while the handler needed them
        failed,    // the flow broke, or its assistant did and the flow left it at that; it has been logged
    };

    FlowSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                Surroundings surroundings);

    // Runs a handler to its end.
    boost::asio::awaitable<End> run(std::string_view handler);

    bool handles(std::string_view handler) const { return live_->flow->handles(handler); }
    core::CallInfo& info() { return info_; }
    const script::Flow& flow() const { return *live_->flow; }
    const core::Json& result() const { return result_; }  // what the last finished handler returned
    core::Json transcript() const { return transcript_.lines(); }

private:
    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask);
    void note_conversation(const core::Ask& ask, const core::Answer& answer);
    boost::asio::awaitable<bool> journal(const core::Ask& ask, const core::Answer& answer);
    void report(std::string_view handler, const script::Failed& failed);

    core::CallInfo info_;
    std::shared_ptr<const script::Live> live_;
    core::CallPort& port_;
    Surroundings with_;
    script::FlowRun run_;
    unsigned seq_ = 0;
    core::Time last_answer_;
    core::Json result_;
    Transcript transcript_;
    std::unique_ptr<Conversation> conversation_;  // made for the first
    bool left_alone_ = false;  // a conversation failed, and the flow has done nothing for the caller since
};

}  // namespace switchhook::session

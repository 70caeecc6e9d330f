#pragma once

#include "core/agent_port.hpp"
#include "core/call_info.hpp"
#include "core/call_port.hpp"
#include "core/journaled.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/store.hpp"
#include "core/vault.hpp"
#include "script/flow_library.hpp"
#include "script/flow_run.hpp"
#include "session/conversation.hpp"
#include "session/outbox_worker.hpp"
#include "session/services.hpp"
#include "session/transcript.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

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
    std::chrono::milliseconds conversation_limit = ConversationCourse::Settings().time_limit;  // unless the agent says
    OutboxWorker* promises = nullptr;  // null: what is owed after a call's end does not survive the process
    core::Vault* vault = nullptr;      // null: no secret setting can be opened
};

// What a process before this one has kept of a call.
struct Past {
    std::vector<core::JournalEntry> journal;
    Conversation::Said conversations;
};

using core::is_journaled;

// The asks of a handler are numbered from here, so that each part of a call finds its own answers again, however the
// parts before it ended.
constexpr std::uint32_t first_seq_of_call = 0;
constexpr std::uint32_t first_seq_of_fallback = 100'000;
constexpr std::uint32_t first_seq_of_end = 200'000;

// One run of one flow: takes each ask, has it performed by the port or by the services, journals the answer, and only
// then lets the flow go on.
//
// With a past, the flow is led to where it was: what it asks is answered from the journal, up to the first ask that has
// no answer there.
class FlowSession {
public:
    enum class End {
        finished,  // the handler returned, or left the call to somebody else
        hung_up,   // the caller went away while the handler needed them
        failed,    // the flow broke, or its assistant did and the flow left it at that; it has been logged
        moved,     // another engine leads the call: nothing more is to be done for it here
    };

    FlowSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                Surroundings surroundings, Past past = {});

    // Runs a handler to its end. Its asks are numbered from `first_seq` + 1.
    boost::asio::awaitable<End> run(std::string_view handler, std::uint32_t first_seq = first_seq_of_call);

    // Asks something of the port in the flow's place, numbered `seq`.
    boost::asio::awaitable<core::Answer> ask(core::Ask ask, std::uint32_t seq);

    bool handles(std::string_view handler) const { return live_->flow->handles(handler); }
    core::CallInfo& info() { return info_; }
    const script::Flow& flow() const { return *live_->flow; }
    const core::Json& result() const { return result_; }  // what the last finished handler returned
    core::Json transcript() const { return transcript_.lines(); }

private:
    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask);
    std::string digest_of(const core::Ask& ask) const;
    const core::JournalEntry* known(std::uint32_t seq) const;
    bool has_been_here(std::uint32_t seq) const;
    void pass(const core::Ask& ask, const core::Answer& answer);
    Conversation& conversation();
    void note_conversation(const core::Ask& ask, const core::Answer& answer);
    boost::asio::awaitable<core::Result<void>> journal(const core::Ask& ask, const core::Answer& answer);
    End diverge(const core::Ask& ask);
    void report(std::string_view handler, const script::Failed& failed);

    core::CallInfo info_;
    std::shared_ptr<const script::Live> live_;
    core::CallPort& port_;
    Surroundings with_;
    script::FlowRun run_;
    Past past_;
    std::uint32_t seq_ = 0;
    core::Time last_answer_;
    bool perhaps_performed_;  // the next ask that is journaled: the process before this one ended at it
    const bool secretive_;    // the flow knows secrets
    core::Json result_;
    Transcript transcript_;
    std::unique_ptr<Conversation> conversation_;  // made for the first
    bool left_alone_ = false;  // a conversation failed, and the flow has done nothing for the caller since
};

}  // namespace switchhook::session

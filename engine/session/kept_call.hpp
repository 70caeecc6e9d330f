#pragma once

#include "core/store.hpp"
#include "session/flow_session.hpp"
#include "session/pinned_flows.hpp"

#include <memory>
#include <optional>
#include <string>

namespace switchhook::session {

// A call as the store has it: all that it takes to lead it on.
struct KeptCall {
    core::CallRecord record;
    Past past;
    std::shared_ptr<const script::Live> live;  // the version on which it began
};

// Errc::not_found where the store does not know the call, or no longer its version; else as Store and PinnedFlows fail.
boost::asio::awaitable<core::Result<KeptCall>> find_kept_call(std::string id, core::Store& store, PinnedFlows& flows);

// What the call's flow waits for; nothing where it waits for nothing, or asks something else than it did before.
std::optional<core::Ask> next_ask(const KeptCall& call, const script::Limits& limits);

}  // namespace switchhook::session

#pragma once

#include "core/ask.hpp"
#include "core/call_info.hpp"
#include "core/vault.hpp"
#include "script/flow_run.hpp"

#include <optional>
#include <string_view>

namespace switchhook::session {

// A call's info holds its secret settings sealed, wherever it goes. They are open in its flow alone, whose author
// decides which server gets them; what the flow says to a model or to the log, and what it is answered, shows
// "[secret]" in their place.

// Whether there are any.
bool holds_secrets(const core::CallInfo& info);

// Starts a handler of a flow, which sees the secrets open. Where one cannot be opened the flow has failed.
script::Step start_flow(script::FlowRun& run, std::string_view handler, const core::CallInfo& info, core::Vault* vault);

// What stands in such a flow's journal for an ask: it does not depend on the secrets, so that a flow asks the same with
// what masked() gives.
std::string digest_without_secrets(const core::Ask& ask, const core::Vault& vault);
// With "[secret]" in the place of each secret, for those who look at a call and perform nothing.
core::CallInfo masked(core::CallInfo info);

// What is performed in the place of an ask of such a flow; nothing where that is the ask itself.
std::optional<core::Ask> without_secrets(const core::Ask& ask, const core::Vault& vault);
// What such a flow is answered, and what is journaled. What it keeps in `kv` itself it gets back.
core::Answer without_secrets(const core::Ask& ask, core::Answer answer, const core::Vault& vault);

}  // namespace switchhook::session

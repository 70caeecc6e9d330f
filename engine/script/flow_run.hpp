#pragma once

#include "core/ask.hpp"
#include "core/call_info.hpp"
#include "script/flow.hpp"
#include "script/limits.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace switchhook::script {

// The handler returned: nothing is left to do. `value` is what it returned (a text, for on_message).
struct Finished {
    core::Json value;
};

// The flow broke. `where` is a place in the author's own file, as "flow.lua:12".
struct Failed {
    std::string where;
    std::string what;
    std::string limit;  // "cpu", "memory", "asks", "string" where a limit stopped it; otherwise empty
};

// What a flow needs next.
using Step = std::variant<core::Ask, Finished, Failed>;

// One call's run of one flow: a coroutine in a Lua state of its own.
//
// Does no I/O and holds no thread. Whoever drives the call performs each ask and brings back the answer:
//
//     auto step = run.start("on_call", info);
//     while (auto* ask = std::get_if<core::Ask>(&step))
//         step = run.resume(co_await port.perform(*ask));
//
// Shares ownership of its Flow, so a reload never changes a call in progress. Every slice of Lua runs on
// the caller's thread, which must be registered with a Watchdog (script/watchdog.hpp).
class FlowRun {
public:
    FlowRun(std::shared_ptr<const Flow> flow, const Limits& limits);
    FlowRun(FlowRun&&) noexcept;
    FlowRun& operator=(FlowRun&&) noexcept;
    ~FlowRun();

    // Runs a handler ("on_call") to its first ask. A handler that was still waiting is abandoned; what it
    // left in call.vars and in the flow's own variables stays.
    // REQUIRES: flow().handles(handler).
    Step start(std::string_view handler, const core::CallInfo& info);

    // Runs on from the last ask to the next. REQUIRES: the last step was an Ask.
    Step resume(const core::Answer& answer);

    const Flow& flow() const;

    // The author's own variables where the flow stands or broke, as `answer = nil, tries = 2`, as far as they are known
    // (script/author_values.hpp).
    std::string values() const;

    std::size_t memory_bytes() const;  // held by the Lua state now

private:
    struct State;  // the lua_State, its memory cap and its deadline
    std::unique_ptr<State> state_;
};

}  // namespace switchhook::script

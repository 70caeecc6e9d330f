#pragma once

#include "core/ask.hpp"
#include "core/call_info.hpp"
#include "script/flow_run.hpp"
#include "script/limits.hpp"
#include "script/memory.hpp"
#include "script/sandbox.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchhook::script {

// A Lua state with one flow in it: what a run and a flow's first check have in common.
//
// Every piece of the author's code runs in one coroutine, in a Slice, under the limits. Whatever it does comes back
// as a value: no Lua error and no exception of Lua's leaves.
class FlowState {
public:
    // Opens the sandbox and the engine's own scripts. `seed` fixes math.random. Throws std::bad_alloc.
    FlowState(const Flow::Compiled& flow, const Limits& limits, std::string_view seed);
    FlowState(const FlowState&) = delete;
    FlowState& operator=(const FlowState&) = delete;

    // Runs flow.lua itself. Gives what went wrong, if anything.
    std::optional<Failed> load(core::Time now);

    // REQUIRES: load succeeded; the flow has that handler.
    Step start(std::string_view handler, const core::CallInfo& info);

    // REQUIRES: the last step was an Ask.
    Step resume(const core::Answer& answer);

    // Pushes what flow.lua returned. REQUIRES: load succeeded.
    void push_returned();

    // The author's variables where the flow's coroutine stands.
    std::string values() const;

    lua_State* lua() const { return L_; }
    MemoryCap& memory() { return memory_; }

private:
    static int ask(lua_State* L);
    static int is_known_good(lua_State* L);
    static int require(lua_State* L);
    static int open(lua_State* L);
    static int drop_thread(lua_State* L);
    static int push_main(lua_State* L);
    static int push_handler(lua_State* L);
    static int push_answer(lua_State* L);

    struct Arguments;
    std::optional<Failed> push(int (*function)(lua_State*), Arguments& arguments);
    void renew_thread(lua_State* L);
    bool prepare_ask(lua_State* L);
    std::string where(lua_State* L) const;

    Step run(int arguments, core::Time now);
    Step asked();
    Step finished();
    Failed failed(int code);
    Failed out_of_cpu(const std::string& where, bool whole_call) const;
    Failed out_of_memory() const;

    const Flow::Compiled& flow_;
    const Limits limits_;
    const std::uint64_t seed_;
    MemoryCap memory_;
    lua_State* L_;
    lua_State* thread_ = nullptr;  // the flow's coroutine; the registry holds it

    std::string handler_;           // empty while flow.lua itself runs
    int loading_ = 0;               // files whose top level runs
    bool awaits_event_ = false;     // the latest ask is answered by an event of a conversation
    bool in_conversation_ = false;  // an assistant waits for the result of a tool
    std::optional<core::Ask> pending_;
    std::string last_where_;  // of the latest ask
    std::string refusal_;     // why an ask is refused
    std::size_t asks_ = 0;
    std::chrono::nanoseconds cpu_used_{0};
};

}  // namespace switchhook::script

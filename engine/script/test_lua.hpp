#pragma once

#include "script/flow_tester.hpp"
#include "script/memory.hpp"
#include "script/sandbox.hpp"
#include "script/test_host.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

struct lua_State;

namespace switchhook::script {

// The Lua state of a file that stands beside a flow and speaks of calls to it, in the words of scripts/test*.lua:
// sandboxed as flows are, under limits that such a file needs. Runs on a thread that a Watchdog watches.
class TestLua {
public:
    // What a file may use: CPU time from one call into Lua to its return, bytes in all.
    static constexpr std::chrono::milliseconds cpu_per_call{1000};
    static constexpr std::size_t memory_bytes = 64 << 20;

    // `file` outlives it. The last of `scripts` gives the runner, whose `words` the file sees. `add_to_host` adds
    // functions to the host, which is on top of the stack.
    TestLua(const Source& file, std::shared_ptr<const Flow> flow, const FlowTester::Options& options,
            FlowTester::FindFlow find, std::span<const char* const> scripts, void (*add_to_host)(lua_State*) = nullptr);

    // Runs the file. Gives what is wrong with it, if anything.
    std::optional<std::string> load();

    // Calls `function` with `argument` as a light userdata, on the clock and under the limits. Gives the error, if it
    // raised one.
    std::optional<std::string> protect(int (*function)(lua_State*), void* argument);

    // Runs a coroutine of this state on, with the values on top of its stack.
    struct Resumed {
        bool waits = false;  // it yielded, and what it yielded is on its stack
        std::optional<std::string> error;
    };
    Resumed resume(lua_State* thread, int arguments);

    // Pushes one of the runner's fields. May raise.
    static void push_runner_field(lua_State* L, const char* name);

    TestHost& host() { return host_; }
    const Limits& limits() const { return limits_; }

private:
    static int open(lua_State* L);
    static int require(lua_State* L);
    static int load_file(lua_State* L);
    void load_source(lua_State* L, const Source& source);
    template <class Run>
    std::optional<std::string> limited(lua_State* L, Run run);

    const Source& file_;
    std::shared_ptr<const Flow> flow_;
    Limits limits_;
    TestHost host_;
    std::span<const char* const> scripts_;
    void (*add_to_host_)(lua_State*);
    MemoryCap memory_;
    lua_State* L_;
};

}  // namespace switchhook::script

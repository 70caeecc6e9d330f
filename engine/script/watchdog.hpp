#pragma once

#include "core/clock.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

struct lua_State;

namespace switchhook::script {

// Ends slices of Lua that use more CPU than their budget.
//
// It only watches: a thread that looks at the registered threads every 2 ms while slices run, and sleeps when none
// does. A slice is charged the CPU time of its thread from the moment the watchdog first sees it, so a busy machine
// does not end innocent flows, and a slice can exceed its budget by one look. Nor does a machine that stands still: a
// virtual one counts what its host takes from it as its threads' own time, so no look is charged with more than
// `most_a_look`. When the budget is spent the watchdog sends SIGUSR2, again at every look until the slice ends; the
// handler, on the thread itself, makes every further Lua instruction raise. (Setting the hook from another thread
// loses it: LuaJIT's hook mask is a plain byte.)
class Watchdog {
public:
    static constexpr std::chrono::milliseconds interval{2};
    static constexpr std::chrono::nanoseconds most_a_look = 2 * interval;

    // What a slice is charged, from what the watchdog sees of its thread.
    class Charge {
    public:
        // A look at the thread, in whose time the slice of this number runs. Gives what the slice has used so far.
        std::chrono::nanoseconds look(std::uint64_t slice, std::chrono::nanoseconds cpu_time);

    private:
        std::uint64_t slice_ = 0;  // that was seen last
        std::chrono::nanoseconds cpu_time_{}, charged_{};
    };

    // What the watchdog and one watched thread share.
    struct Watched {
        explicit Watched(Watchdog& by) : watchdog(by), thread(pthread_self()) {}

        Watchdog& watchdog;
        const pthread_t thread;

        std::atomic<std::uint64_t> running{0};   // the number of the slice that runs; 0: none
        std::atomic<std::uint64_t> expired{0};   // the number of the slice whose budget is spent
        std::atomic<std::int64_t> budget_ns{0};  // of the slice that runs
        std::atomic<std::int64_t> used_ns{0};    // by the slice that runs, as the watchdog saw it last
        std::atomic<lua_State*> state{nullptr};  // of the slice that runs

        // The thread's own.
        std::uint64_t last = 0;  // the number of the latest slice
        std::size_t string_limit = 0;
        core::Time now{};
        std::string expired_at;  // the author's line at which the slice was stopped

        // This thread's; null where no watchdog watches. A signal handler gets no argument of ours, nor do C functions
        // that poll: what they need must be reachable from the thread itself.
        static constinit thread_local Watched* here;

        Charge charge;  // the watchdog's own
    };

    Watchdog();
    ~Watchdog();  // REQUIRES: every Registration is gone

    // While it lives, slices may run on the thread that made it.
    // REQUIRES: destroyed on that thread; one at a time a thread. The thread's stack has 64 MiB (WorkerThread),
    // for Lua code that recurses through C functions.
    class Registration {
    public:
        explicit Registration(Watchdog& watchdog);
        ~Registration();
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        Watched watched_;
    };

    // True while no slice has run for a tenth of a second: nothing is looked at until one does.
    bool asleep() const { return asleep_; }

    static bool watches_this_thread() noexcept { return Watched::here != nullptr; }

private:
    friend class Slice;

    void watch();
    bool look(Watched& watched);
    void wake();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Watched*> threads_;
    std::atomic<bool> asleep_{false};
    bool stopping_ = false;
    std::thread thread_;
};

// One slice: from construction to destruction the Lua code of this state on this thread is on the clock.
// Slices nest (a flow test that drives a flow); the outer one's budget starts anew when the inner one ends.
// Throws std::logic_error on a thread that no watchdog watches.
class Slice {
public:
    Slice(lua_State* L, std::chrono::nanoseconds budget, std::size_t string_limit, core::Time now);
    ~Slice();
    Slice(const Slice&) = delete;
    Slice& operator=(const Slice&) = delete;

    bool expired() const;
    const std::string& expired_at() const;  // the author's line, where one was found

    // CPU time used so far: exact to a look of the watchdog, never more than the time gone by.
    std::chrono::nanoseconds used() const;

private:
    Watchdog::Watched& watched_;
    std::uint64_t outer_;
    std::int64_t outer_budget_ns_;
    lua_State* outer_state_;
    std::size_t outer_string_limit_;
    core::Time outer_now_;
    std::uint64_t number_;
    std::chrono::steady_clock::time_point started_;
};

}  // namespace switchhook::script

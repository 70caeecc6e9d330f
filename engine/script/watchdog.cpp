#include "script/watchdog.hpp"

#include "script/slice.hpp"

#include <lua.hpp>

#include <algorithm>
#include <signal.h>
#include <stdexcept>
#include <time.h>
#include <utility>

namespace switchhook::script {
namespace {

using Watched = Watchdog::Watched;

constexpr int stop_signal = SIGUSR2;

std::chrono::nanoseconds cpu_time(pthread_t thread) {
    clockid_t clock;
    timespec time;
    if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// May run between any two machine instructions of its thread, so it only sets LuaJIT's hook (which LuaJIT permits
// here). Should that land in the middle of LuaJIT's own change of the hook mask it is lost; the next signal comes.
void on_stop_signal(int) {
    if (slice_expired()) lua_sethook(Watched::here->state.load(), raise_if_slice_expired, LUA_MASKCOUNT, 1);
}

void install_signal_handler() {
    struct sigaction action = {};
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    sigaction(stop_signal, &action, nullptr);
}

Watched& watched_thread() {
    if (Watched::here == nullptr) throw std::logic_error("Lua runs only on threads registered with a Watchdog");
    return *Watched::here;
}

}  // namespace

constinit thread_local Watched* Watchdog::Watched::here = nullptr;

Watchdog::Watchdog() {
    install_signal_handler();
    thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Watchdog::wake() {
    {
        std::lock_guard lock(mutex_);
        asleep_ = false;
    }
    changed_.notify_one();
}

void Watchdog::watch() {
    constexpr int looks_before_sleep = 50;
    int quiet = 0;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        bool busy = false;
        for (auto* watched : threads_) busy |= look(*watched);
        quiet = busy ? 0 : quiet + 1;
        if (quiet < looks_before_sleep) {
            changed_.wait_for(lock, interval);
            continue;
        }
        // A slice that begins now either sees that the watchdog sleeps, and wakes it, or is seen here.
        asleep_ = true;
        auto runs = [](Watched* watched) { return watched->running != 0; };
        if (std::none_of(threads_.begin(), threads_.end(), runs))
            changed_.wait(lock, [this] { return stopping_ || !asleep_; });
        asleep_ = false;
        quiet = 0;
    }
}

std::chrono::nanoseconds Watchdog::Charge::look(std::uint64_t slice, std::chrono::nanoseconds cpu_time) {
    const auto since_last_look = cpu_time - std::exchange(cpu_time_, cpu_time);
    if (std::exchange(slice_, slice) != slice)
        charged_ = {};
    else
        charged_ += std::min(since_last_look, most_a_look);
    return charged_;
}

// Gives whether a slice runs there.
bool Watchdog::look(Watched& watched) {
    auto running = watched.running.load();
    if (running == 0) return false;
    watched.used_ns = watched.charge.look(running, cpu_time(watched.thread)).count();
    if (watched.used_ns >= watched.budget_ns) {
        watched.expired = running;
        pthread_kill(watched.thread, stop_signal);
    }
    return true;
}

Watchdog::Registration::Registration(Watchdog& watchdog) : watched_(watchdog) {
    if (Watched::here != nullptr) throw std::logic_error("this thread is registered with a Watchdog already");
    Watched::here = &watched_;
    std::lock_guard lock(watchdog.mutex_);
    watchdog.threads_.push_back(&watched_);
}

Watchdog::Registration::~Registration() {
    std::lock_guard lock(watched_.watchdog.mutex_);
    std::erase(watched_.watchdog.threads_, &watched_);
    Watched::here = nullptr;
}

Slice::Slice(lua_State* L, std::chrono::nanoseconds budget, std::size_t string_limit, core::Time now)
    : watched_(watched_thread()),
      outer_(watched_.running),
      outer_budget_ns_(watched_.budget_ns),
      outer_state_(watched_.state),
      outer_string_limit_(watched_.string_limit),
      outer_now_(watched_.now),
      number_(++watched_.last),
      started_(std::chrono::steady_clock::now()) {
    watched_.running = 0;
    watched_.state = L;
    watched_.budget_ns = budget.count();
    watched_.used_ns = 0;
    watched_.string_limit = string_limit;
    watched_.now = now;
    watched_.expired_at.clear();
    watched_.running = number_;
    if (watched_.watchdog.asleep_) watched_.watchdog.wake();
}

Slice::~Slice() {
    bool hooked = expired();
    watched_.running = 0;
    if (hooked) lua_sethook(watched_.state, nullptr, 0, 0);
    watched_.state = outer_state_;
    watched_.budget_ns = outer_budget_ns_;
    watched_.string_limit = outer_string_limit_;
    watched_.now = outer_now_;
    if (outer_ != 0) watched_.running = ++watched_.last;
}

bool Slice::expired() const {
    return watched_.expired == number_;
}

const std::string& Slice::expired_at() const {
    return watched_.expired_at;
}

std::chrono::nanoseconds Slice::used() const {
    // What the watchdog never saw lasted less than one look.
    auto seen = std::chrono::nanoseconds(watched_.used_ns) + Watchdog::interval;
    return std::min<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - started_, seen);
}

}  // namespace switchhook::script

#include "store/postgres_direct.hpp"

#include "store/postgres_schema.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace switchhook::store {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// How soon a wait notices that it is told to stop.
constexpr milliseconds stop_within{100};
constexpr milliseconds connect_every{500};

void sleep(std::stop_token stop, milliseconds time) {
    for (const auto until = SteadyClock::now() + time; !stop.stop_requested() && SteadyClock::now() < until;)
        std::this_thread::sleep_for(std::min(time, stop_within));
}

}  // namespace

PostgresDirect::PostgresDirect(const std::string& url, std::string what, std::string channel, core::Log& log)
    : what_(std::move(what)), channel_(std::move(channel)), log_(log), connection_(url), listening_(url) {
    try {
        migrate(connection_);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(std::string("cannot use the PostgreSQL database: ") + error.what());
    }
}

core::Result<PostgresRows> PostgresDirect::run(const PostgresQuery& query) {
    std::lock_guard lock(mutex_);
    for (bool again = false;; again = true) try {
            return connection_.run(query);
        } catch (const PostgresError& error) {
            if (error.connection_lost() && !again) continue;
            log_.error("the " + what_ + " cannot be reached", {{"why", error.what()}});
            return core::Error(core::Errc::unavailable);
        }
}

bool PostgresDirect::wait_for_change(std::stop_token stop, milliseconds longest) {
    const auto until = SteadyClock::now() + longest;
    while (!stop.stop_requested()) try {
            if (!listens_) {
                listening_.run_script("LISTEN " + channel_);
                listens_ = true;
                return true;  // nobody told of what came before
            }
            if (listening_.wait_for_notification(stop_within)) return true;
            if (SteadyClock::now() >= until) return false;
        } catch (const PostgresError& error) {
            if (std::exchange(listens_, false))
                log_.warn("the " + what_ + " cannot be watched: trying again", {{"why", error.what()}});
            listening_.disconnect();
            sleep(stop, connect_every);
            if (SteadyClock::now() >= until) return false;
        }
    return false;
}

}  // namespace switchhook::store

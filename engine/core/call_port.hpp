#pragma once

#include "core/ask.hpp"
#include "core/audio_leg.hpp"
#include "core/errc.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string_view>

namespace switchhook::core {

// Whether an ask of this kind gives the call away: its handler ends there, and nothing comes back for it.
inline bool leaves(std::string_view kind) {
    return kind == "hangup" || kind == "redirect" || kind == "reject" || kind == "leave";
}

// One call at a carrier, as its session sees it: performs what the flow asks of the caller.
//
// Kinds that only speak (say, play, pause, reply) are answered at once, also when nobody listens any more;
// kinds that need the caller are answered when the caller has acted, or with the reason "hung_up".
class CallPort {
public:
    virtual ~CallPort() = default;

    // REQUIRES: the last ask was answered.
    virtual boost::asio::awaitable<Answer> perform(const Ask& ask) = 0;

    // Leads the caller's audio to the engine, for this ask, and suspends until it flows. When the leg is closed the
    // call goes on with the next ask. Errc::closed where the caller is gone, unavailable where there is no audio to
    // connect. REQUIRES: the last ask was answered.
    virtual boost::asio::awaitable<Result<std::unique_ptr<AudioLeg>>> connect_audio(const Ask&) {
        co_return Errc::unavailable;
    }

    // Goes past an ask whose answer the journal has, while a call is rebuilt. What only speaks is performed instead.
    virtual void pass(const Ask&) {}

    // The flow is done with the caller: speaks what is still to be said, then hangs up.
    virtual void finish() = 0;

    // The caller is gone.
    virtual bool ended() const = 0;

    // Another engine leads the call from here on: what is asked of this port is answered with the reason "moved".
    virtual bool moved() const { return false; }

    // Suspends until ended() or moved().
    virtual boost::asio::awaitable<void> over() = 0;
};

}  // namespace switchhook::core

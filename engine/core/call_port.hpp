#pragma once

#include "core/ask.hpp"

#include <boost/asio/awaitable.hpp>

namespace switchhook::core {

// One call at a carrier, as its session sees it: performs what the flow asks of the caller.
//
// Kinds that only speak (say, play, pause, reply) are answered at once; kinds that need the caller
// are answered when the caller has acted. After the caller is gone every ask is answered with the
// reason "hung_up", and ended() is true.
class CallPort {
public:
    virtual ~CallPort() = default;

    // REQUIRES: the last ask was answered.
    virtual boost::asio::awaitable<Answer> perform(const Ask& ask) = 0;

    // Takes note of an ask that was answered before a restart, without doing it again.
    virtual void replay(const Ask& ask, const Answer& answer) = 0;

    // The flow is done with the caller: speaks what is still to be said, then hangs up.
    virtual void finish() = 0;

    virtual bool ended() const = 0;
};

}  // namespace switchhook::core

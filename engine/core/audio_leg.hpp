#pragma once

#include "core/audio_format.hpp"
#include "core/errc.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::core {

// How much of something said the caller has heard.
struct Heard {
    std::string item;                   // as it was given to AudioLeg::play
    std::chrono::milliseconds heard{};  // of it; 0 if it had not begun
    std::chrono::milliseconds sent{};   // of it to the carrier
};

// The audio of one call at a carrier, both ways. It keeps the ledger of what was sent and what was played, since only
// it knows what the carrier still holds. Lives on one executor.
class AudioLeg {
public:
    // The caller's voice in format(), without gaps: what the carrier left out is filled with silence.
    struct Audio {
        std::string bytes;
    };
    struct Digit {
        char digit;  // 0-9 * # A-D
    };
    // The caller has heard the last of an item that was ended.
    struct Played {
        std::string item;
    };
    // The carrier ended the stream: the caller hung up, or the call was taken elsewhere.
    struct Stopped {};
    using Event = std::variant<Audio, Digit, Played, Stopped>;

    virtual ~AudioLeg() = default;

    virtual AudioFormat format() const = 0;

    // The next thing that happens; one read at a time. After Stopped, and after close() or abort(): Errc::closed.
    // Errc::timed_out where the carrier fell silent, malformed where it does not keep to its protocol.
    virtual boost::asio::awaitable<Result<Event>> read() = 0;

    // Queues audio behind what is queued. `item` names what it is part of; an item's audio comes in one run.
    // Errc::overloaded where the carrier does not take it, closed.
    virtual Result<void> play(std::string_view item, std::string_view audio) = 0;
    // Nothing more of the item will come: Played follows when its last sound was heard.
    virtual Result<void> end_item(std::string_view item) = 0;

    // Silences what plays and drops what is queued. Gives every item that had not been played to its end, in order.
    virtual std::vector<Heard> clear() = 0;

    // How long the caller will still hear what is queued.
    virtual std::chrono::milliseconds queued() const = 0;

    // Ends the stream; the carrier then goes on with the call.
    virtual boost::asio::awaitable<void> close() = 0;
    // Ends it at once: a waiting read gives Errc::closed.
    virtual void abort() = 0;
};

}  // namespace switchhook::core

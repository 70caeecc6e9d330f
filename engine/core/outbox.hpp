#pragma once

#include "core/clock.hpp"
#include "core/errc.hpp"
#include "core/json.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace switchhook::core {

// Something that will be done for a business, at least once, whatever happens to the engine meanwhile.
struct Promise {
    std::string id;           // names it once and for all: the idempotency key that its receiver gets
    std::string business;     // the flow's name
    std::string kind;         // what delivers it: "http", "sms", "call_ended"
    std::string destination;  // whom it reaches: those of one business to one destination are delivered in order
    Json payload;             // as the kind wants it
    Time promised{};          // when it was made, or last given another chance by hand
    Time due{};               // it is not delivered before
    unsigned attempts = 0;    // that failed
    std::string reason = {};  // why the last one failed
    bool dead = false;        // given up: nothing happens to it but by hand
    bool begun = false;       // as claimed: an engine took it before, and never said what came of it
};

// Promises until they are kept. Every operation may suspend; none blocks the thread.
//
// Order holds among the waiting promises of one business to one destination: only the first of them can be claimed.
class Outbox {
public:
    template <class T>
    using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Outbox() = default;

    // Durable when it returns. A promise whose id was there before, kept or not, changes nothing.
    virtual Awaitable<void> promise(Promise promise) = 0;

    // Due promises, at most this many, oldest first, each the first to its destination. Nobody else is given them
    // until `until`, by when whoever took them has said what came of them, or renewed.
    virtual Awaitable<std::vector<Promise>> claim(Time now, Time until, std::size_t most) = 0;
    virtual Awaitable<void> renew(std::vector<std::string> ids, Time until) = 0;

    // It is kept. Its id is remembered until forget_kept().
    virtual Awaitable<void> done(std::string id) = 0;
    // This attempt failed. It and those behind it wait until `due`.
    virtual Awaitable<void> postpone(std::string id, Time due, std::string reason) = 0;
    // The last attempt failed: it is dead, and holds back no other.
    virtual Awaitable<void> bury(std::string id, std::string reason) = 0;

    struct Filter {
        bool dead = false;          // only those
        std::string business = {};  // only its; empty: all
        std::size_t most = 10'000;
    };
    // Waiting and dead ones, in the order in which they were made.
    virtual Awaitable<std::vector<Promise>> list(Filter filter) = 0;
    struct Counts {
        std::size_t waiting = 0;
        std::size_t dead = 0;
    };
    virtual Awaitable<Counts> count() = 0;

    // Another chance, now and with its whole time, for a dead or a waiting one. Errc::not_found.
    virtual Awaitable<void> retry(std::string id, Time now) = 0;
    // It will not be kept. Errc::not_found.
    virtual Awaitable<void> drop(std::string id) = 0;
    // Forgets those kept or dropped that were made before.
    virtual Awaitable<void> forget_kept(Time before) = 0;
};

}  // namespace switchhook::core

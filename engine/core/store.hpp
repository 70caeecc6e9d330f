#pragma once

#include "core/ask.hpp"
#include "core/call_info.hpp"
#include "core/errc.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::core {

// One answered ask of a call.
struct JournalEntry {
    std::string call;
    std::uint32_t seq = 0;  // 1, 2, 3… within the call
    std::string digest;     // Ask::digest()
    Answer answer;
};

// What is known of a call from its beginning to after its end. With its journal, it is all that rebuilding it takes.
// A text message that came in is kept as a call is.
struct CallRecord {
    CallInfo info;
    std::string flow;     // the business
    std::string version;  // of its flow, pinned for the whole call
    std::optional<Time> ended = {};
    std::string status = {};  // as the carrier says: "completed"; empty while the call goes on

    bool is_text() const { return !info.message.empty(); }
};

// A change of a value that happens only where its key holds what is expected.
struct Exchange {
    // An ask makes it once, however often it is performed.
    struct Once {
        std::string call;
        std::uint32_t seq = 0;  // of the ask
        Json outcome;           // what the ask then gives
    };

    std::optional<Json> expected = {};                       // nothing: the key is free
    std::optional<Json> value = {};                          // nothing: the key is deleted
    std::optional<std::chrono::milliseconds> lifetime = {};  // nothing: for ever
    std::optional<Once> once = {};
};

// Which calls are meant: those of which all of this holds.
struct CallFilter {
    std::string id = {};      // how it begins
    std::string flow = {};    // empty: any
    std::string number = {};  // that was called: E.164, or its last digits; empty: any
    std::string caller = {};  // likewise
    std::optional<bool> active = {};
    std::optional<bool> texts = {};  // text messages, or calls; nothing: both
    std::optional<Time> since = {};  // began then or later
    std::optional<Time> until = {};  // began before
    std::size_t most = 20;
};

// What outlives a call: calls and their journals, the versions of flows, and what a business keeps (`kv`).
// Every operation may suspend; none blocks the thread.
class Store {
public:
    template <class T>
    using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Store() = default;

    // Durable when it returns. Errc::already_answered if (call, seq) is there.
    virtual Awaitable<void> append(JournalEntry entry) = 0;

    // A call's entries by seq; empty for an unknown call.
    virtual Awaitable<std::vector<JournalEntry>> journal(std::string call) = 0;

    // A call begins. Durable when it returns. Errc::conflict if there is one of this id.
    virtual Awaitable<void> open_call(CallRecord call) = 0;
    virtual Awaitable<std::optional<CallRecord>> find_call(std::string id) = 0;
    // Those that the filter means, the newest first.
    virtual Awaitable<std::vector<CallRecord>> calls(CallFilter filter) = 0;
    // It is over; its journal stays until forget(). Errc::conflict if that was known, or there is no such call.
    virtual Awaitable<void> close_call(std::string id, Time ended, std::string status) = 0;
    // Forgets a call, its entries, its conversations, and what it exchanged once.
    virtual Awaitable<void> forget(std::string call) = 0;
    // Forgets calls that ended before, at most this many, and those that began more than a day before and were never
    // said to end. Gives their number: as many as `most` where there may be more. Values of `kv` that have expired go,
    // too.
    virtual Awaitable<std::size_t> prune(Time before, std::size_t most) = 0;

    // What was said so far in the conversation that the ask `seq` of a call opened, in place of what was kept of it
    // before. `transcript` as AgentPort::transcript() has it.
    virtual Awaitable<void> keep_conversation(std::string call, std::uint32_t seq, Json transcript) = 0;
    // The same, by seq.
    virtual Awaitable<std::map<std::uint32_t, Json>> conversations(std::string call) = 0;

    // Keeps a version of a flow with its sources, an object, under its content's hash; keeping it again changes
    // nothing.
    virtual Awaitable<void> keep_version(std::string flow, std::string version, Json sources) = 0;
    // Its sources, or nothing.
    virtual Awaitable<std::optional<Json>> find_version(std::string flow, std::string version) = 0;

    // A business's value under a key, or nothing: never set, deleted or expired.
    virtual Awaitable<std::optional<Json>> get(std::string business, std::string key) = 0;

    // Sets a value, for ever or for `lifetime`.
    virtual Awaitable<void> set(std::string business, std::string key, Json value,
                                std::optional<std::chrono::milliseconds> lifetime) = 0;

    // Errc::conflict if the key holds something else than is expected. Errc::already_answered, and nothing changes, if
    // it is an exchange that is made once and was; that is known until its call is forgotten.
    virtual Awaitable<void> exchange(std::string business, std::string key, Exchange exchange) = 0;
    // The outcome of a business's exchange that was made once, by this ask; or nothing.
    virtual Awaitable<std::optional<Json>> find_outcome(std::string business, std::string call, std::uint32_t seq) = 0;

    // Deletes a key; no error if it is not there.
    virtual Awaitable<void> remove(std::string business, std::string key) = 0;
};

}  // namespace switchhook::core

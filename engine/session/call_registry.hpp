#pragma once

#include "session/call_session.hpp"
#include "session/kept_call.hpp"
#include "session/message_session.hpp"
#include "twilio/call.hpp"
#include "twilio/message.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace switchhook::session {

// A call in progress.
struct ActiveCall {
    ActiveCall(core::CallInfo info, std::shared_ptr<const script::Live> live, std::string origin,
               twilio::Call::Timing timing, boost::asio::any_io_executor executor, Surroundings with)
        : port(info.id, std::move(origin), timing, with.clock, std::move(executor)),
          session(std::move(info), std::move(live), port, with) {}
    // One that another process has led so far.
    ActiveCall(KeptCall kept, std::optional<twilio::Call::Arrival> arrival, std::string origin,
               twilio::Call::Timing timing, boost::asio::any_io_executor executor, Surroundings with)
        : port(kept.record.info.id, std::move(origin), timing, with.clock, std::move(executor), std::move(arrival)),
          session(std::move(kept.record.info), std::move(kept.live), port, with, std::move(kept.past)) {}

    twilio::Call port;
    CallSession session;
    core::Time touched{};    // when the carrier was last heard of
    core::Time looked_up{};  // when the store was last asked about it
};

// A text message in progress, or answered a short while ago.
struct ActiveMessage {
    // `replied_to` as twilio::Message has it.
    ActiveMessage(KeptCall kept, twilio::Message::SendLater send_later, std::chrono::milliseconds reply_within,
                  boost::asio::any_io_executor executor, Surroundings with, std::optional<std::uint32_t> replied_to)
        : port(std::move(send_later), reply_within, with.clock, std::move(executor), replied_to),
          session(std::move(kept.record.info), std::move(kept.live), port, with, std::move(kept.past)) {}

    twilio::Message port;
    MessageSession session;
    core::Time touched{};
};

// The calls and messages of one worker. Not thread-safe: it is used on that worker only.
class CallRegistry {
public:
    std::shared_ptr<ActiveCall> find_call(const std::string& sid) const;
    std::shared_ptr<ActiveMessage> find_message(const std::string& sid) const;
    void add(std::shared_ptr<ActiveCall> call);
    void add(std::shared_ptr<ActiveMessage> message);

    // Forgets a call, but remembers for a while that it is over, unless another engine leads it.
    void remove(const ActiveCall& call, core::Time now);
    bool is_over(const std::string& sid) const { return over_.contains(sid); }

    // How long a call lives without a word from the carrier.
    struct Lifetime {
        std::chrono::milliseconds under_way;
        std::chrono::milliseconds done;  // once its last document was fetched
    };
    // Ends the calls that have nothing more to do, and forgets what a repeated webhook can no longer ask for. Gives
    // those whose time is up though they were still under way: they are to be closed as expired.
    std::vector<std::shared_ptr<ActiveCall>> sweep(core::Time now, Lifetime lifetime);

    // Calls of which nothing was heard here for so long: another engine may have led them to their end. Each is given
    // once in that time.
    std::vector<std::shared_ptr<ActiveCall>> quiet(core::Time now, std::chrono::milliseconds time) const;

    std::size_t size() const { return calls_.size(); }
    // Calls by number and version.
    std::map<std::pair<std::string, std::string>, std::size_t> count() const;

private:
    std::unordered_map<std::string, std::shared_ptr<ActiveCall>> calls_;
    std::unordered_map<std::string, std::shared_ptr<ActiveMessage>> messages_;
    std::unordered_map<std::string, core::Time> over_;
};

}  // namespace switchhook::session

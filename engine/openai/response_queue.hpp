#pragma once

#include "core/json.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace switchhook::openai {

using Moment = std::chrono::steady_clock::time_point;

// One response at a time: a session refuses to begin one while another is under way. What is asked for meanwhile waits.
//
//     idle -> create_requested -> active -> (cancel_requested ->) idle
//
// With turn detection the server begins responses of its own, at any time.
class ResponseQueue {
public:
    enum class Purpose { reply, say, greeting };
    enum class State { idle, create_requested, active, cancel_requested };

    struct Request {
        Purpose purpose = Purpose::reply;
        core::Json response = nullptr;  // of response.create; null for none
        bool again = false;             // it has failed once
        Moment not_before{};
    };

    void add(Request request) { waiting_.push_back(std::move(request)); }
    // A reply that is not needed any more, since another one comes.
    void drop_replies();
    bool wants_reply() const;
    bool next_is_reply() const { return !waiting_.empty() && waiting_.front().purpose == Purpose::reply; }

    State state() const { return state_; }
    // Nothing is under way, asked for or waiting.
    bool empty() const { return state_ == State::idle && waiting_.empty(); }
    bool under_way() const { return state_ != State::idle; }
    const std::string& active() const { return active_; }
    // Whether the response under way is one that was asked for here, and what for.
    std::optional<Purpose> purpose() const;

    // The response.create to send now, if any.
    std::optional<core::Json> next(Moment now);
    // When to ask for the next one, if one waits for its time only.
    std::optional<Moment> next_due() const;

    // response.created. Gives a response.cancel if it was no longer wanted.
    std::optional<core::Json> created(std::string_view id);
    // response.done: the request that led to it; none where the server began it.
    std::optional<Request> done(std::string_view id);
    // An error about our event: the request that it refused, if it was one.
    std::optional<Request> refused(std::string_view event_id);
    // Tries a request again, before all others.
    void retry(Request request, Moment not_before);
    // The response.cancel to send now, if any; one that has not begun yet is cancelled when it does.
    std::optional<core::Json> cancel();
    // The session is gone: what was under way has ended, what waits or had not begun stays.
    void reset();

private:
    State state_ = State::idle;
    std::deque<Request> waiting_;
    std::optional<Request> current_;
    std::string event_id_;  // of the response.create under way
    std::string active_;    // the response's id
    bool cancel_when_created_ = false;
    unsigned sent_ = 0;
};

}  // namespace switchhook::openai

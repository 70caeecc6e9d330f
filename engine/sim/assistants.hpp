#pragma once

#include "core/ask.hpp"
#include "net/http.hpp"
#include "sim/model_talk.hpp"
#include "sim/realtime_model.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

namespace switchhook::sim {

// Those who play a simulated model, and the conversations that they have. A script takes a seat, and gets the next
// conversation that begins, or the oldest that nobody has taken yet; from then on it says what the model does.
// For one thread, and for as long as a script that is under way holds it.
class Assistants : public std::enable_shared_from_this<Assistants> {
public:
    using milliseconds = std::chrono::milliseconds;

    struct Options {
        bool tones = true;                    // instead of espeak-ng's voice
        milliseconds patience{10'000};        // for which a word waits for the other side
        std::function<void()> on_taken = {};  // a seat got its conversation
        // Plays every conversation in the place of seats.
        std::function<void(std::shared_ptr<ModelTalk>)> plays = {};
    };
    Assistants(boost::asio::any_io_executor executor, Options options)
        : executor_(std::move(executor)), options_(std::move(options)) {}

    // What a seat that waits does before it lets a conversation begin: waits, or refuses (OpenAI's error as a reply).
    boost::asio::awaitable<std::optional<net::Response>> admit();
    // How the model of the next conversation is to be.
    RealtimeModel::Options model_options() const;
    // A conversation has begun.
    void take(std::shared_ptr<ModelTalk> talk);

    // Nobody plays an assistant any more: its conversation is left, and if it has none it gets none.
    void leave(std::uint64_t assistant);

    // What a script wants of an assistant: the words of scripts/assistant.lua, kinds that begin with "assistant.".
    boost::asio::awaitable<core::Answer> perform(core::Ask ask);

private:
    struct Seat {
        explicit Seat(boost::asio::any_io_executor executor) : changed(executor) {}

        std::uint64_t id = 0;
        RealtimeModel::Options model;
        milliseconds accepts_after{};
        int refuses_with = 0;  // an HTTP status…
        int refusals = 0;      // …for so many connections
        std::shared_ptr<ModelTalk> talk;
        bool expects_return = false;              // the connection was dropped, and is to be made anew
        boost::asio::steady_timer changed;        // cancelled when something has
        std::deque<std::string> complaints = {};  // of the model about what it was sent
    };

    core::Answer sit(const core::Json& options);
    Seat* waiting();
    const Seat* waiting() const;
    Seat* find(const core::Json& options);
    void give(Seat& seat, std::shared_ptr<ModelTalk> talk);
    // True once `check` is, false where that takes too long.
    boost::asio::awaitable<bool> wait(Seat& seat, std::function<bool()> check);
    static std::string state_of(const Seat& seat);

    boost::asio::awaitable<core::Answer> hear(Seat& seat);
    boost::asio::awaitable<core::Answer> say(Seat& seat, core::Json options);
    static std::string add_uses(Seat& seat, const core::Json& options, std::vector<RealtimeOutput>& outputs);
    boost::asio::awaitable<core::Answer> use(Seat& seat, core::Json options);
    boost::asio::awaitable<core::Answer> learn(Seat& seat);
    boost::asio::awaitable<core::Answer> notice_interruption(Seat& seat);
    boost::asio::awaitable<core::Answer> refuse(Seat& seat, core::Json options);
    boost::asio::awaitable<core::Answer> expect(Seat& seat, core::Json options);
    core::Answer disturb(Seat& seat, const std::string& kind, const core::Json& options);

    boost::asio::any_io_executor executor_;
    Options options_;
    std::list<Seat> seats_;
    std::deque<std::shared_ptr<ModelTalk>> unclaimed_;
    std::uint64_t count_ = 0;
};

}  // namespace switchhook::sim

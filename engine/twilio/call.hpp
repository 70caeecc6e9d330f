#pragma once

#include "core/call_port.hpp"
#include "core/clock.hpp"
#include "core/event.hpp"
#include "twilio/call_urls.hpp"
#include "twilio/media_stream.hpp"
#include "twilio/webhook.hpp"
#include "twiml/document.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::twilio {

// One call at Twilio: what the flow asks of the caller becomes TwiML, what the caller does comes back by webhook.
//
// Every webhook of a call belongs to a turn: the first is turn 0, and the document that answers turn n leads Twilio
// to turn n + 1. A turn that comes again gets the same document again and changes nothing. While the flow is busy
// elsewhere, the caller is kept on the line: first with what the flow has said so far, then with a short pause, both
// followed by a redirect to the next turn.
//
// What leads Twilio to the next turn also names the step: the last ask that it was given. With that, and with the
// answers that were journaled, a call goes on in another process at the turn that Twilio asks for: what the caller has
// heard is not said again.
//
// The caller's audio comes over a WebSocket, at /twilio/stream/<CallSid>. Once that is closed, by either side, Twilio
// goes on to the next turn.
//
// Lives on one executor.
class Call final : public core::CallPort {
public:
    struct Timing {
        std::chrono::milliseconds speak_after{400};      // how long what was said waits for what follows it
        std::chrono::milliseconds reply_within{12'000};  // Twilio gives up after 15 s
        // How long the end of a recording, a dial or a queue is waited for after the news that the call is over.
        std::chrono::milliseconds outcome_within{2'000};
        // From the moment Twilio has fetched the document that connects the caller's audio until its socket is here.
        std::chrono::milliseconds stream_within{10'000};
    };

    // Where a call goes on that another process has led so far.
    struct Arrival {
        unsigned turn = 0;       // that its webhook asks for
        std::uint32_t step = 0;  // the last ask that Twilio was given
        Webhook webhook;
    };

    // `origin`: the engine's public address, as "https://voice.example.com". With an arrival, the session first passes
    // or performs again every ask up to its step.
    Call(std::string sid, std::string origin, Timing timing, const core::Clock& clock,
         boost::asio::any_io_executor executor, std::optional<Arrival> arrival = {});

    // The caller's audio is to come here, where that is not `origin`. An origin as "https://voice-1.example.com".
    void bring_audio_to(std::string origin) { urls_.bring_audio_to(std::move(origin)); }

    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask) override;
    // Errc::unavailable where Twilio goes on without having connected, or does not connect in time; too_large where
    // what was said before leaves no room in the document.
    boost::asio::awaitable<core::Result<std::unique_ptr<core::AudioLeg>>> connect_audio(const core::Ask& ask) override;
    void pass(const core::Ask& ask) override;
    void finish() override;
    bool ended() const override { return ended_; }
    // Twilio has the call's last document: it only plays that to its end, or has left for another server.
    bool done() const { return left_ && published_ && !complete_; }
    boost::asio::awaitable<void> over() override;

    struct Reply {
        std::string document;
        bool repeated = false;      // the turn had come before
        bool kept_waiting = false;  // the flow was not ready: what it has said so far, and a redirect
        bool moved = false;         // abandon() came between: there is no document
    };

    // Takes the webhook of a turn, and gives the document that answers it.
    boost::asio::awaitable<Reply> turn(unsigned number, Webhook webhook);

    // Whether a webhook of this turn and step can follow from what was said here. If not, another engine has led the
    // call meanwhile.
    bool knows(unsigned turn, std::uint32_t step) const;

    // Another engine leads the call: every ask is answered with the reason "moved", and no webhook from here.
    void abandon();
    bool moved() const override { return abandoned_; }

    // What the one called by the dial in progress hears before being connected; `target` counts the dial's targets
    // from 0. An empty document where nothing was asked for.
    std::string whisper(std::size_t target) const;
    // The same, of any dial.
    static std::string whisper(const core::Ask& dial, std::size_t target);

    // Brings a media stream to the connect_audio() that waits for it. False where none does, or where it is not this
    // call's, or does not bear the token that was given for it: each is good for one stream in one turn.
    bool attach(const std::shared_ptr<MediaStream>& stream);

    // Twilio says that the call is over.
    void end();

private:
    core::Answer append(const core::Ask& ask);
    core::Answer hung_up() const { return core::Answer::nothing("hung_up", clock_.now()); }
    core::Answer left_to_another() const { return core::Answer::nothing("moved", clock_.now()); }
    bool was_given(const core::Ask& ask) const { return ask.seq != 0 && ask.seq <= given_; }
    std::optional<core::Answer> arrive(const core::Ask& ask);
    void note_step(const core::Ask& ask);
    std::string continuation() const { return urls_.continuation(document_turn() + 1, step_); }
    unsigned document_turn() const { return published_ ? current_ + 1 : current_; }
    void take(unsigned number, const Webhook& webhook);
    void answer(core::Answer answer);
    void expect_outcome();
    void expect_stream();
    void settle_stream(core::Result<std::unique_ptr<core::AudioLeg>> result);
    void complete();
    void publish(bool kept_waiting);
    void keep_waiting();
    boost::asio::awaitable<void> wait_for_publication();
    void wake_webhooks();

    const std::string sid_;
    CallUrls urls_;
    const Timing timing_;
    const core::Clock& clock_;
    boost::asio::any_io_executor executor_;

    twiml::Document document_;        // being built; it answers document_turn()
    bool complete_ = false;           // nothing more can be said in it; it waits for its webhook
    bool left_ = false;               // the last document of the call is complete
    std::uint32_t step_ = 0;          // the last ask in it, or before it
    std::uint32_t reply_step_ = 0;    // as step_, of the last document that was published
    std::uint32_t given_ = 0;         // up to here Twilio had been given everything when the call arrived
    std::optional<Webhook> arrived_;  // until the ask that it answers has come
    bool abandoned_ = false;
    unsigned current_ = 0;    // the newest turn that came
    bool started_ = false;    // turn 0 has come
    bool published_ = false;  // the current turn was answered
    std::string reply_;       // by this
    bool kept_waiting_ = false;
    std::vector<boost::asio::steady_timer*> webhooks_;  // of those that wait for the reply

    const core::Ask* pending_ = nullptr;  // needs the caller; held by the perform() that waits for the answer
    unsigned pending_turn_ = 0;           // the turn whose webhook answers it
    std::optional<core::Answer> answer_;
    core::Event answered_;
    boost::asio::steady_timer outcome_;  // runs while a pending ask may be answered though the call is over

    std::string token_;         // of the stream that is waited for; empty: none is
    unsigned stream_turn_ = 0;  // the turn in which Twilio is done with it
    std::optional<core::Result<std::unique_ptr<core::AudioLeg>>> stream_;
    core::Event stream_settled_;
    boost::asio::steady_timer stream_limit_;

    bool ended_ = false;
    core::Event end_;
};

}  // namespace switchhook::twilio

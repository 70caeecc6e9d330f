#pragma once

#include "audio/converter.hpp"
#include "core/agent_port.hpp"
#include "core/audio_leg.hpp"
#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "core/queue.hpp"
#include "session/waiting_sound.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace switchhook::session {

// Pumps voice between a caller and a model, both ways, and lets the caller interrupt. What has nothing to do with
// sound it hands on as signals.
//
// It pumps by itself once connect() was called, whether or not anybody takes the signals. Lives on one executor.
class Bridge : public std::enable_shared_from_this<Bridge> {
public:
    struct CallerGone {};
    // The carrier's side broke; the call itself may go on.
    struct LineBroken {
        core::Error error;
    };
    // The model began to speak after it had been silent.
    struct AssistantSpeaks {};
    using Signal = std::variant<core::AgentPort::ToolCall, core::AgentPort::CallerSpeaks, core::AgentPort::CallerPauses,
                                core::AgentPort::Interrupted, core::AgentPort::Idle, core::AgentPort::Failed,
                                core::AudioLeg::Digit, AssistantSpeaks, CallerGone, LineBroken>;

    Bridge(std::unique_ptr<core::AgentPort> agent, const core::Clock& clock, core::Metrics& metrics,
           boost::asio::any_io_executor executor);

    // Begins to listen to the model, which may fail before the caller is connected.
    void start();
    // The caller is on the line: from now on both hear each other.
    void connect(std::unique_ptr<core::AudioLeg> leg);

    // The next signal; nothing once it is `until`, or where it is worth looking at queued() again.
    boost::asio::awaitable<std::optional<Signal>> next(core::Time until);
    // While muted, the model hears silence in place of the caller.
    void mute(bool muted) { muted_ = muted; }

    // The caller hears this sound where nobody speaks, until end_wait(): never over a voice, and not where the wait is
    // over soon. REQUIRES: connect() was called.
    void fill_wait(std::string_view sound);
    void end_wait();

    core::AgentPort& agent() { return *agent_; }
    const boost::asio::any_io_executor& executor() const { return executor_; }
    // How long the caller will still hear what is queued.
    std::chrono::milliseconds queued() const;

    // Ends both sides; the carrier goes on with the call.
    boost::asio::awaitable<void> end();

private:
    boost::asio::awaitable<void> hear_model();
    boost::asio::awaitable<void> hear_caller();
    void take(core::AgentPort::Event event);
    void speak(const core::AgentPort::Speech& speech);
    void finish_item(const std::string& item);
    void interrupt();
    void hear(core::AudioLeg::Audio audio);
    void note_latency();
    void follow_formats();
    boost::asio::awaitable<void> play_while_waiting(WaitingSound sound, unsigned wait);
    void end_sound();
    void signal(Signal signal);

    std::unique_ptr<core::AgentPort> agent_;
    std::unique_ptr<core::AudioLeg> leg_;
    const core::Clock& clock_;
    core::Metrics& metrics_;
    boost::asio::any_io_executor executor_;

    core::AudioFormat model_format_;
    std::optional<audio::Converter> to_caller_;
    std::optional<audio::Converter> to_model_;
    bool muted_ = false;
    bool speaking_ = false;
    bool in_item_ = false;  // of which more speech is to come
    bool caller_speaks_ = false;
    unsigned waits_ = 0;      // begun or ended
    std::string sound_item_;  // of a waiting sound that is played; empty: none is
    unsigned sounds_ = 0;
    std::optional<std::chrono::steady_clock::time_point> caller_paused_;  // and no answer was heard yet

    core::Queue<Signal> signals_;
    boost::asio::steady_timer waiting_;  // of next()
};

}  // namespace switchhook::session

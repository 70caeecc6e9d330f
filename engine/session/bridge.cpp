#include "session/bridge.hpp"

#include "audio/g711.hpp"
#include "core/overloaded.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::AgentPort;
using core::AudioLeg;
using namespace std::chrono_literals;

constexpr auto short_wait = 600ms;  // without a sound
constexpr auto sound_piece = 100ms;
constexpr auto sound_ahead = 60ms;  // queued: more than an event loop is late, and soon over
constexpr auto look_every = 40ms;

// No item of the model's is called so, and it hears nothing of ours.
constexpr std::string_view sound_items = "waiting_sound_";

bool is_sound(std::string_view item) {
    return item.starts_with(sound_items);
}

}  // namespace

Bridge::Bridge(std::unique_ptr<AgentPort> agent, const core::Clock& clock, core::Metrics& metrics,
               asio::any_io_executor executor)
    : agent_(std::move(agent)),
      clock_(clock),
      metrics_(metrics),
      executor_(std::move(executor)),
      model_format_(agent_->format()),
      waiting_(executor_) {}

void Bridge::start() {
    asio::co_spawn(executor_, hear_model(), asio::detached);
}

void Bridge::connect(std::unique_ptr<AudioLeg> leg) {
    leg_ = std::move(leg);
    follow_formats();
    asio::co_spawn(executor_, hear_caller(), asio::detached);
}

asio::awaitable<void> Bridge::hear_model() {
    auto self = shared_from_this();
    for (;;) {
        auto event = co_await agent_->read();
        if (!event) break;
        take(std::move(*event));
    }
    signal(AgentPort::Failed{"closed", "the model ended the conversation"});
}

asio::awaitable<void> Bridge::hear_caller() {
    auto self = shared_from_this();
    for (;;) {
        auto event = co_await leg_->read();
        if (!event) {
            signal(LineBroken{event.error()});
            co_return;
        }
        if (auto* audio = std::get_if<AudioLeg::Audio>(&*event)) {
            hear(std::move(*audio));
        } else if (auto* digit = std::get_if<AudioLeg::Digit>(&*event)) {
            signal(*digit);
        } else if (auto* played = std::get_if<AudioLeg::Played>(&*event)) {
            if (!is_sound(played->item)) agent_->was_played(played->item);
            waiting_.cancel();
        } else {
            signal(CallerGone{});
            co_return;
        }
    }
}

void Bridge::hear(AudioLeg::Audio audio) {
    follow_formats();
    if (muted_) audio.bytes.assign(audio.bytes.size(), audio::silence_byte(leg_->format().encoding));
    agent_->hear(to_model_->convert(audio.bytes));
}

void Bridge::take(AgentPort::Event event) {
    std::visit(core::Overloaded{
                   [this](AgentPort::Speech&& speech) { speak(speech); },
                   [this](AgentPort::SpeechDone&& done) { finish_item(done.item); },
                   [this](AgentPort::Interrupted&&) { interrupt(); },
                   [this](AgentPort::CallerSpeaks&& speaks) {
                       caller_speaks_ = true;
                       signal(speaks);
                   },
                   [this](AgentPort::CallerPauses&& pauses) {
                       caller_speaks_ = false;
                       caller_paused_ = std::chrono::steady_clock::now();
                       signal(pauses);
                   },
                   [this](AgentPort::Idle&& idle) {
                       speaking_ = false;
                       signal(idle);
                   },
                   [this](auto&& other) { signal(std::forward<decltype(other)>(other)); },
               },
               std::move(event));
}

void Bridge::speak(const AgentPort::Speech& speech) {
    if (!leg_) return;  // it is not asked to speak before
    note_latency();
    if (!std::exchange(speaking_, true)) signal(AssistantSpeaks{});
    end_sound();
    in_item_ = true;
    follow_formats();
    auto played = leg_->play(speech.item, to_caller_->convert(speech.audio));
    if (!played) signal(LineBroken{played.error()});
}

void Bridge::finish_item(const std::string& item) {
    in_item_ = false;
    if (!leg_) return;
    auto rest = to_caller_->flush();
    if (!rest.empty()) leg_->play(item, rest);
    leg_->end_item(item);
}

void Bridge::interrupt() {
    in_item_ = false;
    if (leg_) {
        auto heard = leg_->clear();
        std::erase_if(heard, [](const core::Heard& one) { return is_sound(one.item); });
        sound_item_.clear();
        agent_->was_heard(heard);
        to_caller_->flush();
    }
    signal(AgentPort::Interrupted{});
}

// From the caller's last word, as the model noticed it, to the first sound of the answer.
void Bridge::note_latency() {
    if (!caller_paused_) return;
    std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - *caller_paused_;
    metrics_.audio_latency_ms.Observe(took.count());
    caller_paused_.reset();
}

// A model may turn out to speak another format than it was asked for.
void Bridge::follow_formats() {
    if (to_caller_ && agent_->format() == model_format_) return;
    model_format_ = agent_->format();
    to_caller_.emplace(model_format_, leg_->format());
    to_model_.emplace(leg_->format(), model_format_);
}

void Bridge::fill_wait(std::string_view sound) {
    end_wait();
    asio::co_spawn(executor_, play_while_waiting(WaitingSound(sound, leg_->format()), waits_), asio::detached);
}

void Bridge::end_wait() {
    ++waits_;
    end_sound();
}

// Little is queued at a time: who speaks next is not kept waiting by it.
asio::awaitable<void> Bridge::play_while_waiting(WaitingSound sound, unsigned wait) {
    auto self = shared_from_this();
    asio::steady_timer timer(executor_, short_wait);
    for (;;) {
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (wait != waits_) co_return;
        timer.expires_after(look_every);
        if (in_item_ || caller_speaks_ || leg_->queued() > sound_ahead) continue;
        if (sound_item_.empty()) sound_item_ = std::string(sound_items) + std::to_string(++sounds_);
        if (!leg_->play(sound_item_, sound.next(sound_piece))) co_return;
    }
}

void Bridge::end_sound() {
    if (!sound_item_.empty()) leg_->end_item(std::exchange(sound_item_, {}));
}

void Bridge::signal(Signal signal) {
    signals_.push(std::move(signal));
    waiting_.cancel();
}

asio::awaitable<std::optional<Bridge::Signal>> Bridge::next(core::Time until) {
    if (signals_.empty()) {
        auto now = clock_.now();
        if (until == core::Time::max())
            waiting_.expires_at(asio::steady_timer::time_point::max());
        else
            waiting_.expires_after(std::max(until - now, core::Time::duration::zero()));
        co_await waiting_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (signals_.empty()) co_return std::nullopt;
    co_return signals_.pop();
}

std::chrono::milliseconds Bridge::queued() const {
    return leg_ ? leg_->queued() : std::chrono::milliseconds::zero();
}

asio::awaitable<void> Bridge::end() {
    auto self = shared_from_this();
    end_wait();
    agent_->close();
    if (leg_) co_await leg_->close();
}

}  // namespace switchhook::session

#include "sim/twiml_player.hpp"

#include "sim/player_state.hpp"
#include "sim/url.hpp"

#include <utility>

namespace switchhook::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

TwimlPlayer::TwimlPlayer(Options options, std::shared_ptr<Sids> sids) : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    state_->sids = std::move(sids);
}
TwimlPlayer::TwimlPlayer(TwimlPlayer&&) noexcept = default;
TwimlPlayer::~TwimlPlayer() = default;

void TwimlPlayer::start(const std::string& url, const std::string& method) {
    state_->inner.reset();
    auto to = resolve_url({}, url);
    if (!to) return state_->refuse({11100, "not a URL: " + url});
    state_->fetch(*to, method == "GET" ? "GET" : "POST");
}

void TwimlPlayer::start_with(const std::string& twiml) {
    state_->inner.reset();
    state_->arrive(read_twiml(twiml), {});
}

const Need& TwimlPlayer::need() const {
    return state_->need;
}

std::vector<CallEvent> TwimlPlayer::take_events() {
    return std::exchange(state_->events, {});
}

std::vector<Fetch> TwimlPlayer::take_callbacks() {
    return std::exchange(state_->callbacks, {});
}

milliseconds TwimlPlayer::elapsed() const {
    return state_->elapsed;
}

void TwimlPlayer::let_pass(milliseconds time) {
    state_->elapsed += time;
}

bool TwimlPlayer::arrived(const Reply& reply) {
    auto* fetch = std::get_if<Fetch>(&state_->need);
    if (!fetch) return false;
    if (state_->inner) {
        state_->inner->arrived(reply);
        state_->take_from_inner();
        return true;
    }
    auto url = fetch->url;
    state_->arrive(read_reply(reply, url), url);
    return true;
}

bool TwimlPlayer::failed(int code, const std::string& what) {
    if (!std::holds_alternative<Fetch>(state_->need)) return false;
    if (state_->inner) {
        state_->inner->failed(code, what);
        state_->take_from_inner();
        return true;
    }
    state_->refuse({code, what});
    return true;
}

bool TwimlPlayer::press(const std::string& keys) {
    if (!state_->inner) return state_->press(keys);
    bool taken = state_->inner->press(keys);
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::speak(const std::string& words, double confidence) {
    if (!state_->inner) return state_->speak(words, confidence);
    bool taken = state_->inner->speak(words, confidence);
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::stay_silent() {
    if (!state_->inner) return state_->stay_silent();
    bool taken = state_->inner->stay_silent();
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::record(seconds length, const std::string& key) {
    if (!state_->inner) return state_->record(length, key);
    bool taken = state_->inner->record(length, key);
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::callee(std::size_t index, const std::string& outcome) {
    return state_->callee(index, outcome);
}

bool TwimlPlayer::bridge_ends(seconds after) {
    return state_->bridge_ends(after);
}

bool TwimlPlayer::leave_queue(const std::string& result, seconds after) {
    return state_->leave_queue(result, after);
}

bool TwimlPlayer::stream_ends(int code, const std::string& what) {
    if (!std::holds_alternative<Streaming>(state_->need)) return false;
    state_->stream_over(code, what);
    return true;
}

bool TwimlPlayer::refer_ends(const std::string& status) {
    if (!std::holds_alternative<Referring>(state_->need)) return false;
    state_->over({{"ReferCallStatus", status}});
    return true;
}

bool TwimlPlayer::hang_up() {
    return state_->hang_up();
}

void TwimlPlayer::end(const std::string& status) {
    state_->inner.reset();
    state_->emit({.kind = CallEvent::Kind::hung_up, .text = "flow"});
    state_->need = Ended{status};
}

}  // namespace switchhook::sim

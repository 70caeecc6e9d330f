#include "sim/player_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace switchhook::sim {

void TwimlPlayer::State::start_inner(Role inner_role, const std::string& to, const std::string& method, Params params) {
    inner = std::make_unique<TwimlPlayer>(Options{{}, {}, options.recordings_url}, sids);
    inner->state_->role = inner_role;
    inner->state_->answered = true;
    inner->state_->fetch(to, method, std::move(params));
    take_from_inner();
}

void TwimlPlayer::State::take_from_inner() {
    auto& state = *inner->state_;
    for (auto& event : state.events) emit(std::move(event));
    state.events.clear();
    std::move(state.callbacks.begin(), state.callbacks.end(), std::back_inserter(callbacks));
    state.callbacks.clear();
    need = state.need;
    bool whisper = state.role == Role::whisper;
    if (auto* request = std::get_if<Fetch>(&need); request && whisper) request->call_sid = bridged.sid;
    if (auto* ended = std::get_if<Ended>(&need)) inner_ended(ended->status, whisper);
}

void TwimlPlayer::State::inner_ended(std::string how, bool whisper) {
    inner.reset();
    if (whisper && how == "connect") return connect(bridged);
    if (whisper) return dial_over("completed", bridged, seconds(0), false);
    need = Queued{one_line(verb.text().get())};
    if (how == "leave") {
        emit({.kind = Kind::leaves_queue, .text = "leave"});
        over(queue_result("leave"));
    } else if (how != "again") {
        need = Ended{"completed"};
    }
}

}  // namespace switchhook::sim

#include "sim/player_state.hpp"
#include "sim/url.hpp"

namespace switchhook::sim {
namespace {

std::string in_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

}  // namespace

bool TwimlPlayer::State::enqueue() {
    queue_sid = sids->make("QU");
    emit({.kind = Kind::queued, .text = one_line(verb.text().get())});
    start_waiting();
    return true;
}

void TwimlPlayer::State::start_waiting() {
    need = Queued{one_line(verb.text().get())};
    std::string wait = verb.attribute("waitUrl").value();
    if (wait.empty()) return;
    auto to = resolve_url(url, wait);
    if (!to) return refuse({11100, "waitUrl is not a URL: " + wait});
    start_inner(Role::wait, *to, method_attribute(verb, "waitUrlMethod"),
                {{"QueueSid", queue_sid},
                 {"QueuePosition", "1"},
                 {"QueueTime", in_seconds(elapsed - step_began)},
                 {"AvgQueueTime", "0"},
                 {"CurrentQueueSize", "1"},
                 {"MaxQueueSize", std::to_string(number_attribute(verb, "maxQueueSize", 100, 1))}});
}

Params TwimlPlayer::State::queue_result(const std::string& result) {
    return {{"QueueResult", result}, {"QueueSid", queue_sid}, {"QueueTime", in_seconds(elapsed - step_began)}};
}

bool TwimlPlayer::State::leave_queue(const std::string& result, seconds after) {
    bool in_queue = std::holds_alternative<Queued>(need) || (inner && inner->state_->role == Role::wait);
    if (!in_queue) return false;
    inner.reset();
    emit({.kind = Kind::leaves_queue, .text = result, .duration = after});
    over(queue_result(result));
    return true;
}

bool TwimlPlayer::State::leave() {
    if (role != Role::wait) return false;
    need = Ended{"leave"};
    return true;
}

}  // namespace switchhook::sim

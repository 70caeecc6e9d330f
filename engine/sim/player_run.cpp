#include "sim/player_state.hpp"
#include "sim/url.hpp"

#include <utility>

namespace switchhook::sim {
namespace {

constexpr auto apology = "We are sorry, an application error has occurred. Goodbye.";

}  // namespace

void TwimlPlayer::State::emit(CallEvent event) {
    elapsed += event.duration;
    if (role == Role::whisper) event.party = Party::callee;
    events.push_back(std::move(event));
}

void TwimlPlayer::State::fetch(const std::string& to, const std::string& method, Params params) {
    need = Fetch{to, method, std::move(params), {}};
}

void TwimlPlayer::State::fetch_action(Params params) {
    auto to = resolve_url(url, verb.attribute("action").value());
    if (!to) return refuse({11100, "the action of <" + std::string(verb.name()) + "> must be an absolute URL here"});
    fetch(*to, method_attribute(verb, "method"), std::move(params));
}

void TwimlPlayer::State::over(Params params) {
    if (verb.attribute("action") && *verb.attribute("action").value() != '\0') return fetch_action(std::move(params));
    run();
}

void TwimlPlayer::State::call_back(pugi::xml_node from, const char* attribute, Params params) {
    if (!from.attribute(attribute)) return;
    auto to = resolve_url(url, from.attribute(attribute).value());
    auto method = method_attribute(from, (std::string(attribute) + "Method").c_str());
    if (to) callbacks.push_back(Fetch{*to, method, std::move(params), {}});
}

void TwimlPlayer::State::last_action(Params params) {
    if (!verb.attribute("action") && std::string_view(verb.name()) != "Record") return;
    params.emplace_back("CallStatus", "completed");
    if (auto to = resolve_url(url, verb.attribute("action").value()))
        callbacks.push_back(Fetch{*to, method_attribute(verb, "method"), std::move(params), {}});
}

void TwimlPlayer::State::arrive(std::variant<TwimlDocument, TwimlProblem> reply, const std::string& from) {
    if (auto* problem = std::get_if<TwimlProblem>(&reply)) return refuse(std::move(*problem));
    auto& read = std::get<TwimlDocument>(reply);
    for (auto& warning : read.warnings) emit({.kind = Kind::warning, .text = warning.what, .code = warning.code});
    document = read.xml;
    url = from;
    next = read.response().first_child();
    run();
}

void TwimlPlayer::State::refuse(TwimlProblem problem) {
    emit({.kind = Kind::error, .text = problem.what, .code = problem.code});
    inner.reset();
    if (!in_fallback && !options.fallback_url.empty()) {
        in_fallback = true;
        auto at = std::holds_alternative<Fetch>(need) ? std::get<Fetch>(need).url : url;
        return fetch(options.fallback_url, options.fallback_method,
                     {{"ErrorCode", std::to_string(problem.code)}, {"ErrorUrl", at}});
    }
    emit({.kind = Kind::says, .text = apology, .duration = per_character * 57});
    hang_up_call("carrier");
}

void TwimlPlayer::State::run() {
    step_began = elapsed;
    while (next) {
        verb = next;
        next = verb.next_sibling();
        if (verb.type() != pugi::node_element) continue;
        if (execute(verb.name())) return;
    }
    if (role == Role::whisper)
        need = Ended{"connect"};
    else if (role == Role::wait)
        need = Ended{"again"};
    else
        hang_up_call("flow");
}

void TwimlPlayer::State::hang_up_call(const std::string& by) {
    emit({.kind = Kind::hung_up, .text = by});
    need = Ended{"completed"};
}

bool TwimlPlayer::State::execute(std::string_view name) {
    if (speak_verb(verb)) {
        answered = answered || name != "Pause";
        return false;
    }
    bool first = !answered;
    answered = true;
    if (name == "Gather") return gather();
    if (name == "Record") return start_recording();
    if (name == "Dial") return dial();
    if (name == "Enqueue") return enqueue();
    if (name == "Redirect") return redirect();
    if (name == "Reject") return reject(first);
    if (name == "Hangup") return hang_up_call("flow"), true;
    if (name == "Leave") return leave();
    if (name == "Refer") return refer();
    if (name == "Connect") return connect_stream();
    if (name == "Start") return start_stream();
    if (name == "Sms") return send_sms();
    if (name == "Pay")
        emit({.kind = Kind::warning, .text = "the simulator takes no payments: <Pay> is skipped", .code = 12400});
    return false;  // <Stop>, <Echo>, and what the rules have warned of already
}

bool TwimlPlayer::State::hang_up() {
    if (std::holds_alternative<Ended>(need)) return false;
    inner.reset();
    if (std::holds_alternative<Recording>(need)) last_action(recorded(seconds(1), "hangup"));
    if (auto* ringing = std::get_if<Ringing>(&need))
        last_action(dial_result("canceled", ringing->callees.front(), seconds(0), false));
    if (std::holds_alternative<Bridged>(need)) last_action(dial_result("completed", bridged, seconds(1), true));
    if (std::holds_alternative<Queued>(need)) last_action(queue_result("hangup"));
    if (std::holds_alternative<Streaming>(need)) last_action({});
    hang_up_call("caller");
    return true;
}

}  // namespace switchhook::sim

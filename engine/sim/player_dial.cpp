#include "core/lower_case.hpp"
#include "sim/player_state.hpp"
#include "sim/url.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::sim {
namespace {

Callee callee_of(pugi::xml_node noun, const std::string& base) {
    Callee callee;
    callee.kind = core::lower_case(noun.name());
    callee.address = one_line(noun.text().get());
    if (auto identity = noun.child("Identity")) callee.address = one_line(identity.text().get());
    if (auto uri = noun.child("Uri")) callee.address = one_line(uri.text().get());
    if (auto sid = noun.child("ApplicationSid")) callee.address = one_line(sid.text().get());
    if (noun.attribute("url")) callee.whisper_url = resolve_url(base, noun.attribute("url").value()).value_or("");
    callee.whisper_method = method_attribute(noun, "method");
    return callee;
}

}  // namespace

bool TwimlPlayer::State::dial() {
    std::vector<Callee> callees;
    for (auto noun : verb.children())
        if (noun.type() == pugi::node_element) callees.push_back(callee_of(noun, url));
    auto number = one_line(verb.text().get());
    if (callees.empty() && !number.empty()) callees.push_back({"number", number, {}, {}, {}});
    if (callees.empty()) return false;
    for (auto& callee : callees) callee.sid = sids->make("CA");
    if (callees.front().kind == "conference") return join(std::move(callees.front())), true;

    waiting_callees.clear();
    if (flag_attribute(verb, "sequential", false)) {
        waiting_callees.assign(callees.rbegin(), callees.rend() - 1);
        callees.resize(1);
    }
    ring(std::move(callees));
    return true;
}

void TwimlPlayer::State::ring(std::vector<Callee> callees) {
    for (const auto& callee : callees) emit({.kind = Kind::dials, .text = callee.address, .detail = callee.kind});
    need = Ringing{std::move(callees), seconds(number_attribute(verb, "timeout", 30, 1))};
}

void TwimlPlayer::State::join(Callee callee) {
    emit({.kind = Kind::dials, .text = callee.address, .detail = callee.kind});
    connect(std::move(callee));
}

void TwimlPlayer::State::connect(Callee callee) {
    emit({.kind = Kind::bridged, .text = callee.address});
    bridged = std::move(callee);
    need = Bridged{bridged};
}

bool TwimlPlayer::State::callee(std::size_t index, const std::string& outcome) {
    auto* ringing = std::get_if<Ringing>(&need);
    if (!ringing || index >= ringing->callees.size()) return false;
    auto one = ringing->callees[index];
    emit({.kind = Kind::callee, .text = outcome, .detail = one.address});
    if (outcome != "answered") {
        ringing->callees.erase(ringing->callees.begin() + static_cast<std::ptrdiff_t>(index));
        if (ringing->callees.empty()) next_callee(outcome, one);
        return true;
    }
    bridged = one;
    if (one.whisper_url.empty()) return connect(std::move(one)), true;
    start_inner(Role::whisper, one.whisper_url, one.whisper_method, {});
    return true;
}

void TwimlPlayer::State::next_callee(const std::string& outcome, const Callee& last) {
    if (waiting_callees.empty()) return dial_over(outcome, last, seconds(0), false);
    auto following = std::move(waiting_callees.back());
    waiting_callees.pop_back();
    ring({std::move(following)});
}

Params TwimlPlayer::State::dial_result(const std::string& status, const Callee& one, seconds length, bool together) {
    if (one.kind == "conference") return {{"DialCallStatus", "answered"}};
    Params params{{"DialCallStatus", status}, {"DialCallSid", one.sid}};
    if (together) params.emplace_back("DialCallDuration", std::to_string(length.count()));
    params.emplace_back("DialBridged", together ? "true" : "false");
    std::string_view record = verb.attribute("record").as_string("do-not-record");
    if (together && record != "do-not-record" && record != "false") {
        auto recording = recorded(length, {});
        params.insert(params.end(), recording.begin(), recording.end());
    } else {
        elapsed += length;
    }
    return params;
}

void TwimlPlayer::State::dial_over(const std::string& status, const Callee& one, seconds length, bool together) {
    over(dial_result(status, one, length, together));
}

void TwimlPlayer::State::finish_bridge(seconds after) {
    auto limit = seconds(number_attribute(verb, "timeLimit", 14400, 1));
    dial_over("completed", bridged, std::min(after, limit), true);
}

bool TwimlPlayer::State::bridge_ends(seconds after) {
    if (!std::holds_alternative<Bridged>(need)) return false;
    if (bridged.kind != "conference") emit({.kind = Kind::callee, .text = "hangs up", .detail = bridged.address});
    return finish_bridge(after), true;
}

}  // namespace switchhook::sim

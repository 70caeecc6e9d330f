#include "sim/player_state.hpp"
#include "sim/url.hpp"

namespace switchhook::sim {

bool TwimlPlayer::State::redirect() {
    auto to = resolve_url(url, verb.text().get());
    if (!to || one_line(verb.text().get()).empty()) {
        refuse({11100, "Redirect has no usable URL"});
        return true;
    }
    emit({.kind = Kind::redirects, .text = *to});
    fetch(*to, method_attribute(verb, "method"));
    return true;
}

bool TwimlPlayer::State::reject(bool first) {
    if (!first) return hang_up_call("flow"), true;
    bool busy = std::string_view(verb.attribute("reason").value()) == "busy";
    emit({.kind = Kind::rejected, .text = busy ? "busy" : "rejected"});
    need = Ended{busy ? "busy" : "no-answer"};
    return true;
}

bool TwimlPlayer::State::refer() {
    auto address = one_line(verb.child("Sip").text().get());
    if (address.empty()) address = one_line(verb.child("ReferSip").text().get());
    emit({.kind = Kind::refers, .text = address});
    need = Referring{address};
    return true;
}

bool TwimlPlayer::State::send_sms() {
    emit({.kind = Kind::sends, .text = one_line(verb.text().get()), .detail = verb.attribute("to").value()});
    if (!verb.attribute("action")) return false;
    fetch_action({{"SmsSid", sids->make("SM")}, {"SmsStatus", "sent"}});
    return true;
}

}  // namespace switchhook::sim

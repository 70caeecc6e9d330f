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

bool TwimlPlayer::State::stream(bool connected) {
    auto noun = verb.first_child();
    while (noun && noun.type() != pugi::node_element) noun = noun.next_sibling();
    std::string to = noun.attribute("url").value();
    if (std::string_view(noun.name()) == "Stream" && !to.starts_with("wss://"))
        emit({.kind = Kind::warning, .text = "the URL of a Stream must begin with wss://: " + to, .code = 31922});
    emit({.kind = Kind::streams, .text = to, .detail = noun.name()});
    if (connected) need = Streaming{to};
    return connected;
}

bool TwimlPlayer::State::send_sms() {
    emit({.kind = Kind::sends, .text = one_line(verb.text().get()), .detail = verb.attribute("to").value()});
    if (!verb.attribute("action")) return false;
    fetch_action({{"SmsSid", sids->make("SM")}, {"SmsStatus", "sent"}});
    return true;
}

}  // namespace switchhook::sim

#include "sim/player_state.hpp"
#include "sim/url.hpp"

#include <string_view>
#include <utility>

namespace switchhook::sim {
namespace {

constexpr std::size_t longest_parameter = 500;  // characters of the name and the value

pugi::xml_node noun_of(pugi::xml_node verb) {
    auto noun = verb.first_child();
    while (noun && noun.type() != pugi::node_element) noun = noun.next_sibling();
    return noun;
}

// A server that tries this out on its own machine has no TLS; Twilio would not find it.
bool on_loopback(std::string_view url) {
    for (std::string_view host : {"ws://127.0.0.1", "ws://localhost", "ws://[::1]"})
        if (url.starts_with(host) && (url.size() == host.size() || url[host.size()] == ':' || url[host.size()] == '/'))
            return true;
    return false;
}

// What keeps a stream from being opened at all.
TwimlProblem judge(pugi::xml_node noun) {
    std::string url = noun.attribute("url").value();
    std::string_view track = noun.attribute("track").as_string("inbound_track");
    if (!url.starts_with("wss://") && !on_loopback(url))
        return {31922, "the URL of a Stream must begin with wss://: " + url};
    if (!resolve_url({}, url)) return {31923, "the URL of a Stream is not one: " + url};
    if (track != "inbound_track") return {31941, "a connected Stream has the track inbound_track only"};
    return {};
}

}  // namespace

bool TwimlPlayer::State::connect_stream() {
    auto noun = noun_of(verb);
    Streaming stream;
    stream.url = noun.attribute("url").value();
    emit({.kind = Kind::streams, .text = stream.url, .detail = noun.name()});
    auto warn = [&](int code, const std::string& what) { emit({.kind = Kind::warning, .text = what, .code = code}); };
    if (std::string_view(noun.name()) != "Stream") {
        warn(12400, "the simulator connects to a <Stream> only");
        return over({}), true;
    }
    if (auto problem = judge(noun); problem.code != 0) {
        warn(problem.code, problem.what);
        return over({}), true;
    }
    if (auto query = stream.url.find('?'); query != std::string::npos) {
        warn(31923, "the URL of a Stream has no query: it is cut off");
        stream.url.resize(query);
    }
    for (auto parameter : noun.children("Parameter")) {
        std::string name = parameter.attribute("name").value(), value = parameter.attribute("value").value();
        if (name.size() + value.size() >= longest_parameter)
            warn(12200, "the Parameter " + name + " has 500 characters or more: it is left out");
        else
            stream.parameters.emplace_back(std::move(name), std::move(value));
    }
    stream.sid = sids->make("MZ");
    stream.name = noun.attribute("name").as_string(stream.sid.c_str());
    if (auto callback = noun.attribute("statusCallback")) {
        auto to = resolve_url({}, callback.value());
        if (!to)
            warn(11100, "the statusCallback of a Stream must be an absolute URL: " + std::string(callback.value()));
        stream.status_callback = to.value_or("");
        stream.status_callback_method = method_attribute(noun, "statusCallbackMethod");
    }
    need = std::move(stream);
    return true;
}

bool TwimlPlayer::State::start_stream() {
    auto noun = noun_of(verb);
    std::string to = noun.attribute("url").value();
    if (std::string_view(noun.name()) == "Stream" && !to.starts_with("wss://"))
        emit({.kind = Kind::warning, .text = "the URL of a Stream must begin with wss://: " + to, .code = 31922});
    emit({.kind = Kind::streams, .text = to, .detail = noun.name()});
    return false;
}

void TwimlPlayer::State::stream_over(int code, const std::string& what) {
    if (code != 0) emit({.kind = Kind::warning, .text = what, .code = code});
    over({});
}

}  // namespace switchhook::sim

#include "twilio/routes.hpp"

#include <charconv>

namespace switchhook::twilio {
namespace {

constexpr RoutePath paths[] = {
    {"/twilio/voice", RouteKind::voice, ""},
    {"/twilio/continue/", RouteKind::continuation, ""},  // <turn>/<step>
    {"/twilio/whisper/", RouteKind::whisper, ""},        // <CallSid>/<target>
    {"/twilio/status", RouteKind::status, ""},
    {"/twilio/recording", RouteKind::recording, ""},
    {"/twilio/sms", RouteKind::message, ""},
    {"/twilio/message-status", RouteKind::message_status, ""},
    {"/twilio/stream/", RouteKind::media_stream, ""},       // <CallSid>
    {"/twilio/stream", RouteKind::media_stream, "Concya"},  // as are /twilio/voice and /twilio/status

    {"/webhooks/twilio/voice", RouteKind::voice, "ConnectFlo"},
    {"/webhooks/twilio/status", RouteKind::status, "ConnectFlo"},
    {"/ws/twilio", RouteKind::media_stream, "ConnectFlo"},

    {"/api/momentum/voice/inbound", RouteKind::voice, "AVNZ"},
    // The old server's own steps. A call comes here only if it began there, or if a console entry names the step:
    // either way its caller is on the line and expects to go on. A call that the engine does not know starts its
    // flow; one that it knows gets the document of the step it is at.
    {"/api/momentum/voice/speech", RouteKind::voice, "AVNZ"},
    {"/api/momentum/voice/escalate", RouteKind::voice, "AVNZ"},
    {"/api/momentum/voice/status-callback", RouteKind::status, "AVNZ"},

    {"/api/twilio/incoming-call", RouteKind::voice, "Lexi"},
    {"/api/twilio/incoming-sms", RouteKind::message, "Lexi"},
    {"/twilio-media-stream", RouteKind::media_stream, "Lexi"},
};

// A decimal number that fills the whole text.
template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end;
}

bool read_arguments(std::string_view arguments, Route& route) {
    const auto slash = arguments.find('/');
    if (route.kind == RouteKind::continuation)
        return read_number(arguments.substr(0, slash), route.turn) && route.turn > 0 &&
               (slash == std::string_view::npos || read_number(arguments.substr(slash + 1), route.step));
    if (route.kind == RouteKind::media_stream) {
        route.call_sid = arguments.substr(0, slash);
        return !route.call_sid.empty() && slash >= arguments.size() - 1;  // Twilio may add a slash
    }
    if (slash == 0 || slash == std::string_view::npos) return false;
    route.call_sid = arguments.substr(0, slash);
    return read_number(arguments.substr(slash + 1), route.target);
}

}  // namespace

std::span<const RoutePath> route_paths() {
    return paths;
}

std::optional<Route> find_route(std::string_view path) {
    for (const auto& known : paths) {
        const bool takes_arguments = known.path.ends_with('/');
        Route route{known.kind};
        if (!takes_arguments && path == known.path) return route;
        if (takes_arguments && path.starts_with(known.path)) {
            if (!read_arguments(path.substr(known.path.size()), route)) return std::nullopt;
            return route;
        }
    }
    return std::nullopt;
}

}  // namespace switchhook::twilio

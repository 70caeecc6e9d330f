#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchhook::twilio {

// What Twilio wants of the engine.
enum class RouteKind : std::uint8_t {
    voice,           // a call comes in, or an outbound one is answered: its flow starts
    continuation,    // a call's next turn
    whisper,         // what the one called by a dial hears before being connected
    status,          // how a call stands
    recording,       // a recording can be fetched
    message,         // a text message comes in
    message_status,  // how a sent text message stands
    media_stream,    // a WebSocket: the call's audio
};

// A path and what it is for. The engine's own paths come first; the others are those of servers that it replaces, so
// that a number's settings in Twilio's console need no change.
struct RoutePath {
    std::string_view path;  // one that ends in "/" takes arguments behind it
    RouteKind kind;
    std::string_view whose;  // the system that had the path; empty for the engine's own
};

std::span<const RoutePath> route_paths();

// Where a request's path leads.
struct Route {
    RouteKind kind = RouteKind::voice;
    unsigned turn = 0;       // of a continuation, from 1
    std::uint32_t step = 0;  // of a continuation: the last ask that Twilio was given before it; 0 where unsaid
    std::string call_sid;    // of a whisper: the call that dials; of a media stream: whose audio; empty where unsaid
    std::size_t target = 0;  // of a whisper: which one of those it dials, from 0
};

// Nothing for a path that is none of Twilio's, or whose arguments cannot be read. The path is compared as it is on
// the wire, without its query.
std::optional<Route> find_route(std::string_view path);

}  // namespace switchhook::twilio

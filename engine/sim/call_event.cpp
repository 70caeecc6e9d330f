#include "sim/call_event.hpp"

namespace switchhook::sim {
namespace {

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string in_seconds(std::chrono::milliseconds duration) {
    auto tenths = (duration.count() + 50) / 100;
    auto text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + " s";
}

}  // namespace

std::string describe(const CallEvent& event) {
    using Kind = CallEvent::Kind;
    std::string line = event.party == Party::callee ? "the one dialled " : "";
    switch (event.kind) {
        case Kind::says:
            return line + "hears " + quoted(event.text) + (event.detail.empty() ? "" : " (" + event.detail + ")");
        case Kind::plays:
            return line + "hears the sound " + event.text;
        case Kind::pauses:
            return line + "hears nothing for " + in_seconds(event.duration);
        case Kind::listens:
            return line + "is asked for " + event.text;
        case Kind::times_out:
            return line + "stays silent for " + in_seconds(event.duration);
        case Kind::enters:
            return line + event.detail + " " + quoted(event.text);
        case Kind::ignores:
            return line + event.detail + " " + quoted(event.text) + ", and nobody listens for it";
        case Kind::records:
            return line + "is recorded";
        case Kind::recorded:
            return line + "recording of " + in_seconds(event.duration) + " at " + event.text;
        case Kind::dials:
            return line + "is put through to " + event.text;
        case Kind::callee:
            return "the one dialled: " + event.text;
        case Kind::bridged:
            return line + "talks with " + event.text;
        case Kind::queued:
            return line + "waits in the queue " + quoted(event.text);
        case Kind::leaves_queue:
            return line + "leaves the queue: " + event.text;
        case Kind::streams:
            return line + "is connected to the media stream " + event.text;
        case Kind::refers:
            return line + "is referred to " + event.text;
        case Kind::sends:
            return "text message to " + event.detail + ": " + quoted(event.text);
        case Kind::redirects:
            return line + "is redirected to " + event.text;
        case Kind::rejected:
            return line + (event.text == "busy" ? "hears the busy tone: rejected" : "is rejected");
        case Kind::hung_up:
            if (event.text == "flow") return line + "is hung up";
            return line + "hangs up";
        case Kind::warning:
            return "Twilio warning " + std::to_string(event.code) + ": " + event.text;
        case Kind::error:
            return "Twilio error " + std::to_string(event.code) + ": " + event.text;
    }
    return line;
}

}  // namespace switchhook::sim

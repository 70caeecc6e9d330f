#pragma once

#include "core/errc.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace switchhook::twilio {

// What Twilio sends on a bidirectional media stream (twilio.com/docs/voice/media-streams/websocket-messages).

struct StreamConnected {};

struct StreamStart {
    std::string stream_sid;  // MZ…
    std::string call_sid;
    std::map<std::string, std::string> parameters;  // of <Parameter>
};

// A piece of the caller's voice: µ-law, 8 kHz.
struct StreamMedia {
    std::string audio;
    std::int64_t chunk = 0;                 // counts the pieces, from 1
    std::chrono::milliseconds timestamp{};  // since the stream began
};

struct StreamDigit {
    char digit;  // 0-9 * # A-D
};

// All audio sent before the mark was played, or cleared.
struct StreamMark {
    std::string name;
};

struct StreamStop {};

// An event that is none of these, or another track's audio: of no use here.
struct StreamOther {};

using MediaMessage =
    std::variant<StreamMedia, StreamMark, StreamDigit, StreamConnected, StreamStart, StreamStop, StreamOther>;

// Errc::malformed where it is not what Twilio sends: no JSON, a field missing or of another type, base64 that is none,
// audio other than µ-law at 8 kHz.
core::Result<MediaMessage> read_media_message(std::string_view text);

// Writes the messages that a stream takes. Twilio ends a stream over one with a field too many or too few (31951), so
// they have those and no others.
class MediaWriter {
public:
    // REQUIRES: the SID is letters and digits.
    explicit MediaWriter(std::string_view stream_sid);

    // Audio to be played behind what is queued: µ-law, 8 kHz.
    std::string media(std::string_view audio) const;
    // Comes back when all before it was played. REQUIRES: the name needs no escapes in JSON.
    std::string mark(std::string_view name) const;
    // Drops what is queued; all marks then come back.
    std::string clear() const;

private:
    std::string stream_;  // `","streamSid":"MZ…"`
};

}  // namespace switchhook::twilio

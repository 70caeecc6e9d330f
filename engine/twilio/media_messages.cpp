#include "twilio/media_messages.hpp"

#include "audio/base64.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <simdjson.h>

namespace switchhook::twilio {
namespace {

using core::Errc;
using core::Result;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr std::string_view dtmf_digits = "0123456789*#ABCD";

Result<std::string_view> text_of(object& from, std::string_view name) {
    std::string_view text;
    if (from[name].get_string().get(text)) return Errc::malformed;
    return text;
}

// Numbers come as strings.
Result<std::int64_t> number_of(object& from, std::string_view name) {
    auto text = text_of(from, name);
    if (!text) return text.error();
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || stop != text->data() + text->size() || number < 0) return Errc::malformed;
    return number;
}

Result<object> object_of(object& from, std::string_view name) {
    object found;
    if (from[name].get_object().get(found)) return Errc::malformed;
    return found;
}

Result<MediaMessage> read_media(object& message) {
    auto media = object_of(message, "media");
    if (!media) return media.error();
    auto track = text_of(*media, "track");
    auto chunk = number_of(*media, "chunk");
    auto timestamp = number_of(*media, "timestamp");
    auto payload = text_of(*media, "payload");
    if (!track || !chunk || !timestamp || !payload) return Errc::malformed;
    if (*track != "inbound") return StreamOther{};
    StreamMedia read{{}, *chunk, std::chrono::milliseconds(*timestamp)};
    if (auto decoded = audio::append_decoded_base64(read.audio, *payload); !decoded) return decoded.error();
    return read;
}

bool is_telephone_mulaw(object& start) {
    auto format = object_of(start, "mediaFormat");
    if (!format) return false;
    auto encoding = text_of(*format, "encoding");
    std::int64_t rate = 0;
    std::int64_t channels = 0;
    if (!encoding || (*format)["sampleRate"].get_int64().get(rate) || (*format)["channels"].get_int64().get(channels))
        return false;
    return *encoding == "audio/x-mulaw" && rate == 8000 && channels == 1;
}

Result<MediaMessage> read_start(object& message) {
    auto start = object_of(message, "start");
    if (!start) return start.error();
    StreamStart read;
    auto stream = text_of(*start, "streamSid");
    if (!stream) return stream.error();
    read.stream_sid = *stream;
    auto call = text_of(*start, "callSid");
    if (!call) return call.error();
    read.call_sid = *call;
    if (!is_telephone_mulaw(*start)) return Errc::malformed;
    object parameters;
    if ((*start)["customParameters"].get_object().get(parameters)) return read;  // there are none
    for (auto field : parameters) {
        std::string_view name;
        std::string_view text;
        if (field.unescaped_key().get(name)) return Errc::malformed;
        auto key = std::string(name);
        if (field.value().get_string().get(text)) return Errc::malformed;
        read.parameters.emplace(std::move(key), text);
    }
    return read;
}

Result<MediaMessage> read_digit(object& message) {
    auto dtmf = object_of(message, "dtmf");
    if (!dtmf) return dtmf.error();
    auto digit = text_of(*dtmf, "digit");
    if (!digit || digit->size() != 1 || dtmf_digits.find(digit->front()) == dtmf_digits.npos) return Errc::malformed;
    return StreamDigit{digit->front()};
}

Result<MediaMessage> read_mark(object& message) {
    auto mark = object_of(message, "mark");
    if (!mark) return mark.error();
    auto name = text_of(*mark, "name");
    if (!name) return name.error();
    return StreamMark{std::string(*name)};
}

// What reading takes, kept from one message to the next, since each stream has 50 a second. A thread reads one at a
// time, so its streams share it: it is as much as a stream needs for all else.
struct Scratch {
    simdjson::ondemand::parser parser;
    std::string padded;  // the parser reads a little past the end
};

}  // namespace

Result<MediaMessage> read_media_message(std::string_view text) {
    thread_local Scratch scratch;
    auto& padded = scratch.padded;
    padded.assign(text);
    padded.append(simdjson::SIMDJSON_PADDING, ' ');
    simdjson::ondemand::document document;
    simdjson::padded_string_view view(padded.data(), text.size(), padded.size());
    object message;
    std::string_view event;
    if (scratch.parser.iterate(view).get(document) || document.get_object().get(message) ||
        message["event"].get_string().get(event))
        return Errc::malformed;
    if (event == "media") return read_media(message);
    if (event == "mark") return read_mark(message);
    if (event == "dtmf") return read_digit(message);
    if (event == "connected") return StreamConnected{};
    if (event == "start") return read_start(message);
    if (event == "stop") return StreamStop{};
    return StreamOther{};
}

MediaWriter::MediaWriter(std::string_view stream_sid)
    : stream_("\",\"streamSid\":\"" + std::string(stream_sid) + "\"") {}

std::string MediaWriter::media(std::string_view audio) const {
    constexpr std::string_view begin = R"({"event":"media)";
    constexpr std::string_view middle = R"(,"media":{"payload":")";
    constexpr std::string_view end = R"("}})";
    std::string text;
    text.reserve(begin.size() + stream_.size() + middle.size() + (audio.size() + 2) / 3 * 4 + end.size());
    text.append(begin).append(stream_).append(middle);
    audio::append_base64(text, audio);
    return text.append(end);
}

std::string MediaWriter::mark(std::string_view name) const {
    return std::string(R"({"event":"mark)").append(stream_).append(R"(,"mark":{"name":")").append(name).append("\"}}");
}

std::string MediaWriter::clear() const {
    return std::string(R"({"event":"clear)").append(stream_).append("}");
}

}  // namespace switchhook::twilio

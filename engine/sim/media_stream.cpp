#include "sim/media_stream.hpp"

#include "audio/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace switchhook::sim {
namespace {

using Json = nlohmann::ordered_json;  // members go out in the order that Twilio writes them in
using std::chrono::milliseconds;

constexpr milliseconds frame_time = PlayoutBuffer::frame_time;
constexpr milliseconds key_time{500};

// What keeps an object from having these members and no others; empty if nothing does.
std::string differs(const Json& object, std::initializer_list<std::string_view> members) {
    for (auto member : members)
        if (!object.contains(member)) return "`" + std::string(member) + "` is missing";
    for (const auto& [key, value] : object.items())
        if (std::find(members.begin(), members.end(), key) == members.end())
            return "`" + key + "` does not belong there";
    return {};
}

}  // namespace

MediaStream::MediaStream(StreamFacts facts) : facts_(std::move(facts)) {}

std::vector<std::string> MediaStream::open() {
    Json parameters = Json::object();
    for (const auto& [name, value] : facts_.parameters) parameters[name] = value;
    Json connected{{"event", "connected"}, {"protocol", "Call"}, {"version", "1.0.0"}};
    Json start{{"event", "start"},
               {"sequenceNumber", next_sequence()},
               {"start",
                {{"accountSid", facts_.account_sid},
                 {"streamSid", facts_.stream_sid},
                 {"callSid", facts_.call_sid},
                 {"tracks", Json::array({"inbound"})},
                 {"mediaFormat", {{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}}},
                 {"customParameters", parameters}}},
               {"streamSid", facts_.stream_sid}};
    return {connected.dump(), start.dump()};
}

std::vector<std::string> MediaStream::advance(milliseconds now) {
    std::vector<std::string> out;
    if (stopped_) return out;
    while (next_ <= now) {
        now_ = next_;
        playout_.advance(now_);
        return_marks(out);
        frame(out);
        press_key(out);
        next_ += frame_time;
    }
    now_ = std::max(now_, now);
    playout_.advance(now_);
    return_marks(out);
    return out;
}

void MediaStream::frame(std::vector<std::string>& out) {
    auto frame = voice_.substr(0, PlayoutBuffer::frame_bytes);
    voice_.erase(0, frame.size());
    frame.resize(PlayoutBuffer::frame_bytes, PlayoutBuffer::silence);
    said_ += frame;
    if (now_ <= mute_until_) return;
    ++chunk_;
    if (to_lose_ > 0) {
        --to_lose_;
        return;
    }
    Json media{{"event", "media"},
               {"sequenceNumber", next_sequence()},
               {"media",
                {{"track", "inbound"},
                 {"chunk", std::to_string(chunk_)},
                 {"timestamp", std::to_string(now_.count())},
                 {"payload", audio::encode_base64(frame)}}},
               {"streamSid", facts_.stream_sid}};
    out.push_back(media.dump());
}

void MediaStream::press_key(std::vector<std::string>& out) {
    if (keys_.empty() || now_ < next_key_) return;
    Json dtmf{{"event", "dtmf"},
              {"streamSid", facts_.stream_sid},
              {"sequenceNumber", next_sequence()},
              {"dtmf", {{"track", "inbound_track"}, {"digit", std::string(1, keys_.front())}}}};
    keys_.erase(0, 1);
    next_key_ = now_ + key_time;
    out.push_back(dtmf.dump());
}

void MediaStream::return_marks(std::vector<std::string>& out) {
    for (auto& name : playout_.take_marks()) {
        Json mark{{"event", "mark"},
                  {"sequenceNumber", next_sequence()},
                  {"streamSid", facts_.stream_sid},
                  {"mark", {{"name", std::move(name)}}}};
        out.push_back(mark.dump());
    }
}

std::vector<std::string> MediaStream::receive(milliseconds now, std::string_view text) {
    auto out = advance(now);
    if (stopped_) return out;
    obey(text);
    return_marks(out);
    return out;
}

void MediaStream::obey(std::string_view text) {
    auto shown = std::string(text.substr(0, 200));
    auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return refuse(31950, "a message that is not JSON: " + shown);
    auto invalid = [&](const std::string& why) { refuse(31951, why + ": " + shown); };
    if (!json.is_object()) return invalid("a message that is not an object");
    const auto event = json.contains("event") && json["event"].is_string() ? json["event"].get<std::string>() : "";
    std::string body = event == "media" || event == "mark" ? event : "";
    if (body.empty() && event != "clear") return invalid("there is no such event to send");
    auto wrong = body.empty() ? differs(json, {"event", "streamSid"}) : differs(json, {"event", "streamSid", body});
    if (!wrong.empty()) return invalid(wrong);
    if (json["streamSid"] != facts_.stream_sid) return invalid("`streamSid` is not " + facts_.stream_sid);
    if (event == "clear") return playout_.clear();

    const auto& inner = json[body];
    const auto* member = event == "media" ? "payload" : "name";
    if (!inner.is_object()) return invalid("`" + body + "` is not an object");
    if (wrong = differs(inner, {member}); !wrong.empty()) return invalid("in `" + body + "`, " + wrong);
    if (!inner[member].is_string()) return invalid("`" + std::string(member) + "` is not a string");
    auto value = inner[member].get<std::string>();
    if (event == "mark") return playout_.mark(std::move(value));
    auto mulaw = audio::decode_base64(value);
    if (!mulaw) return invalid("`payload` is not base64");
    if (playout_.play(*mulaw) || overflowed_) return;
    overflowed_ = true;
    refuse(31931, "over 10 minutes of audio wait to be played: the rest is dropped");
}

std::vector<std::string> MediaStream::stop() {
    if (stopped_) return {};
    stopped_ = true;
    Json stop{{"event", "stop"},
              {"sequenceNumber", next_sequence()},
              {"stop", {{"accountSid", facts_.account_sid}, {"callSid", facts_.call_sid}}},
              {"streamSid", facts_.stream_sid}};
    return {stop.dump()};
}

void MediaStream::refuse(int code, std::string what) {
    problems_.push_back({code, std::move(what)});
}

std::vector<StreamProblem> MediaStream::take_problems() {
    return std::exchange(problems_, {});
}

}  // namespace switchhook::sim

#include "openai/realtime_messages.hpp"

#include "audio/base64.hpp"

namespace switchhook::openai {
namespace {

constexpr std::string_view append_head = R"({"type":"input_audio_buffer.append","audio":")";
constexpr std::string_view append_tail = R"("})";

// Reads an object that holds only strings without escapes, and words such as numbers and true.
class FlatObject {
public:
    explicit FlatObject(std::string_view text) : rest_(text) {}

    bool begin() { return take('{'); }
    // The next member; its value is empty where it is no string. False at the end, and where it is not flat.
    bool next(std::string_view& name, std::string_view& value) {
        if (!take('"') || !string(name) || !take(':')) return false;
        if (take('"')) {
            if (!string(value)) return false;
        } else {
            value = {};
            auto end = rest_.find_first_of(",}[{\"");
            if (end == rest_.npos || (rest_[end] != ',' && rest_[end] != '}')) return false;
            rest_.remove_prefix(end);
        }
        ended_ = !take(',');
        if (ended_) well_ended_ = take('}');
        return true;
    }
    bool ended() const { return ended_; }
    bool well_ended() const { return well_ended_; }

private:
    bool take(char wanted) {
        auto at = rest_.find_first_not_of(" \t\r\n");
        if (at == rest_.npos || rest_[at] != wanted) return false;
        rest_.remove_prefix(at + 1);
        return true;
    }
    bool string(std::string_view& to) {
        auto end = rest_.find('"');
        if (end == rest_.npos) return false;
        to = rest_.substr(0, end);
        if (to.find('\\') != to.npos) return false;
        rest_.remove_prefix(end + 1);
        return true;
    }

    std::string_view rest_;
    bool ended_ = false;
    bool well_ended_ = false;
};

}  // namespace

std::string append_message(std::string_view audio) {
    std::string message;
    message.reserve(append_head.size() + (audio.size() + 2) / 3 * 4 + append_tail.size());
    message += append_head;
    audio::append_base64(message, audio);
    message += append_tail;
    return message;
}

std::optional<AudioDelta> read_audio_delta(std::string_view message) {
    FlatObject object(message);
    if (!object.begin()) return std::nullopt;
    AudioDelta delta;
    bool is_audio = false;
    std::string_view name;
    std::string_view value;
    while (!object.ended()) {
        if (!object.next(name, value)) return std::nullopt;
        if (name == "type") {
            if (value != "response.output_audio.delta") return std::nullopt;
            is_audio = true;
        } else if (name == "response_id") {
            delta.response = value;
        } else if (name == "item_id") {
            delta.item = value;
        } else if (name == "delta") {
            delta.audio = value;
        }
    }
    if (!is_audio || !object.well_ended()) return std::nullopt;
    return delta;
}

}  // namespace switchhook::openai

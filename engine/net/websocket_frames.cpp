#include "net/websocket_frames.hpp"

#include <cstring>

namespace switchhook::net {
namespace {

using core::Errc;
using core::Result;

constexpr unsigned last_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f;
constexpr unsigned mask_bit = 0x80, length_bits = 0x7f;
constexpr std::size_t two_bytes_follow = 126, eight_bytes_follow = 127;
constexpr std::size_t longest_control = 125;  // bytes (§5.5)
constexpr std::uint16_t no_status = 1005;

unsigned byte(char c) {
    return static_cast<unsigned char>(c);
}

void append_big_endian(std::string& to, std::uint64_t value, std::size_t bytes) {
    for (auto i = bytes; i > 0; --i) to.push_back(static_cast<char>(value >> (8 * (i - 1))));
}

std::uint64_t big_endian(std::span<const char> from) {
    std::uint64_t value = 0;
    for (char c : from) value = value << 8 | byte(c);
    return value;
}

// Eight bytes at a time. Masks as well as it unmasks.
void mask(std::span<char> bytes, const char* key) {
    std::uint64_t wide = 0, word = 0;
    std::memcpy(&wide, key, 4);
    std::memcpy(reinterpret_cast<char*>(&wide) + 4, key, 4);
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::memcpy(&word, bytes.data() + i, 8);
        word ^= wide;
        std::memcpy(bytes.data() + i, &word, 8);
    }
    for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ key[i % 4]);
}

bool is_control(Opcode opcode) {
    return opcode >= Opcode::close;
}

bool is_known(Opcode opcode) {
    return opcode <= Opcode::binary || (opcode >= Opcode::close && opcode <= Opcode::pong);
}

// How many bytes the character at the front takes; 0 where it is none.
std::size_t character_size(std::string_view text) {
    const auto first = byte(text.front());
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first < 0xf5                  ? 4
                                                             : 0;
    if (first < 0xc2 || size == 0 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(text[i]) & 0xc0) != 0x80) return 0;
    const auto second = byte(text[1]);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second >= 0xa0;
    const bool past_the_last = first == 0xf4 && second >= 0x90;
    return overlong || surrogate || past_the_last ? 0 : size;
}

}  // namespace

void append_frame(std::string& to, Opcode opcode, std::string_view payload, std::optional<MaskingKey> key) {
    const auto size = payload.size();
    const std::size_t length_bytes = size < two_bytes_follow ? 0 : size <= 0xffff ? 2 : 8;
    const auto short_length = length_bytes == 0 ? size : length_bytes == 2 ? two_bytes_follow : eight_bytes_follow;
    to.reserve(to.size() + 2 + length_bytes + (key ? key->size() : 0) + size);
    to.push_back(static_cast<char>(last_bit | static_cast<unsigned>(opcode)));
    to.push_back(static_cast<char>((key ? mask_bit : 0) | static_cast<unsigned>(short_length)));
    append_big_endian(to, size, length_bytes);
    if (key) to.append(key->data(), key->size());
    to.append(payload);
    if (key) mask(std::span(to).last(size), key->data());
}

std::string close_payload(std::uint16_t code) {
    std::string payload;
    append_big_endian(payload, code, 2);
    return payload;
}

bool is_utf8(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
    while (!text.empty()) {
        std::uint64_t word = 0;
        if (text.size() >= sizeof word) {
            std::memcpy(&word, text.data(), sizeof word);
            if ((word & high_bits) == 0) {
                text.remove_prefix(sizeof word);
                continue;
            }
        }
        const auto size = character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

Result<std::optional<FrameReader::Frame>> FrameReader::next_frame(std::span<char>& bytes) {
    const std::optional<Frame> unfinished;
    if (bytes.size() < 2) return unfinished;
    const auto first = byte(bytes[0]), second = byte(bytes[1]);
    const auto opcode = static_cast<Opcode>(first & opcode_bits);
    const bool is_last = (first & last_bit) != 0;
    const bool masked = (second & mask_bit) != 0;
    const std::size_t short_length = second & length_bits;
    if ((first & reserved_bits) != 0 || !is_known(opcode) || masked != (own_side_ == WebSocketSide::server))
        return Errc::malformed;
    if (is_control(opcode) && (!is_last || short_length > longest_control)) return Errc::malformed;

    const std::size_t length_bytes = short_length == two_bytes_follow ? 2 : short_length == eight_bytes_follow ? 8 : 0;
    const auto head = 2 + length_bytes + (masked ? 4 : 0);
    if (bytes.size() < head) return unfinished;
    const auto length = length_bytes == 0 ? short_length : big_endian(bytes.subspan(2, length_bytes));
    if (!is_control(opcode) && length > max_message_ - (begun_ ? begun_->payload.size() : 0)) {
        complaint_ = too_big;
        return Errc::too_large;
    }
    if (bytes.size() - head < length) return unfinished;
    const auto payload = bytes.subspan(head, length);
    if (masked) mask(payload, bytes.data() + head - 4);
    bytes = bytes.subspan(head + length);
    return std::optional(Frame{opcode, is_last, payload});
}

Result<std::optional<FrameReader::Message>> FrameReader::next(std::span<char>& bytes) {
    for (;;) {
        auto frame = next_frame(bytes);
        if (!frame) return frame.error();
        if (!*frame) return std::optional<Message>();
        const auto& [opcode, is_last, payload] = **frame;
        const std::string_view text(payload.data(), payload.size());
        if (is_control(opcode)) return std::optional(Message{opcode, std::string(text)});
        if ((opcode == Opcode::continuation) != begun_.has_value()) return Errc::malformed;
        if (begun_)
            begun_->payload += text;
        else
            begun_ = Message{opcode, std::string(text)};
        if (!is_last) continue;
        auto message = std::exchange(begun_, std::nullopt);
        if (message->opcode == Opcode::text && !is_utf8(message->payload)) {
            complaint_ = invalid_text;
            return Errc::malformed;
        }
        return message;
    }
}

Result<std::uint16_t> FrameReader::code_of(std::string_view payload) {
    if (payload.empty()) return no_status;
    if (payload.size() < 2 || !is_utf8(payload.substr(2))) return Errc::malformed;
    const auto code = static_cast<std::uint16_t>(byte(payload[0]) << 8 | byte(payload[1]));
    const bool may_be_sent = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
                             (code >= 3000 && code <= 4999);
    if (!may_be_sent) return Errc::malformed;
    return code;
}

}  // namespace switchhook::net

#pragma once

#include "core/errc.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// The frames of a WebSocket (RFC 6455 §5), without I/O.
namespace switchhook::net {

enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa };

enum class WebSocketSide { client, server };  // a client masks what it sends

using MaskingKey = std::array<char, 4>;

// Appends one frame that holds all of `payload`, masked where there is a key.
void append_frame(std::string& to, Opcode opcode, std::string_view payload, std::optional<MaskingKey> key);

// What a goodbye holds (§5.5.1).
std::string close_payload(std::uint16_t code);

// Whether the text is UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

// Makes messages out of the bytes that the peer sends.
class FrameReader {
public:
    // A text message, a binary one, a ping, a pong or a goodbye.
    struct Message {
        Opcode opcode;
        std::string payload;
    };

    // `max_message` in bytes.
    FrameReader(WebSocketSide own_side, std::size_t max_message) : own_side_(own_side), max_message_(max_message) {}

    // Takes the next message off the front of `bytes`, and unmasks it there. Nothing where the rest of it has not come:
    // `bytes` then begin with an unfinished frame, and are to be given again with what follows.
    // Errc::malformed (against the protocol, or text that is no UTF-8), too_large.
    core::Result<std::optional<Message>> next(std::span<char>& bytes);

    // The status with which the peer is let go of once next() has refused what it sent (§7.4.1).
    std::uint16_t complaint() const { return complaint_; }
    // The status that a goodbye holds: 1005 where it holds none. Errc::malformed.
    static core::Result<std::uint16_t> code_of(std::string_view close_payload);

private:
    static constexpr std::uint16_t protocol_error = 1002, invalid_text = 1007, too_big = 1009;

    struct Frame {
        Opcode opcode;
        bool is_last;
        std::span<char> payload;
    };
    core::Result<std::optional<Frame>> next_frame(std::span<char>& bytes);

    const WebSocketSide own_side_;
    const std::size_t max_message_;
    std::optional<Message> begun_;  // whose last frame has not come
    std::uint16_t complaint_ = protocol_error;
};

}  // namespace switchhook::net

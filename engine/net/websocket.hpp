#pragma once

#include "core/errc.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace switchhook::net {

struct WebSocketOptions {
    std::size_t max_message = 1024 * 1024;  // bytes, of a message that comes in
    std::size_t max_backlog = 1024 * 1024;  // bytes that wait to be sent
    // The peer is pinged after half of it, and given up once it has been silent for all of it.
    std::chrono::milliseconds idle_time = std::chrono::seconds(30);
    // For the handshake, and for closing.
    std::chrono::milliseconds handshake_time = std::chrono::seconds(10);
};

// One end of a WebSocket (RFC 6455) that carries text messages. Neither end compresses.
// To be used on the io_context it lives on only.
class WebSocket {
public:
    virtual ~WebSocket() = default;

    // The next text message. One read at a time; pings are answered only while one waits.
    // Errc::closed, timed_out (the peer fell silent), too_large, malformed (binary, or against the protocol).
    virtual boost::asio::awaitable<core::Result<std::string>> read() = 0;

    // Queues a text message; they go out in order. Errc::overloaded where the backlog is full (the message
    // is then dropped), closed.
    virtual core::Result<void> send(std::string text) = 0;

    // Sends what is queued, says goodbye with this status (RFC 6455 §7.4), and waits for the peer to do so too.
    virtual boost::asio::awaitable<void> close(std::uint16_t code = 1000) = 0;

    // Ends the connection at once: a waiting read gives Errc::closed.
    virtual void abort() = 0;

    // The status with which the peer said goodbye, once a read has given Errc::closed: 1005 where it gave none, 1006
    // where it went without a goodbye (RFC 6455 §7.4.1).
    virtual std::uint16_t close_code() const { return 1006; }
};

}  // namespace switchhook::net

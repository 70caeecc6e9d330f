#pragma once

#include "bench/event_loop.hpp"
#include "bench/tls.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchhook::bench {

// A listening socket on loopback, on a port that was free.
int listen_on_loopback();
std::uint16_t port_of(int socket);
int connect_to_loopback(std::uint16_t port);

// A WebSocket's bytes on a socket that does not block: a head of HTTP, then text messages (RFC 6455), with nothing
// checked that a load need not check.
class MessageSocket {
public:
    enum class Side { client, server };  // a client masks what it sends

    // Owns the socket. With TLS, a client shakes hands before it returns.
    MessageSocket(int socket, Side side, const Tls* tls = nullptr);
    ~MessageSocket();
    MessageSocket(const MessageSocket&) = delete;
    MessageSocket& operator=(const MessageSocket&) = delete;

    int descriptor() const { return socket_; }

    // Reads once, all that is there; false when the other side has ended the connection.
    bool receive();
    // The next of what was received, valid until receive(): a head up to its empty line, or a message.
    std::optional<std::string_view> head();
    std::optional<std::string_view> message();

    // When what receive() took last had come to the socket, by the kernel: how late this process looks at it is not the
    // sender's.
    SteadyTime arrived_at() const { return arrived_at_; }

    // Throws std::runtime_error where the other side does not read.
    void send_bytes(std::string_view bytes);
    void send_text(std::string_view text) { send_frame(0x1, text); }

private:
    void send_frame(unsigned opcode, std::string_view content);
    // Up to so many bytes at once: how many, 0 where there are none or no room now, -1 at the end.
    int read_some(char* to, std::size_t size);
    int read_plain(char* to, std::size_t size);
    int write_some(std::string_view bytes);

    int socket_;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
    Side side_;
    SteadyTime arrived_at_{};
    std::string received_;
    std::size_t begin_ = 0;  // of what was not taken yet
    std::string fragments_;  // of a message whose last one has not come
    std::string taken_;      // a message that came in fragments
    std::string frame_;
    std::string unsent_;
    bool closed_ = false;
};

}  // namespace switchhook::bench

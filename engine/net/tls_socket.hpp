#pragma once

#include "net/tls_session.hpp"

#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include <utility>

namespace switchhook::net {

// A TCP socket that speaks TLS, with as much of the interface of Asio's streams as this room uses. `Socket` is a TCP
// socket that does not block. One read and one write at a time.
template <class Socket>
class TlsSocket {
public:
    using executor_type = typename Socket::executor_type;
    using lowest_layer_type = typename Socket::lowest_layer_type;
    using ErrorCode = boost::system::error_code;

    // The context outlives it.
    TlsSocket(Socket socket, boost::asio::ssl::context& context, TlsSession::Side side)
        : socket_(std::move(socket)), session_(context.native_handle(), side, socket_.native_handle()) {}
    // Goes on with a session on the same descriptor, which another io_context is to watch.
    TlsSocket(Socket socket, TlsSession session) : socket_(std::move(socket)), session_(std::move(session)) {}

    executor_type get_executor() { return socket_.get_executor(); }
    lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
    const lowest_layer_type& lowest_layer() const { return socket_.lowest_layer(); }
    Socket& next_layer() { return socket_; }
    TlsSession& session() { return session_; }

    // At once, or asio::error::would_block.
    std::size_t read_some(boost::asio::mutable_buffer to, ErrorCode& error) { return session_.read_some(to, error); }
    std::size_t write_some(boost::asio::const_buffer from, ErrorCode& error) {
        return session_.write_some(from, error);
    }

    template <class Token>
    auto async_handshake(Token&& token) {
        return attempt<void(ErrorCode)>(
            [this](ErrorCode& error) {
                session_.shake_hands(error);
                return std::tuple<>();
            },
            std::forward<Token>(token));
    }

    // Says that no more comes; does not wait until the peer says so too.
    template <class Token>
    auto async_shutdown(Token&& token) {
        return attempt<void(ErrorCode)>(
            [this](ErrorCode& error) {
                session_.shut_down(error);
                return std::tuple<>();
            },
            std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return attempt<void(ErrorCode, std::size_t)>(
            [this, to = first<boost::asio::mutable_buffer>(buffers)](ErrorCode& error) {
                return std::tuple(session_.read_some(to, error));
            },
            std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return attempt<void(ErrorCode, std::size_t)>(
            [this, from = first<boost::asio::const_buffer>(buffers)](ErrorCode& error) {
                return std::tuple(session_.write_some(from, error));
            },
            std::forward<Token>(token));
    }

private:
    // The first that is not empty: a read or write of some need not fill or take all.
    template <class Buffer, class Buffers>
    static Buffer first(const Buffers& buffers) {
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
             ++it)
            if (Buffer buffer(*it); buffer.size() > 0) return buffer;
        return {};
    }

    // Tries until the session need not wait for the socket.
    template <class Signature, class Attempt, class Token>
    auto attempt(Attempt once, Token&& token) {
        return boost::asio::async_compose<Token, Signature>(
            [this, once = std::move(once), initiating = true](auto& self, ErrorCode failed = {}) mutable {
                auto error = failed;
                auto result = failed ? decltype(once(error)){} : once(error);
                if (error == boost::asio::error::would_block) {
                    initiating = false;
                    return socket_.async_wait(session_.what_it_waits_for(), std::move(self));
                }
                auto complete = [error, result](auto& operation) {
                    std::apply([&](auto... values) { operation.complete(error, values...); }, result);
                };
                if (!initiating) return complete(self);
                // Not before the caller waits for it.
                boost::asio::post(socket_.get_executor(),
                                  [complete, operation = std::move(self)]() mutable { complete(operation); });
            },
            token, socket_);
    }

    Socket socket_;
    TlsSession session_;
};

}  // namespace switchhook::net

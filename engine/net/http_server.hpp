#pragma once

#include "core/errc.hpp"
#include "core/log.hpp"
#include "net/http.hpp"
#include "net/websocket.hpp"
#include "net/workers.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace switchhook::net {

// HTTP/1.1 (RFC 9112) on every worker, with keep-alive and pipelining.
//
// A request's handler runs on the worker that holds its connection; the requests of one connection
// run one after the other. HEAD comes to the handler as such; the reply's body is kept back.
// What a client gets wrong is answered here: 400 malformed, 413 body and 431 header too large.
class HttpServer {
public:
    using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

    struct Tls {
        std::string certificate_chain_file;                         // PEM
        std::string private_key_file;                               // PEM
        std::chrono::milliseconds poll = std::chrono::seconds(10);  // how often the files are looked at
    };

    // What happens to a request that asks for a WebSocket (RFC 6455). It counts among the connections.
    struct WebSocketHandler {
        // The response to refuse it with, or none to let it in.
        std::function<boost::asio::awaitable<std::optional<Response>>(Request)> admit;
        // The worker on which it is to live and serve() runs, by its index; without it, the one that took the
        // connection.
        std::function<std::size_t(const Request&)> place = {};
        // Runs for as long as the WebSocket is of use; it is cut once this returns.
        std::function<boost::asio::awaitable<void>(Request, std::shared_ptr<WebSocket>)> serve;
        WebSocketOptions options = {};
    };

    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;  // 0: one that is free
        std::optional<Tls> tls = {};
        std::optional<WebSocketHandler> websocket = {};  // without it, such a request is one like any other

        std::size_t header_limit = 16 * 1024;                              // bytes, the request line included
        std::size_t body_limit = 1024 * 1024;                              // bytes
        std::chrono::milliseconds header_time = std::chrono::seconds(10);  // from first byte to last; TLS handshake
        std::chrono::milliseconds body_time = std::chrono::seconds(10);
        std::chrono::milliseconds idle_time = std::chrono::seconds(75);  // between requests
        std::chrono::milliseconds write_time = std::chrono::seconds(10);

        // Past either, a request is answered 503 with Retry-After at once.
        std::size_t max_connections = 20'000;
        std::size_t max_in_flight = 4'096;
        std::function<void()> on_overload = {};  // for counting; called on a worker
    };

    // Listens at once. Throws boost::system::system_error where the address cannot be had or the
    // certificate cannot be read. `workers` and `log` outlive the server.
    HttpServer(Workers& workers, Options options, Handler handler, core::Log& log);
    // Cuts what is left and waits until the last handler has ended. Not from a worker.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    std::size_t connections() const noexcept;

    // Stops listening and closes idle connections; a request in flight is finished and its connection
    // then closed. Thread-safe.
    void stop();
    // True once every connection has ended, false if that takes longer. Call stop() first. Not from a worker.
    bool wait_until_drained(std::chrono::milliseconds limit);

    // Reads the certificate files again; new connections see it, the others go on. On an error the former
    // certificate stays. Thread-safe. REQUIRES: options.tls.
    core::Result<void> reload_certificate();

private:
    struct State;
    class Listener;
    class Connection;
    template <class Stream>
    class StreamConnection;

    std::shared_ptr<State> state_;
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::uint16_t port_ = 0;
};

}  // namespace switchhook::net

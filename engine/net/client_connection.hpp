#pragma once

#include "core/errc.hpp"
#include "net/tls_socket.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

namespace switchhook::net {

using ClientTls = TlsSocket<boost::asio::ip::tcp::socket>;

// What two requests must agree on to share a connection.
struct ConnectionKey {
    std::string origin;
    bool allow_private = false;
    std::shared_ptr<boost::asio::ssl::context> tls;

    bool operator==(const ConnectionKey&) const = default;
};

// A connection to a server, over TLS where the key's origin wants it.
struct ClientConnection {
    ConnectionKey key;
    std::variant<boost::asio::ip::tcp::socket, ClientTls> stream;
    boost::beast::flat_buffer buffer = {};
    bool reused = false;
    std::chrono::steady_clock::time_point kept_until = {};

    boost::asio::ip::tcp::socket& socket();
    // Whether the server has closed it, or said something nobody asked for.
    bool stale();
};

// Whether a connection may be made to an address.
using AddressCheck = std::function<bool(const boost::asio::ip::address&)>;

// Resolves the host, checks every address (unless key.allow_private), connects to the first that
// answers within `connect_time`, and shakes hands over TLS where the URL is secure.
// Errc::unreachable, refused_address, certificate.
boost::asio::awaitable<core::Result<std::unique_ptr<ClientConnection>>> connect(Url url, ConnectionKey key,
                                                                                AddressCheck check,
                                                                                std::chrono::milliseconds connect_time);

// The connections of one io_context that wait for their next request. They end with it.
// An expired one is let go of when the pool is next used: a timer would keep the io_context from running out.
class ConnectionPool final : public boost::asio::execution_context::service {
public:
    static inline boost::asio::execution_context::id id;

    explicit ConnectionPool(boost::asio::execution_context& context) : service(context) {}

    // One that is alive, the last used first, or null.
    std::unique_ptr<ClientConnection> take(const ConnectionKey& wanted);
    // Keeps it, at the cost of the oldest ones past the limits.
    void put(std::unique_ptr<ClientConnection> connection, std::chrono::milliseconds idle_time, std::size_t per_origin,
             std::size_t total);

private:
    void shutdown() override { idle_.clear(); }

    std::mutex mutex_;
    std::list<std::unique_ptr<ClientConnection>> idle_;  // the last used first
};

}  // namespace switchhook::net

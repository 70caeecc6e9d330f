#include "net/client_connection.hpp"

#include "net/deadline.hpp"

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <sys/socket.h>
#include <vector>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Endpoints = std::vector<tcp::endpoint>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

// A lookup cannot be cancelled: it runs in a thread of Asio's. So it owns itself, and whoever waits may leave.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor)
        : resolver(executor), done(executor, asio::steady_timer::time_point::max()) {}

    tcp::resolver resolver;
    asio::steady_timer done;
    Endpoints endpoints;
};

asio::awaitable<Endpoints> resolve(std::string host, std::uint16_t port) {
    boost::system::error_code not_literal;
    auto address = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return Endpoints(1, tcp::endpoint(address, port));

    auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
    lookup->resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                                   [lookup](boost::system::error_code, tcp::resolver::results_type results) {
                                       for (const auto& entry : results) lookup->endpoints.push_back(entry.endpoint());
                                       lookup->done.cancel();
                                   });
    co_await lookup->done.async_wait(awaited);
    co_return std::move(lookup->endpoints);
}

asio::awaitable<core::Result<tcp::socket>> connect_to(tcp::endpoint endpoint) {
    tcp::socket socket(co_await asio::this_coro::executor);
    auto [error] = co_await socket.async_connect(endpoint, awaited);
    if (error) co_return core::Errc::unreachable;
    socket.set_option(tcp::no_delay(true), error);
    socket.non_blocking(true, error);
    co_return std::move(socket);
}

asio::awaitable<core::Result<tcp::socket>> connect_to_first(Endpoints endpoints, std::chrono::milliseconds limit) {
    for (const auto& endpoint : endpoints) {
        auto socket = co_await with_deadline(connect_to(endpoint), limit);
        if (socket) co_return std::move(*socket);
    }
    co_return core::Errc::unreachable;
}

asio::awaitable<core::Result<ClientTls>> shake_hands(tcp::socket socket, Url url,
                                                     std::shared_ptr<asio::ssl::context> context) {
    ClientTls stream(std::move(socket), *context, TlsSession::Side::client);
    auto* ssl = stream.session().native_handle();
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
    auto* wanted = SSL_get0_param(ssl);
    boost::system::error_code not_literal;
    asio::ip::make_address(url.host, not_literal);
    if (not_literal) {
        X509_VERIFY_PARAM_set1_host(wanted, url.host.c_str(), 0);
        SSL_set_tlsext_host_name(ssl, url.host.c_str());  // RFC 6066 §3: names only
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(wanted, url.host.c_str());
    }
    auto [error] = co_await stream.async_handshake(awaited);
    if (!error) co_return std::move(stream);
    bool unverified = SSL_get_verify_result(ssl) != X509_V_OK ||
                      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
    if (error.category() == asio::error::get_ssl_category() && unverified) co_return core::Errc::certificate;
    co_return core::Errc::unreachable;
}

}  // namespace

tcp::socket& ClientConnection::socket() {
    if (auto* tls = std::get_if<ClientTls>(&stream)) return tls->next_layer();
    return std::get<tcp::socket>(stream);
}

bool ClientConnection::stale() {
    char byte;
    ssize_t count;
    do {
        count = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

asio::awaitable<core::Result<std::unique_ptr<ClientConnection>>> connect(Url url, ConnectionKey key, AddressCheck check,
                                                                         std::chrono::milliseconds connect_time) {
    auto endpoints = co_await resolve(url.host, url.port);
    if (endpoints.empty()) co_return core::Errc::unreachable;
    auto refused = [&](const tcp::endpoint& endpoint) { return !check(endpoint.address()); };
    if (!key.allow_private && std::any_of(endpoints.begin(), endpoints.end(), refused))
        co_return core::Errc::refused_address;

    auto socket = co_await connect_to_first(std::move(endpoints), connect_time);
    if (!socket) co_return socket.error();
    if (!url.secure()) co_return std::make_unique<ClientConnection>(std::move(key), std::move(*socket));
    auto tls = co_await shake_hands(std::move(*socket), std::move(url), key.tls);
    if (!tls) co_return tls.error();
    co_return std::make_unique<ClientConnection>(std::move(key), std::move(*tls));
}

std::unique_ptr<ClientConnection> ConnectionPool::take(const ConnectionKey& wanted) {
    std::lock_guard lock(mutex_);
    auto now = std::chrono::steady_clock::now();
    std::erase_if(idle_, [&](const auto& connection) { return connection->kept_until < now; });
    for (auto it = idle_.begin(); it != idle_.end();) {
        if ((*it)->key != wanted) {
            ++it;
            continue;
        }
        auto connection = std::move(*it);
        it = idle_.erase(it);
        if (connection->stale()) continue;
        connection->reused = true;
        return connection;
    }
    return nullptr;
}

void ConnectionPool::put(std::unique_ptr<ClientConnection> connection, std::chrono::milliseconds idle_time,
                         std::size_t per_origin, std::size_t total) {
    std::lock_guard lock(mutex_);
    connection->kept_until = std::chrono::steady_clock::now() + idle_time;
    idle_.push_front(std::move(connection));
    std::size_t alike = 0;
    const auto same = idle_.front()->key;
    std::erase_if(idle_, [&](const auto& other) { return other->key == same && ++alike > per_origin; });
    while (idle_.size() > total) idle_.pop_back();
}

}  // namespace switchhook::net

#include "net/beast_response.hpp"
#include "net/client_connection.hpp"
#include "net/deadline.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "net/websocket_handshake.hpp"
#include "net/websocket_stream.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Opened = core::Result<std::shared_ptr<WebSocket>>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t refusal_limit = 64 * 1024;  // bytes of its body

template <class Stream>
asio::awaitable<Opened> open_on(Stream stream, const WebSocketRequest& request, const Url& url,
                                std::string_view user_agent, Response* refusal) {
    const ClientUpgrade upgrade;
    const auto bytes = upgrade.request(url, user_agent, request.headers);
    auto [unsent, count] = co_await asio::async_write(stream, asio::buffer(bytes), awaited);
    if (unsent) co_return core::Errc::closed;

    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(refusal_limit);
    auto [unread, header_size] = co_await http::async_read_header(stream, buffer, parser, awaited);
    if (unread) co_return core::Errc::closed;
    if (upgrade.is_accepted_by(taken(parser.get()))) {
        const auto more = buffer.data();
        std::string received(static_cast<const char*>(more.data()), more.size());
        co_return std::make_shared<WebSocketStream<Stream>>(std::move(stream), WebSocketSide::client, request.options,
                                                            std::move(received));
    }
    auto [broken, body_size] = co_await http::async_read(stream, buffer, parser, awaited);
    if (!broken && refusal) *refusal = taken(parser.release());
    co_return core::Errc::closed;
}

}  // namespace

asio::awaitable<Opened> HttpClient::connect_websocket(WebSocketRequest request, Response* refusal) const {
    auto timeout = request.timeout;
    auto operation = open(std::move(request), refusal);
    co_return co_await with_deadline(std::move(operation), timeout);
}

asio::awaitable<Opened> HttpClient::open(WebSocketRequest request, Response* refusal) const {
    auto url = parse_url(request.url);
    if (!url || (url->scheme != "ws" && url->scheme != "wss") || !are_sendable(request.headers))
        co_return core::Errc::malformed;
    ConnectionKey key{url->origin(), request.allow_private, tls_};
    auto connection = co_await connect(*url, std::move(key), options_.may_reach, options_.connect_time);
    if (!connection) co_return connection.error();
    if (auto* tls = std::get_if<ClientTls>(&(*connection)->stream))
        co_return co_await open_on(std::move(*tls), request, *url, options_.user_agent, refusal);
    auto& socket = std::get<asio::ip::tcp::socket>((*connection)->stream);
    co_return co_await open_on(std::move(socket), request, *url, options_.user_agent, refusal);
}

}  // namespace switchhook::net

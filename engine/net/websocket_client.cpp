#include "net/client_connection.hpp"
#include "net/deadline.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "net/websocket_stream.hpp"

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using Opened = core::Result<std::shared_ptr<WebSocket>>;

template <class Stream>
asio::awaitable<Opened> open_on(Stream stream, const WebSocketRequest& request, const Url& url,
                                std::string_view user_agent, Response* refusal) {
    auto opened = std::make_shared<WebSocketStream<Stream>>(std::move(stream), request.options);
    auto& beast = opened->beast();
    beast.set_option(websocket::stream_base::decorator([&](websocket::request_type& message) {
        message.set("User-Agent", user_agent);
        for (const auto& [name, value] : request.headers) message.set(name, value);
    }));
    websocket::response_type response;
    auto [error] =
        co_await beast.async_handshake(response, url.authority(), url.target, asio::as_tuple(asio::use_awaitable));
    if (!error) co_return std::shared_ptr<WebSocket>(std::move(opened));
    if (error == websocket::error::upgrade_declined && refusal) {
        *refusal = text_response(static_cast<int>(response.result_int()), std::move(response.body()));
        for (const auto& field : response) {
            auto name = field.name_string();
            auto value = field.value();
            refusal->headers.add({name.data(), name.size()}, {value.data(), value.size()});
        }
        refusal->content_type = refusal->headers.find("Content-Type").value_or("");
    }
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

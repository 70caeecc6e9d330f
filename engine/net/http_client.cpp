#include "net/http_client.hpp"

#include "net/basic_credentials.hpp"
#include "net/beast_response.hpp"
#include "net/client_connection.hpp"
#include "net/deadline.hpp"
#include "net/url.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr int max_redirects = 5;
constexpr std::uint32_t header_limit = 64 * 1024;  // bytes
constexpr std::size_t piece_size = 16 * 1024;      // bytes

// How one exchange on one connection ended.
struct Exchange {
    core::Error error;
    Response response;
    bool keep_alive = false;
    bool unheard = false;  // the server has not said a byte
    bool unsent = false;   // nor has it been told one
};

bool any_of(std::string_view text, std::initializer_list<std::string_view> choices) {
    return std::find(choices.begin(), choices.end(), text) != choices.end();
}

// RFC 9110 §9.2.2.
bool is_idempotent(std::string_view method) {
    return any_of(method, {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"});
}

bool is_ours(std::string_view name) {
    for (auto own : {"Host", "Connection", "Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "Keep-Alive"})
        if (same_name(name, own)) return true;
    return false;
}

std::string request_bytes(const ClientRequest& request, const Url& url, std::string_view user_agent) {
    std::string out = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n";
    auto add = [&](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    if (!request.headers.contains("User-Agent")) add("User-Agent", user_agent);
    if (!request.headers.contains("Accept")) add("Accept", "*/*");
    if (!url.user_info.empty() && !request.headers.contains("Authorization"))
        add("Authorization", basic_credentials(url.user_info));
    for (const auto& [name, value] : request.headers)
        if (!is_ours(name)) add(name, value);
    if (!request.body.empty() || any_of(request.method, {"POST", "PUT", "PATCH"}))
        add("Content-Length", std::to_string(request.body.size()));
    out += "\r\n";
    out += request.body;
    return out;
}

core::Error translated(boost::system::error_code error) {
    if (error == http::error::body_limit || error == http::error::header_limit || error == http::error::buffer_overflow)
        return core::Errc::too_large;
    if (error == http::error::end_of_stream || error == http::error::partial_message) return core::Errc::closed;
    if (error.category() == http::make_error_code(http::error::bad_version).category()) return core::Errc::malformed;
    return core::Errc::closed;
}

using ResponseParser = http::response_parser<http::string_body>;

// Hands the body out as it comes. It is not done when the rest is unwanted. The parser is fed by hand: Beast's own
// reads give a chunk only once the next one's head has come.
template <class Stream>
asio::awaitable<core::Error> hand_out_body(Stream& stream, boost::beast::flat_buffer& buffer, ResponseParser& parser,
                                           const ClientRequest& request) {
    parser.eager(true);
    while (!parser.is_done()) {
        boost::system::error_code error;
        buffer.consume(parser.put(buffer.data(), error));
        auto& body = parser.get().body();
        if (!body.empty() && !request.on_body(body)) break;
        body.clear();
        if (error && error != http::error::need_more) co_return translated(error);
        if (parser.is_done()) break;
        auto [failed, count] = co_await stream.async_read_some(buffer.prepare(piece_size), awaited);
        buffer.commit(count);
        if (failed == asio::error::eof) {
            parser.put_eof(failed);
            if (failed) co_return translated(failed);
        } else if (failed) {
            co_return translated(failed);
        }
    }
    parser.get().body().clear();
    co_return core::Error();
}

template <class Stream>
asio::awaitable<core::Error> read_body(Stream& stream, boost::beast::flat_buffer& buffer, ResponseParser& parser,
                                       const ClientRequest& request) {
    if (request.on_body && parser.get().result_int() / 100 == 2)
        co_return co_await hand_out_body(stream, buffer, parser, request);
    auto [error, count] = co_await http::async_read(stream, buffer, parser, awaited);
    co_return error ? translated(error) : core::Error();
}

template <class Stream>
asio::awaitable<Exchange> exchange(Stream& stream, boost::beast::flat_buffer& buffer, const std::string& bytes,
                                   const ClientRequest& request) {
    Exchange out;
    auto [write_error, sent] = co_await asio::async_write(stream, asio::buffer(bytes), awaited);
    // A server may answer and close before it has read all of a body, so the answer is looked for even then.
    for (;;) {
        ResponseParser parser;
        parser.header_limit(header_limit);
        parser.body_limit(request.max_body);
        parser.skip(request.method == "HEAD");
        auto [error, count] = co_await http::async_read_header(stream, buffer, parser, awaited);
        if (error) {
            out.error = translated(error);
            out.unheard = !parser.got_some() && out.error == core::Errc::closed;
            out.unsent = out.unheard && write_error && sent == 0 && std::is_same_v<Stream, asio::ip::tcp::socket>;
            co_return out;
        }
        if (parser.get().result_int() < 200) continue;  // 100 Continue, 103 Early Hints
        out.error = co_await read_body(stream, buffer, parser, request);
        if (out.error) co_return out;
        out.keep_alive = parser.is_done() && parser.keep_alive() && !write_error && buffer.size() == 0;
        out.response = taken(parser.release());
        co_return out;
    }
}

asio::awaitable<Exchange> exchange_on(ClientConnection& connection, const std::string& bytes,
                                      const ClientRequest& request) {
    if (auto* tls = std::get_if<ClientTls>(&connection.stream))
        co_return co_await exchange(*tls, connection.buffer, bytes, request);
    co_return co_await exchange(std::get<asio::ip::tcp::socket>(connection.stream), connection.buffer, bytes, request);
}

// One request to one URL, on a kept connection or a new one.
asio::awaitable<core::Result<Response>> fetch(const ClientRequest& request, const Url& url,
                                              const HttpClient::Options& options,
                                              std::shared_ptr<asio::ssl::context> tls) {
    auto executor = co_await asio::this_coro::executor;
    auto& pool = asio::use_service<ConnectionPool>(asio::query(executor, asio::execution::context));
    ConnectionKey key{url.origin(), request.allow_private, std::move(tls)};
    auto bytes = request_bytes(request, url, options.user_agent);

    auto connection = pool.take(key);
    for (;;) {
        if (!connection) {
            auto fresh = co_await connect(url, key, options.may_reach, options.connect_time);
            if (!fresh) co_return fresh.error();
            connection = std::move(*fresh);
        }
        auto result = co_await exchange_on(*connection, bytes, request);
        if (!result.error) {
            if (result.keep_alive)
                pool.put(std::move(connection), options.idle_time, options.idle_per_origin, options.idle_total);
            co_return std::move(result.response);
        }
        // The server may have let go of a kept connection just as this request went out.
        bool again = connection->reused && result.unheard && (result.unsent || is_idempotent(request.method));
        if (!again) co_return result.error;
        connection = nullptr;
    }
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

HttpClient::HttpClient(Options options)
    : options_(std::move(options)), tls_(std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client)) {
    SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_mode(tls_->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    tls_->set_default_verify_paths();
}

asio::awaitable<core::Result<Response>> HttpClient::send(ClientRequest request) const {
    auto timeout = request.timeout;
    auto operation = follow(std::move(request));
    co_return co_await with_deadline(std::move(operation), timeout);
}

asio::awaitable<core::Result<Response>> HttpClient::follow(ClientRequest request) const {
    auto url = parse_url(request.url);
    if (!url || (url->scheme != "http" && url->scheme != "https") || !is_token(request.method) ||
        request.method == "CONNECT" || !are_sendable(request.headers))
        co_return core::Errc::malformed;
    for (int redirects = 0;; ++redirects) {
        auto response = co_await fetch(request, *url, options_, tls_);
        if (!response || !is_redirect(response->status) || redirects == max_redirects) co_return response;
        if (request.method != "GET" && request.method != "HEAD") co_return response;
        auto location = response->headers.find("Location");
        if (!location) co_return response;
        auto next = resolve_url(*url, *location);
        if (!next || (next->scheme != "http" && next->scheme != "https")) co_return response;
        if (next->origin() != url->origin()) {
            for (auto name : {"Authorization", "Cookie", "Proxy-Authorization"}) request.headers.remove(name);
        } else if (next->user_info.empty()) {
            next->user_info = url->user_info;
        }
        url = std::move(next);
    }
}

}  // namespace switchhook::net

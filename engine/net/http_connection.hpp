#pragma once

#include "net/http_listener.hpp"
#include "net/request_parser.hpp"
#include "net/response_writer.hpp"
#include "net/websocket_handshake.hpp"
#include "net/websocket_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace switchhook::net {

// A connection over a TCP socket, or over TLS: requests in, replies out, until it becomes a WebSocket or ends.
template <class Stream>
class HttpServer::StreamConnection final : public Connection {
    using SteadyClock = std::chrono::steady_clock;
    using Socket = ServerSocket;
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    static constexpr bool is_tls = std::is_same_v<Stream, ServerTls>;
    static constexpr auto awaited = boost::asio::as_tuple(boost::asio::use_awaitable);
    static constexpr std::size_t read_bytes = 4096;
    static constexpr std::size_t body_read_bytes = 65536;
    static constexpr std::size_t kept_bytes = 16384;  // what an idle connection may hold on to
    // How long a connection that was refused is still read, so that the refusal is not lost to a reset.
    static constexpr auto linger_time = std::chrono::seconds(1);

public:
    template <class... Arguments>
    StreamConnection(std::shared_ptr<State> state, std::shared_ptr<Listener> listener, boost::asio::ip::address peer,
                     std::shared_ptr<boost::asio::ssl::context> tls, Arguments&&... arguments)
        : state_(std::move(state)),
          listener_(std::move(listener)),
          tls_(std::move(tls)),
          stream_(std::forward<Arguments>(arguments)...),
          peer_(std::move(peer)) {}

    ~StreamConnection() override {
        unlink();
        listener_->left();
    }

    void close() override {
        if (auto websocket = websocket_.lock()) return websocket->abort();
        boost::system::error_code ignored;
        stream_.lowest_layer().close(ignored);
    }

    bool idle() const override {
        boost::system::error_code ignored;
        return idle_ && buffer_.size() == 0 && stream_.lowest_layer().available(ignored) == 0;
    }

    awaitable<void> serve() {
        if (!co_await shake_hands()) co_return;
        deadline = SteadyClock::now() + options().header_time;
        for (bool go_on = true; go_on;) {
            parser_.emplace();
            parser_->eager(true);
            parser_->header_limit(static_cast<std::uint32_t>(options().header_limit));
            parser_->body_limit(options().body_limit);
            auto refusal = co_await read_request();
            if (gone_) co_return;
            if (refusal) {
                co_await refuse(std::move(*refusal));
                co_return;
            }
            if (wants_websocket()) {
                co_await upgrade();
                co_return;
            }
            go_on = co_await answer();
        }
        co_await finish();
    }

    // Makes the connection the WebSocket that this request asked for, and has it served to its end.
    awaitable<void> serve_websocket(Request request) {
        idle_ = false;
        const auto& handler = *options().websocket;
        auto path = std::string(request.path());
        out_ = upgrade_response(request);
        deadline = SteadyClock::now() + options().write_time;
        if (!co_await write_out(0)) co_return;
        deadline = SteadyClock::time_point::max();
        parser_.reset();
        buffer_.shrink_to_fit();
        std::string().swap(out_);
        auto websocket =
            std::make_shared<WebSocketStream<Stream>>(std::move(stream_), WebSocketSide::server, handler.options);
        websocket_ = websocket;
        try {
            co_await handler.serve(std::move(request), websocket);
        } catch (const std::exception& failure) {
            failed(path, failure.what());
        }
        websocket->abort();
    }

    // For a client too many.
    awaitable<void> turn_away() {
        if (!co_await shake_hands()) co_return;
        auto response = overloaded();  // GCC 12 destroys a temporary twice if it goes straight into the coroutine
        co_await refuse(std::move(response));
    }

private:
    const Options& options() const { return state_->options; }

    Socket& socket() {
        if constexpr (is_tls)
            return stream_.next_layer();
        else
            return stream_;
    }

    awaitable<bool> shake_hands() {
        if constexpr (is_tls) {
            deadline = SteadyClock::now() + options().header_time;
            auto [error] = co_await stream_.async_handshake(awaited);
            co_return !error;
        }
        co_return true;
    }

    // Fills the parser. Gives the reply to a request that is not to be handled; sets gone_ when the
    // client has left or is too slow.
    awaitable<std::optional<Response>> read_request() {
        bool begun = false;
        bool header_seen = false;
        for (;;) {
            if (buffer_.size() > 0) {
                if (!begun) {
                    begun = true;
                    idle_ = false;
                    deadline = SteadyClock::now() + options().header_time;
                }
                boost::system::error_code error;
                buffer_.consume(parser_->put(buffer_.data(), error));
                if (error && error != boost::beast::http::error::need_more) co_return refusal_of(error);
                if (parser_->is_header_done() && !header_seen) {
                    header_seen = true;
                    if (!parser_->complaint().empty()) co_return malformed(parser_->complaint());
                    if (!parser_->is_done()) {
                        deadline = SteadyClock::now() + options().body_time;
                        if (parser_->expects_continue() && buffer_.size() == 0) {
                            out_ = "HTTP/1.1 100 Continue\r\n\r\n";
                            if (!co_await write_out(0)) co_return std::nullopt;
                        }
                    }
                }
                if (parser_->is_done()) co_return std::nullopt;
            } else if (!begun) {
                idle_ = true;
                if (state_->stopping.load(std::memory_order_relaxed)) gone_ = true;
                if (gone_) co_return std::nullopt;
                if (buffer_.capacity() > kept_bytes) buffer_.shrink_to_fit();
            }
            auto [error, count] =
                co_await stream_.async_read_some(buffer_.prepare(header_seen ? body_read_bytes : read_bytes), awaited);
            buffer_.commit(count);
            if (error) {
                gone_ = true;
                co_return std::nullopt;
            }
        }
    }

    bool wants_websocket() {
        auto upgrade = parser_->request().headers.find("Upgrade").value_or("");
        return options().websocket && parser_->upgrade() && same_name(upgrade, "websocket");
    }

    // Makes the connection a WebSocket, on the worker on which it is to live.
    awaitable<void> upgrade() {
        deadline = SteadyClock::time_point::max();
        auto request = std::move(parser_->request());
        request.peer = peer_;
        request.secure = is_tls;
        auto refusal = co_await admit(request);
        if (refusal) {
            co_await refuse(std::move(*refusal));
            co_return;
        }
        const auto& place = options().websocket->place;
        auto there = place ? state_->by_worker.at(place(request)).lock() : listener_;
        if (there == listener_)
            co_await serve_websocket(std::move(request));
        else if (there)
            there->take_over(moved_to(there), std::move(request));
    }

    awaitable<std::optional<Response>> admit(Request request) {
        // It could not be handed over; nobody may send before the reply (RFC 6455 §4.1).
        if (has_unread()) co_return malformed("more follows the request for a WebSocket");
        if (auto refusal = upgrade_refusal(request)) co_return refusal;
        auto path = std::string(request.path());
        try {
            co_return co_await options().websocket->admit(std::move(request));
        } catch (const std::exception& failure) {
            co_return failed(path, failure.what());
        }
    }

    // Whether bytes that the client sent have left the socket and were not looked at yet.
    bool has_unread() {
        if constexpr (is_tls) {
            if (stream_.session().has_unread()) return true;
        }
        return buffer_.size() > 0;
    }

    // The same connection on another worker. Nothing is left in this one.
    std::shared_ptr<StreamConnection> moved_to(const std::shared_ptr<Listener>& there) {
        ++state_->connections;
        auto tcp = peer_.is_v6() ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
        Socket moved(there->executor(), tcp, socket().release());
        moved.non_blocking(true);
        if constexpr (is_tls) {
            Stream taken(std::move(moved), std::move(stream_.session()));
            return std::make_shared<StreamConnection>(state_, there, peer_, tls_, std::move(taken));
        } else {
            return std::make_shared<StreamConnection>(state_, there, peer_, tls_, std::move(moved));
        }
    }

    // Has the request handled and sends the reply. True if the connection goes on.
    awaitable<bool> answer() {
        deadline = SteadyClock::time_point::max();
        auto& request = parser_->request();
        request.peer = peer_;
        request.secure = is_tls;
        bool head = request.method == "HEAD";

        Response response;
        if (state_->in_flight.fetch_add(1, std::memory_order_relaxed) < options().max_in_flight) {
            co_await handle(response);
        } else {
            state_->count_overload();
            response = overloaded();
        }
        state_->in_flight.fetch_sub(1, std::memory_order_relaxed);

        bool keep_alive = parser_->keep_alive() && !state_->stopping.load(std::memory_order_relaxed);
        out_.clear();
        append_response(
            out_, response,
            {.date = listener_->date(), .head = head, .keep_alive = keep_alive, .http_1_0 = parser_->is_http_1_0()});
        auto now = SteadyClock::now();
        std::size_t sent = 0;
        // Mostly all of it goes at once, which spares a turn of the event loop.
        boost::system::error_code error;
        sent = stream_.write_some(boost::asio::buffer(out_), error);
        if (sent < out_.size()) {
            deadline = now + options().write_time;
            if (!co_await write_out(sent)) co_return false;
            now = SteadyClock::now();
        }
        deadline = now + options().idle_time;
        if (out_.capacity() > kept_bytes) std::string().swap(out_);
        co_return keep_alive;
    }

    awaitable<void> handle(Response& response) {
        auto path = std::string(parser_->request().path());
        try {
            response = co_await state_->handler(std::move(parser_->request()));
        } catch (const std::exception& failure) {
            response = failed(path, failure.what());
        } catch (...) {
            response = failed(path, "an exception of no known type");
        }
    }

    Response failed(std::string_view path, std::string_view what) {
        if (!listener_->was_cut()) state_->log.error("request failed", {{"path", path}, {"what", what}});
        return text_response(500, "The server failed to handle this request.\n");
    }

    // Sends out_ from `sent` on. False, and gone_, if that fails.
    awaitable<bool> write_out(std::size_t sent) {
        auto [error, count] = co_await boost::asio::async_write(stream_, boost::asio::buffer(out_) + sent, awaited);
        gone_ = gone_ || error;
        co_return !error;
    }

    Response refusal_of(boost::system::error_code error) const {
        if (error == boost::beast::http::error::header_limit)
            return text_response(431, "The request line and headers are longer than " +
                                          std::to_string(options().header_limit) + " bytes.\n");
        if (error == boost::beast::http::error::body_limit)
            return text_response(413, "The body is longer than " + std::to_string(options().body_limit) + " bytes.\n");
        return malformed(error.message());
    }

    static Response overloaded() {
        auto response = text_response(503, "The server is at its limit. Try again shortly.\n");
        response.headers.add("Retry-After", "1");  // s
        return response;
    }

    static Response malformed(std::string_view what) {
        return text_response(400, "This is not well-formed HTTP/1.1: " + std::string(what) + ".\n");
    }

    // Answers and ends the connection, reading on for a moment: closing with unread bytes would reset
    // the connection, and the client might never see why.
    awaitable<void> refuse(Response response) {
        out_.clear();
        append_response(out_, response, {.date = listener_->date(), .keep_alive = false});
        deadline = SteadyClock::now() + options().write_time;
        if (!co_await write_out(0)) co_return;
        co_await finish();
        deadline = SteadyClock::now() + linger_time;
        for (;;) {
            buffer_.clear();
            auto [error, count] = co_await socket().async_read_some(buffer_.prepare(read_bytes), awaited);
            if (error) co_return;
        }
    }

    // Says that no more comes.
    awaitable<void> finish() {
        if (gone_) co_return;
        if constexpr (is_tls) {
            deadline = SteadyClock::now() + linger_time;
            co_await stream_.async_shutdown(awaited);
        }
        boost::system::error_code ignored;
        stream_.lowest_layer().shutdown(Socket::shutdown_send, ignored);
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<Listener> listener_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    Stream stream_;
    boost::asio::ip::address peer_;
    boost::beast::flat_buffer buffer_;
    std::optional<RequestParser> parser_;
    std::string out_;
    std::weak_ptr<WebSocket> websocket_;  // what the stream went into
    bool idle_ = true;
    bool gone_ = false;
};

}  // namespace switchhook::net

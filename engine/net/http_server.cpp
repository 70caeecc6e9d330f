#include "net/http_server.hpp"

#include "net/request_parser.hpp"
#include "net/response_writer.hpp"
#include "net/tls_certificate.hpp"
#include "net/websocket_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <sys/socket.h>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Executor = Workers::Executor;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using TlsStream = asio::ssl::stream<Socket>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_bytes = 4096;
constexpr std::size_t body_read_bytes = 65536;
constexpr std::size_t kept_bytes = 16384;  // what an idle connection may hold on to
// How long a connection that was refused is still read, so that the refusal is not lost to a reset.
constexpr auto linger_time = std::chrono::seconds(1);
constexpr std::string_view retry_after_seconds = "1";

Response overloaded() {
    auto response = text_response(503, "The server is at its limit. Try again shortly.\n");
    response.headers.add("Retry-After", retry_after_seconds);
    return response;
}

}  // namespace

// What all workers share.
struct HttpServer::State {
    State(Options options_in, Handler handler_in, core::Log& log_in)
        : options(std::move(options_in)), handler(std::move(handler_in)), log(log_in) {
        if (options.tls)
            certificate.emplace(
                TlsCertificate::Files{options.tls->certificate_chain_file, options.tls->private_key_file});
    }

    const Options options;
    const Handler handler;
    core::Log& log;
    std::optional<TlsCertificate> certificate;
    std::atomic<std::size_t> in_flight = 0;
    std::atomic<std::size_t> connections = 0;
    std::atomic<bool> stopping = false;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t listeners = 0;  // that were not cut yet; guarded by mutex

    void closed_one() {
        if (connections.fetch_sub(1) == 1) {
            std::lock_guard lock(mutex);
            changed.notify_all();
        }
    }

    void count_overload() const {
        if (options.on_overload) options.on_overload();
    }
};

// One client, on one worker.
class HttpServer::Connection
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    virtual ~Connection() = default;
    // Closes the socket: what waits on it ends with an error.
    virtual void close() = 0;
    // True while the client owes nothing and is owed nothing.
    virtual bool idle() const = 0;

    SteadyClock::time_point deadline = SteadyClock::time_point::max();
    asio::cancellation_signal cancel;
};

// One worker's share of the server: its acceptor, and its connections.
class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(std::shared_ptr<State> state, Executor executor, tcp::endpoint endpoint)
        : state_(std::move(state)), executor_(executor), acceptor_(executor), sweep_(executor) {
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.set_option(ReusePort(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
    Executor executor() const { return executor_; }

    // The first listener also watches the certificate.
    void start(bool watches_certificate) {
        asio::co_spawn(executor_, accept(shared_from_this()), asio::detached);
        asio::co_spawn(executor_, enforce_deadlines(shared_from_this()), asio::detached);
        if (watches_certificate) asio::co_spawn(executor_, watch_certificate(shared_from_this()), asio::detached);
    }

    void stop() {
        stopped_ = true;
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        for (auto& connection : connections_)
            if (connection.idle()) connection.close();
        wake_when_empty();
    }

    // Afterwards nothing here calls out of the server, but for the connections that are yet to end.
    void cut() {
        cut_ = true;
        stop();
        // A handler may end within emit, and take its connection off the list.
        for (auto it = connections_.begin(); it != connections_.end();) {
            auto& connection = *it++;
            connection.close();
            connection.cancel.emit(asio::cancellation_type::terminal);
        }
        std::lock_guard lock(state_->mutex);
        --state_->listeners;
        state_->changed.notify_all();
    }

    std::string_view date() {
        auto now = std::time(nullptr);
        if (now != date_second_) {
            date_ = http_date(now);
            date_second_ = now;
        }
        return date_;
    }

    bool was_cut() const { return cut_; }

    void left() {
        state_->closed_one();
        wake_when_empty();
    }

private:
    static asio::awaitable<void> accept(std::shared_ptr<Listener> self);
    static asio::awaitable<void> enforce_deadlines(std::shared_ptr<Listener> self);
    static asio::awaitable<void> watch_certificate(std::shared_ptr<Listener> self);
    void admit(Socket socket, const tcp::endpoint& peer);
    template <class Stream>
    void run(std::shared_ptr<StreamConnection<Stream>> connection, bool refuse);

    // Ends the timers once there is nothing left for them to do.
    void wake_when_empty() {
        if (!stopped_ || !connections_.empty() || executor_.context().stopped()) return;
        sweep_.cancel();
        if (certificate_poll_) certificate_poll_->cancel();
    }

    std::shared_ptr<State> state_;
    Executor executor_;
    asio::basic_socket_acceptor<tcp, Executor> acceptor_;
    asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor> sweep_;
    std::optional<asio::steady_timer> certificate_poll_;
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
    bool stopped_ = false;
    bool cut_ = false;
    std::time_t date_second_ = 0;
    std::string date_;
};

template <class Stream>
class HttpServer::StreamConnection final : public Connection {
    static constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;

public:
    template <class... Arguments>
    StreamConnection(std::shared_ptr<State> state, std::shared_ptr<Listener> listener, asio::ip::address peer,
                     std::shared_ptr<asio::ssl::context> tls, Arguments&&... arguments)
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

    asio::awaitable<void> serve() {
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

    // For a client too many.
    asio::awaitable<void> turn_away() {
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

    asio::awaitable<bool> shake_hands() {
        if constexpr (is_tls) {
            deadline = SteadyClock::now() + options().header_time;
            auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, awaited);
            co_return !error;
        }
        co_return true;
    }

    // Fills the parser. Gives the reply to a request that is not to be handled; sets gone_ when the
    // client has left or is too slow.
    asio::awaitable<std::optional<Response>> read_request() {
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
                if (error && error != http::error::need_more) co_return refusal_of(error);
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

    // Makes the connection a WebSocket, and has it served to its end.
    asio::awaitable<void> upgrade() {
        deadline = SteadyClock::time_point::max();
        auto& request = parser_->request();
        request.peer = peer_;
        request.secure = is_tls;
        const auto& handler = *options().websocket;
        auto path = std::string(request.path());
        std::optional<Response> refusal;
        try {
            refusal = co_await handler.admit(request);
        } catch (const std::exception& failure) {
            refusal = failed(path, failure.what());
        }
        if (refusal) {
            co_await refuse(std::move(*refusal));
            co_return;
        }

        http::request<http::empty_body> handshake(http::verb::get, request.target, 11);
        for (const auto& [name, value] : request.headers) handshake.insert(name, value);
        auto websocket = std::make_shared<WebSocketStream<Stream>>(std::move(stream_), handler.options);
        websocket_ = websocket;
        auto [error] = co_await websocket->beast().async_accept(handshake, awaited);
        if (error) co_return;
        try {
            co_await handler.serve(std::move(request), websocket);
        } catch (const std::exception& failure) {
            failed(path, failure.what());
        }
        websocket->abort();
    }

    // Has the request handled and sends the reply. True if the connection goes on.
    asio::awaitable<bool> answer() {
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
        if constexpr (!is_tls) {
            // Mostly all of it goes at once, which spares a turn of the event loop.
            boost::system::error_code error;
            sent = stream_.write_some(asio::buffer(out_), error);
        }
        if (sent < out_.size()) {
            deadline = now + options().write_time;
            if (!co_await write_out(sent)) co_return false;
            now = SteadyClock::now();
        }
        deadline = now + options().idle_time;
        if (out_.capacity() > kept_bytes) std::string().swap(out_);
        co_return keep_alive;
    }

    asio::awaitable<void> handle(Response& response) {
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
    asio::awaitable<bool> write_out(std::size_t sent) {
        auto [error, count] = co_await asio::async_write(stream_, asio::buffer(out_) + sent, awaited);
        gone_ = gone_ || error;
        co_return !error;
    }

    Response refusal_of(boost::system::error_code error) const {
        if (error == http::error::header_limit)
            return text_response(431, "The request line and headers are longer than " +
                                          std::to_string(options().header_limit) + " bytes.\n");
        if (error == http::error::body_limit)
            return text_response(413, "The body is longer than " + std::to_string(options().body_limit) + " bytes.\n");
        return malformed(error.message());
    }

    static Response malformed(std::string_view what) {
        return text_response(400, "This is not well-formed HTTP/1.1: " + std::string(what) + ".\n");
    }

    // Answers and ends the connection, reading on for a moment: closing with unread bytes would reset
    // the connection, and the client might never see why.
    asio::awaitable<void> refuse(Response response) {
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
    asio::awaitable<void> finish() {
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
    std::shared_ptr<asio::ssl::context> tls_;
    Stream stream_;
    asio::ip::address peer_;
    boost::beast::flat_buffer buffer_;
    std::optional<RequestParser> parser_;
    std::string out_;
    std::weak_ptr<WebSocket> websocket_;  // what the stream went into
    bool idle_ = true;
    bool gone_ = false;
};

asio::awaitable<void> HttpServer::Listener::accept(std::shared_ptr<Listener> self) {
    while (!self->stopped_) {
        Socket socket(self->executor_);
        tcp::endpoint peer;
        auto [error] = co_await self->acceptor_.async_accept(socket, peer, awaited);
        if (!self->acceptor_.is_open()) co_return;
        if (error) {
            // Out of descriptors, most likely: some connection has to end first.
            self->state_->log.error("cannot accept a connection", {{"what", error.message()}});
            asio::steady_timer pause(self->executor_, std::chrono::milliseconds(100));
            co_await pause.async_wait(awaited);
            continue;
        }
        self->admit(std::move(socket), peer);
    }
}

void HttpServer::Listener::admit(Socket socket, const tcp::endpoint& peer) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    const auto& options = state_->options;
    auto held = state_->connections.load();
    bool refuse = held >= options.max_connections;
    if (refuse) state_->count_overload();
    // Even a polite refusal costs a descriptor for a moment, so their number is bounded too.
    if (held >= options.max_connections + options.max_connections / 8 + 64) return;
    ++state_->connections;
    if (state_->certificate) {
        auto tls = state_->certificate->context();
        run(std::make_shared<StreamConnection<TlsStream>>(state_, shared_from_this(), peer.address(), tls,
                                                          std::move(socket), *tls),
            refuse);
    } else {
        run(std::make_shared<StreamConnection<Socket>>(state_, shared_from_this(), peer.address(), nullptr,
                                                       std::move(socket)),
            refuse);
    }
}

template <class Stream>
void HttpServer::Listener::run(std::shared_ptr<StreamConnection<Stream>> connection, bool refuse) {
    connections_.push_back(*connection);
    auto& cancel = connection->cancel;
    auto& served = *connection;
    auto done = [self = shared_from_this(), connection = std::move(connection)](std::exception_ptr failure) {
        if (failure && !self->cut_) self->state_->log.error("connection failed");
    };
    asio::co_spawn(executor_, refuse ? served.turn_away() : served.serve(),
                   asio::bind_cancellation_slot(cancel.slot(), std::move(done)));
}

asio::awaitable<void> HttpServer::Listener::enforce_deadlines(std::shared_ptr<Listener> self) {
    // Walking the list now and then is cheaper than a timer armed per request.
    const auto& options = self->state_->options;
    auto shortest = std::min({options.header_time, options.body_time, options.idle_time, options.write_time});
    auto period = std::clamp<std::chrono::milliseconds>(shortest / 8, std::chrono::milliseconds(5),
                                                        std::chrono::milliseconds(500));
    while (!self->stopped_ || !self->connections_.empty()) {
        self->sweep_.expires_after(period);
        co_await self->sweep_.async_wait(awaited);
        auto now = SteadyClock::now();
        for (auto& connection : self->connections_)
            if (connection.deadline < now) connection.close();
    }
}

asio::awaitable<void> HttpServer::Listener::watch_certificate(std::shared_ptr<Listener> self) {
    auto& state = *self->state_;
    auto& timer = self->certificate_poll_.emplace(self->executor_);
    while (!self->stopped_) {
        timer.expires_after(state.options.tls->poll);
        co_await timer.async_wait(awaited);
        if (self->stopped_) co_return;
        auto reloaded = state.certificate->reload_if_changed();
        if (!reloaded)
            state.log.error(
                "cannot reload the certificate; the former one stays",
                {{"file", state.options.tls->certificate_chain_file}, {"what", reloaded.error().message()}});
        else if (*reloaded)
            state.log.info("certificate reloaded", {{"file", state.options.tls->certificate_chain_file}});
    }
}

// The workers' listeners share their port, and would share it with another server's too, whose requests then come to
// either. Throws boost::system::system_error where somebody listens there already.
static void require_free(const tcp::endpoint& endpoint) {
    asio::io_context context;
    tcp::acceptor alone(context);
    alone.open(endpoint.protocol());
    alone.set_option(tcp::acceptor::reuse_address(true));
    alone.bind(endpoint);
}

HttpServer::HttpServer(Workers& workers, Options options, Handler handler, core::Log& log)
    : state_(std::make_shared<State>(std::move(options), std::move(handler), log)) {
    tcp::endpoint endpoint(asio::ip::make_address(state_->options.address), state_->options.port);
    require_free(endpoint);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        listeners_.push_back(std::make_shared<Listener>(state_, workers.executor(i), endpoint));
        endpoint = listeners_.front()->endpoint();
    }
    port_ = endpoint.port();
    state_->listeners = listeners_.size();
    for (auto& listener : listeners_)
        asio::post(listener->executor(), [listener, first = listener == listeners_.front() && state_->certificate] {
            listener->start(first);
        });
}

HttpServer::~HttpServer() {
    stop();
    for (auto& listener : listeners_) asio::post(listener->executor(), [listener] { listener->cut(); });
    std::unique_lock lock(state_->mutex);
    auto workers_ended = [&] { return listeners_.front()->executor().context().stopped(); };
    while ((state_->listeners > 0 || state_->connections > 0) && !workers_ended())
        state_->changed.wait_for(lock, std::chrono::milliseconds(20));
}

std::size_t HttpServer::connections() const noexcept {
    return state_->connections;
}

void HttpServer::stop() {
    state_->stopping = true;
    for (auto& listener : listeners_) asio::post(listener->executor(), [listener] { listener->stop(); });
}

bool HttpServer::wait_until_drained(std::chrono::milliseconds limit) {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, limit, [&] { return state_->connections == 0; });
}

core::Result<void> HttpServer::reload_certificate() {
    return state_->certificate->reload();
}

}  // namespace switchhook::net

#include "net/http_listener.hpp"

#include "net/http_connection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

}  // namespace

void HttpServer::Listener::start(bool watches_certificate) {
    asio::co_spawn(executor_, accept(shared_from_this()), asio::detached);
    asio::co_spawn(executor_, enforce_deadlines(shared_from_this()), asio::detached);
    if (watches_certificate) asio::co_spawn(executor_, watch_certificate(shared_from_this()), asio::detached);
}

void HttpServer::Listener::stop() {
    stopped_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (auto& connection : connections_)
        if (connection.idle()) connection.close();
    wake_when_empty();
}

void HttpServer::Listener::cut() {
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

std::string_view HttpServer::Listener::date() {
    auto now = std::time(nullptr);
    if (now != date_second_) {
        date_ = http_date(now);
        date_second_ = now;
    }
    return date_;
}

// Ends the timers once there is nothing left for them to do.
void HttpServer::Listener::wake_when_empty() {
    if (!stopped_ || !connections_.empty() || executor_.context().stopped()) return;
    sweep_.cancel();
    if (certificate_poll_) certificate_poll_->cancel();
}

asio::awaitable<void> HttpServer::Listener::accept(std::shared_ptr<Listener> self) {
    while (!self->stopped_) {
        ServerSocket socket(self->executor_);
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

void HttpServer::Listener::admit(ServerSocket socket, const tcp::endpoint& peer) {
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
        auto connection = std::make_shared<StreamConnection<ServerTls>>(
            state_, shared_from_this(), peer.address(), tls, std::move(socket), *tls, TlsSession::Side::server);
        run(connection, refuse ? connection->turn_away() : connection->serve());
    } else {
        auto connection = std::make_shared<StreamConnection<ServerSocket>>(state_, shared_from_this(), peer.address(),
                                                                           nullptr, std::move(socket));
        run(connection, refuse ? connection->turn_away() : connection->serve());
    }
}

template <class Stream>
void HttpServer::Listener::run(std::shared_ptr<StreamConnection<Stream>> connection, asio::awaitable<void> work) {
    connections_.push_back(*connection);
    auto slot = connection->cancel.slot();
    auto done = [self = shared_from_this(), connection = std::move(connection)](std::exception_ptr failure) {
        if (failure && !self->cut_) self->state_->log.error("connection failed");
    };
    asio::co_spawn(executor_, std::move(work), asio::bind_cancellation_slot(slot, std::move(done)));
}

template <class Stream>
void HttpServer::Listener::take_over(std::shared_ptr<StreamConnection<Stream>> connection, Request request) {
    auto go_on = [self = shared_from_this(), taken = std::move(connection), asked = std::move(request)]() mutable {
        if (self->cut_) return;
        auto work = taken->serve_websocket(std::move(asked));
        self->run(std::move(taken), std::move(work));
    };
    asio::post(executor_, std::move(go_on));
}

template void HttpServer::Listener::take_over(std::shared_ptr<StreamConnection<ServerSocket>>, Request);
template void HttpServer::Listener::take_over(std::shared_ptr<StreamConnection<ServerTls>>, Request);

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

}  // namespace switchhook::net

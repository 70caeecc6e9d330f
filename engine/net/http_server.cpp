#include "net/http_server.hpp"

#include "net/http_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// The workers' listeners share their port, and would share it with another server's too, whose requests then come to
// either. Throws boost::system::system_error where somebody listens there already.
void require_free(const tcp::endpoint& endpoint) {
    asio::io_context context;
    tcp::acceptor alone(context);
    alone.open(endpoint.protocol());
    alone.set_option(tcp::acceptor::reuse_address(true));
    alone.bind(endpoint);
}

}  // namespace

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
    state_->by_worker.assign(listeners_.begin(), listeners_.end());
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

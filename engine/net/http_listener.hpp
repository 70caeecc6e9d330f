#pragma once

#include "net/http_server.hpp"
#include "net/tls_certificate.hpp"
#include "net/tls_socket.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <sys/socket.h>
#include <vector>

namespace switchhook::net {

// One client's connection, and the same under TLS.
using ServerSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Workers::Executor>;
using ServerTls = TlsSocket<ServerSocket>;

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
    // Each worker's, by its index; set before the first of them starts.
    std::vector<std::weak_ptr<Listener>> by_worker;

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

    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    boost::asio::cancellation_signal cancel;
};

// One worker's share of the server: its acceptor, and its connections.
class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
    using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

public:
    Listener(std::shared_ptr<State> state, Workers::Executor executor, boost::asio::ip::tcp::endpoint endpoint)
        : state_(std::move(state)), executor_(executor), acceptor_(executor), sweep_(executor) {
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(boost::asio::ip::tcp::acceptor::reuse_address(true));
        acceptor_.set_option(ReusePort(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
    Workers::Executor executor() const { return executor_; }

    // The first listener also watches the certificate.
    void start(bool watches_certificate);

    void stop();
    // Afterwards nothing here calls out of the server, but for the connections that are yet to end.
    void cut();

    // For the Date header.
    std::string_view date();

    bool was_cut() const { return cut_; }

    // A connection is gone.
    void left() {
        state_->closed_one();
        wake_when_empty();
    }

    // Goes on here with a connection that another worker took, whose `request` asked for a WebSocket. From any thread.
    template <class Stream>
    void take_over(std::shared_ptr<StreamConnection<Stream>> connection, Request request);

private:
    static boost::asio::awaitable<void> accept(std::shared_ptr<Listener> self);
    static boost::asio::awaitable<void> enforce_deadlines(std::shared_ptr<Listener> self);
    static boost::asio::awaitable<void> watch_certificate(std::shared_ptr<Listener> self);
    void admit(ServerSocket socket, const boost::asio::ip::tcp::endpoint& peer);
    template <class Stream>
    void run(std::shared_ptr<StreamConnection<Stream>> connection, boost::asio::awaitable<void> work);

    void wake_when_empty();

    std::shared_ptr<State> state_;
    Workers::Executor executor_;
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Workers::Executor> acceptor_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      Workers::Executor>
        sweep_;
    std::optional<boost::asio::steady_timer> certificate_poll_;
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
    bool stopped_ = false;
    bool cut_ = false;
    std::time_t date_second_ = 0;
    std::string date_;
};

}  // namespace switchhook::net

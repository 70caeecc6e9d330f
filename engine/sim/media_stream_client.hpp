#pragma once

#include "core/event.hpp"
#include "core/secret.hpp"
#include "net/http_client.hpp"
#include "sim/media_stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// A media stream on its WebSocket, opened as Twilio opens it: a signed upgrade, no Origin, no extensions.
// Lives on one executor.
class MediaStreamClient {
public:
    struct Options {
        core::Secret auth_token;  // signs the upgrade
        // Where the URL really is, if it goes through a proxy that is not there: "ws://127.0.0.1:8080/media".
        std::string reach;
        double speed = 1;  // seconds of the stream per second of the clock
        std::function<void(const StreamProblem&)> on_problem = {};
    };

    // How it ended. A code is what Twilio would log; 0 where the call left, or the server closed it in order.
    struct End {
        int code = 0;
        std::string what;
        std::chrono::milliseconds lasted{};
    };

    // `url` is the TwiML's: the signature is made for it.
    MediaStreamClient(std::string url, StreamFacts facts, Options options);

    // Opens the stream; a code where that failed.
    boost::asio::awaitable<End> connect();
    // Keeps it going until one side ends it. REQUIRES: connect() gave no code.
    boost::asio::awaitable<End> run();

    // The call leaves the stream: `stop`, then the WebSocket is closed.
    void leave();
    // The connection is gone, without a word.
    void break_off();
    // The carrier reads nothing more of what the server sends until it does again.
    void stop_reading() { reading_ = false; }
    void read_on();

    bool open() const { return opened_.has_value() && !gone_; }
    // Brought up to this moment.
    MediaStream& stream();

private:
    using Clock = std::chrono::steady_clock;

    boost::asio::awaitable<void> read();
    boost::asio::awaitable<void> pace();
    std::chrono::milliseconds now() const;
    Clock::time_point when(std::chrono::milliseconds time) const;
    void send(std::vector<std::string> messages);
    void tell_problems();

    const std::string url_;
    const Options options_;
    MediaStream stream_;
    net::HttpClient client_;
    std::shared_ptr<net::WebSocket> socket_;
    std::optional<Clock::time_point> opened_;
    std::unique_ptr<boost::asio::steady_timer> timer_;
    core::Event wake_;  // of a read that pauses
    End end_;
    bool reading_ = true;
    bool leaving_ = false;
    bool gone_ = false;
    bool congested_ = false;
};

}  // namespace switchhook::sim

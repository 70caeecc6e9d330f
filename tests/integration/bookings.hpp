#pragma once

#include "core/json.hpp"
#include "net/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace switchhook::tests {

// A server that takes its time, and counts the requests by their Idempotency-Key.
class Bookings {
public:
    Bookings(net::Workers& workers, core::Log& log, std::chrono::milliseconds takes = std::chrono::milliseconds(120))
        : takes_(takes),
          server_(
              workers, {}, [this](net::Request request) { return book(std::move(request)); }, log) {}

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    std::map<std::string, std::set<std::string>> by_key() const {
        std::lock_guard lock(mutex_);
        return keys_;
    }
    // All requests for one, those that were repeated too.
    int requests() const { return requests_; }
    std::size_t calls_ended() const {
        std::lock_guard lock(mutex_);
        return ended_.size();
    }

private:
    boost::asio::awaitable<net::Response> book(net::Request request) {
        auto body = core::Json::parse(request.body);
        {
            std::lock_guard lock(mutex_);
            ++requests_;
            auto& asked = request.path() == "/ended" ? ended_ : keys_;
            asked[std::string(request.headers.find("Idempotency-Key").value_or(""))].insert(request.body);
        }
        boost::asio::steady_timer slow(co_await boost::asio::this_coro::executor, takes_);
        co_await slow.async_wait(boost::asio::use_awaitable);
        co_return net::json_response(200, {{"number", body["turn"]}});
    }

    const std::chrono::milliseconds takes_;
    mutable std::mutex mutex_;
    std::atomic<int> requests_{0};
    std::map<std::string, std::set<std::string>> keys_, ended_;  // bodies by key
    net::HttpServer server_;
};

}  // namespace switchhook::tests

#include "sim/web_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;

WebServer::WebServer(net::Workers& workers, core::Log& log)
    : server_(
          workers, {}, [this](net::Request request) { return handle(std::move(request)); }, log) {}

std::string WebServer::url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port());
}

asio::awaitable<net::Response> WebServer::handle(net::Request request) {
    const auto asked = request.method + " " + request.target;
    requests_.push_back({request.method, request.target, std::move(request.body)});
    auto reply =
        std::find_if(replies_.rbegin(), replies_.rend(), [&](const Reply& one) { return fits(one.request, asked); });
    if (reply == replies_.rend()) co_return net::json_response(404, {{"error", "nothing is here for " + asked}});
    auto response = reply->response;
    if (reply->after.count() > 0) {
        asio::steady_timer timer(co_await asio::this_coro::executor, reply->after);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return response;
}

bool fits(std::string_view pattern, std::string_view text) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    pattern.remove_prefix(star + 1);
    for (auto from = star; from <= text.size(); ++from)
        if (fits(pattern, text.substr(from))) return true;
    return false;
}

}  // namespace switchhook::sim

#include "sim/delivery.hpp"

#include "sim/call_params.hpp"
#include "sim/signing.hpp"
#include "sim/url.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;

constexpr int most_redirects = 10;
constexpr std::chrono::milliseconds between_tries{50};

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Delivery failure(const std::string& url, const core::Error& error) {
    int code = 11200;
    if (error == core::Errc::unreachable || error == core::Errc::closed) code = 11205;
    if (error == core::Errc::malformed) code = 11206;
    if (error == core::Errc::too_large) code = 11750;
    if (error == core::Errc::certificate) code = 11220;
    return {{}, code, url + ": " + error.message()};
}

}  // namespace

WebhookSender::WebhookSender(Options options, std::shared_ptr<Sids> sids)
    : options_(std::move(options)), sids_(std::move(sids)) {}

boost::asio::awaitable<core::Result<net::Response>> WebhookSender::request(std::string url, std::string method,
                                                                           Params params,
                                                                           std::string idempotency_token) const {
    net::ClientRequest request;
    request.method = method;
    request.timeout = std::chrono::seconds(15);
    request.allow_private = true;
    if (method == "GET" && !params.empty())
        url += (url.find('?') == std::string::npos ? "?" : "&") + encode(params);
    else
        request.body = encode(params);
    auto signature = sign(options_.auth_token, url, method == "GET" ? Params{} : params);
    request.headers.add("X-Twilio-Signature", signature);
    request.headers.add("I-Twilio-Idempotency-Token", idempotency_token);
    request.headers.add("User-Agent", "TwilioProxy/1.1");
    request.headers.add("X-Home-Region", "us1");
    request.headers.add("Accept", "*/*");
    if (method == "POST") request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
    request.url = url;
    if (!options_.public_origin.empty() && url.starts_with(options_.public_origin))
        request.url = next_server() + url.substr(options_.public_origin.size());
    co_return co_await client_.send(std::move(request));
}

const std::string& WebhookSender::next_server() const {
    const auto turn = turn_++ % (options_.more_origins.size() + 1);
    return turn == 0 ? options_.local_origin : options_.more_origins[turn - 1];
}

asio::awaitable<core::Result<net::Response>> WebhookSender::deliver(std::string url, std::string method, Params params,
                                                                    std::string idempotency_token) const {
    auto response = co_await request(url, method, params, idempotency_token);
    // Only a connection that never came about is tried again: what was sent may have been acted upon.
    if (!response && response.error() == core::Errc::unreachable)
        response = co_await request(url, method, params, idempotency_token);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto until = std::chrono::steady_clock::now() + options_.patience;
    while (!response && std::chrono::steady_clock::now() < until) {
        timer.expires_after(between_tries);
        co_await timer.async_wait(asio::use_awaitable);
        response = co_await request(url, method, params, idempotency_token);
    }
    co_return response;
}

boost::asio::awaitable<Delivery> WebhookSender::send(std::string url, std::string method, Params params) const {
    auto idempotency_token = sids_->make("");
    for (int redirects = 0;; ++redirects) {
        auto response = co_await deliver(url, method, params, idempotency_token);
        if (!response) co_return failure(url, response.error());
        auto location = response->headers.find("Location");
        if (!is_redirect(response->status) || !location)
            co_return Delivery{
                Reply{static_cast<unsigned>(response->status), response->content_type, response->body}, 0, {}};
        auto next = resolve_url(url, std::string(*location));
        if (!next) co_return Delivery{{}, 11215, url + " redirects to what is not a URL"};
        if (redirects == most_redirects) co_return Delivery{{}, 11215, url + " redirects more than 10 times"};
        url = std::move(*next);
        method = "GET";
        params.clear();
    }
}

}  // namespace switchhook::sim

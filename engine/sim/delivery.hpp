#pragma once

#include "core/secret.hpp"
#include "net/http_client.hpp"
#include "sim/params.hpp"
#include "sim/sids.hpp"
#include "sim/twiml_document.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::sim {

// What came of a webhook: a reply, or Twilio's error code for why there is none.
struct Delivery {
    std::optional<Reply> reply;
    int code = 0;
    std::string what;
};

// Sends webhooks as Twilio does: signed, with its headers, within 15 s, once more where no connection could be
// made, following up to ten redirects (by GET and without the parameters).
class WebhookSender {
public:
    struct Options {
        core::Secret auth_token;
        // Where the URLs of a public origin really are: "https://hook.example" at "http://127.0.0.1:8080".
        // Signatures are made for the public form. Both empty: URLs are asked as they stand.
        std::string public_origin;
        std::string local_origin;
        // Other servers of the public origin, which take turns with the first, as behind a load balancer. One that
        // cannot be reached, or breaks off, has its request sent to the next, for as long as `patience`.
        std::vector<std::string> more_origins = {};
        std::chrono::milliseconds patience{0};
    };

    WebhookSender(Options options, std::shared_ptr<Sids> sids);

    boost::asio::awaitable<Delivery> send(std::string url, std::string method, Params params) const;

private:
    boost::asio::awaitable<core::Result<net::Response>> deliver(std::string url, std::string method, Params params,
                                                                std::string idempotency_token) const;
    boost::asio::awaitable<core::Result<net::Response>> request(std::string url, std::string method, Params params,
                                                                std::string idempotency_token) const;

    const std::string& next_server() const;

    Options options_;
    std::shared_ptr<Sids> sids_;
    mutable std::size_t turn_ = 0;  // whose it is, of several servers
    net::HttpClient client_;
};

}  // namespace switchhook::sim

#pragma once

#include "net/http.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace switchhook::twilio {

// The engine's address as the carrier knows it, which is what a carrier signs: a proxy or a tunnel in between may
// have changed scheme, host and port.
//
// Configured origins win. Without one, X-Forwarded-Proto and X-Forwarded-Host count (their first items), but only
// from a configured proxy; anybody else could write them. Otherwise it is the connection's scheme and the Host header.
class PublicOrigin {
public:
    struct Options {
        std::vector<std::string> public_urls;      // "https://voice.example.com", a path prefix may follow
        std::vector<std::string> trusted_proxies;  // "10.0.0.7", "10.0.0.0/8", "fd00::/8"
    };

    // Throws std::invalid_argument, with a line for the operator, where an option cannot be read.
    explicit PublicOrigin(const Options& options);

    // Scheme, host, port and prefix, without a slash at the end. Of several configured ones the one that the
    // request's host names, else the first.
    std::string of(const net::Request& request) const;

    // of(), followed by the request's target byte for byte. The scheme is wss for a WebSocket's upgrade,
    // whatever way it took: carriers dial no other.
    std::string url(const net::Request& request) const;

private:
    bool trusts(const boost::asio::ip::address& peer) const;

    std::vector<std::string> origins_;
    std::vector<boost::asio::ip::network_v4> proxies_v4_;
    std::vector<boost::asio::ip::network_v6> proxies_v6_;
};

}  // namespace switchhook::twilio

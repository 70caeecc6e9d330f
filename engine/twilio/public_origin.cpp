#include "twilio/public_origin.hpp"

#include "core/trimmed.hpp"
#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <stdexcept>

namespace switchhook::twilio {
namespace {

namespace ip = boost::asio::ip;

std::string_view first_item(std::string_view list) {
    return core::trimmed(list.substr(0, list.find(',')));
}

std::string_view header(const net::Request& request, std::string_view name) {
    return request.headers.find(name).value_or(std::string_view());
}

std::string checked_origin(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    const auto parsed = net::parse_url(url);
    const bool web = parsed && (parsed->scheme == "https" || parsed->scheme == "http");
    if (!web || !parsed->user_info.empty() || url.find_first_of("?#") != std::string::npos)
        throw std::invalid_argument("public URL \"" + url + "\": write it as \"https://voice.example.com\"");
    return url;
}

// "voice.example.com:8443" of "https://voice.example.com:8443/prefix"
std::string_view authority_of(std::string_view origin) {
    origin.remove_prefix(origin.find("://") + 3);
    return origin.substr(0, origin.find('/'));
}

}  // namespace

PublicOrigin::PublicOrigin(const Options& options) {
    for (const auto& url : options.public_urls) origins_.push_back(checked_origin(url));
    for (const auto& proxy : options.trusted_proxies) {
        boost::system::error_code error;
        const bool is_network = proxy.find('/') != std::string::npos;
        const bool is_v6 = proxy.find(':') != std::string::npos;
        if (is_v6)
            proxies_v6_.push_back(ip::make_network_v6(is_network ? proxy : proxy + "/128", error));
        else
            proxies_v4_.push_back(ip::make_network_v4(is_network ? proxy : proxy + "/32", error));
        if (error)
            throw std::invalid_argument("trusted proxy \"" + proxy +
                                        "\": write an address, or a network as 10.0.0.0/8");
    }
}

bool PublicOrigin::trusts(const ip::address& peer) const {
    auto holds_v4 = [](const ip::address_v4& address) {
        return [address](const ip::network_v4& network) {
            return ip::network_v4(address, network.prefix_length()).canonical() == network.canonical();
        };
    };
    if (peer.is_v4()) return std::any_of(proxies_v4_.begin(), proxies_v4_.end(), holds_v4(peer.to_v4()));
    const auto address = peer.to_v6();
    // A socket that listens on IPv6 shows IPv4 peers so.
    if (address.is_v4_mapped())
        return std::any_of(proxies_v4_.begin(), proxies_v4_.end(),
                           holds_v4(ip::make_address_v4(ip::v4_mapped, address)));
    return std::any_of(proxies_v6_.begin(), proxies_v6_.end(), [&](const ip::network_v6& network) {
        return ip::network_v6(address, network.prefix_length()).canonical() == network.canonical();
    });
}

std::string PublicOrigin::of(const net::Request& request) const {
    std::string_view scheme = request.secure ? "https" : "http";
    std::string_view host = core::trimmed(header(request, "Host"));
    if (trusts(request.peer)) {
        const auto forwarded_scheme = first_item(header(request, "X-Forwarded-Proto"));
        const auto forwarded_host = first_item(header(request, "X-Forwarded-Host"));
        if (net::same_name(forwarded_scheme, "https") || net::same_name(forwarded_scheme, "wss"))
            scheme = "https";
        else if (net::same_name(forwarded_scheme, "http") || net::same_name(forwarded_scheme, "ws"))
            scheme = "http";
        if (!forwarded_host.empty()) host = forwarded_host;
    }
    for (const auto& origin : origins_)
        if (net::same_name(authority_of(origin), host)) return origin;
    if (!origins_.empty()) return origins_.front();
    return std::string(scheme).append("://").append(host);
}

std::string PublicOrigin::url(const net::Request& request) const {
    auto url = of(request);
    if (net::same_name(core::trimmed(header(request, "Upgrade")), "websocket")) url.replace(0, url.find(':'), "wss");
    return url += request.target;
}

}  // namespace switchhook::twilio

#pragma once

#include "core/errc.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace switchhook::net {

// An absolute http, https, ws or wss URL (RFC 3986) taken apart. The fragment is dropped.
struct Url {
    std::string scheme;      // lower case
    std::string user_info;   // "user:password", decoded; mostly empty
    std::string host;        // lower case, decoded, IPv6 without its brackets
    std::uint16_t port = 0;  // the scheme's own where the URL names none
    std::string target;      // path and query, still encoded; at least "/"
    bool ipv6 = false;       // the host is an IPv6 literal

    bool secure() const noexcept { return scheme == "https" || scheme == "wss"; }
    // Host as the Host header wants it: brackets around IPv6, the port unless it is the scheme's own.
    std::string authority() const;
    // Scheme, host and port: what decides whether credentials may go along (RFC 6454).
    std::string origin() const { return scheme + "://" + authority(); }
    // As it would be written, without user info.
    std::string text() const { return origin() + target; }
};

// Errc::malformed where the text is not such a URL.
core::Result<Url> parse_url(std::string_view text);

// What `reference` (absolute or relative, as in Location) means on the page `base`.
core::Result<Url> resolve_url(const Url& base, std::string_view reference);

}  // namespace switchhook::net

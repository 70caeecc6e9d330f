#pragma once

#include "net/http.hpp"
#include "net/url.hpp"

#include <optional>
#include <string>

// How a connection becomes a WebSocket (RFC 6455 §4), without I/O. No extensions and no subprotocols.
namespace switchhook::net {

// Why this request, which wants a WebSocket, does not open one: 400, or 426 for another version of the protocol.
std::optional<Response> upgrade_refusal(const Request& request);

// The reply that opens one. REQUIRES: upgrade_refusal() has nothing against it.
std::string upgrade_response(const Request& request);

// A client's side of it.
class ClientUpgrade {
public:
    // Throws std::runtime_error where the system gives no randomness.
    ClientUpgrade();

    // REQUIRES: are_sendable(headers).
    std::string request(const Url& url, std::string_view user_agent, const Headers& headers) const;
    // Whether the server has opened a WebSocket with this.
    bool is_accepted_by(const Response& response) const;

private:
    std::string key_;
};

}  // namespace switchhook::net

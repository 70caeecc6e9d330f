#pragma once

#include "net/http.hpp"

#include <string>
#include <string_view>

namespace switchhook::net {

// How a response goes onto its connection.
struct Framing {
    std::string_view date;  // as RFC 9110 §5.6.7 wants it
    bool head = false;      // the request was HEAD: the length is told, the body kept back
    bool keep_alive = true;
    bool http_1_0 = false;  // an HTTP/1.0 client is told in so many words
};

// Appends the response as HTTP/1.1 bytes. Date, Connection and framing headers are the server's own,
// whatever the response says; control characters in a header become blanks.
void append_response(std::string& out, const Response& response, const Framing& framing);

// `unix_seconds` as "Mon, 02 Mar 2026 22:30:00 GMT".
std::string http_date(std::int64_t unix_seconds);

}  // namespace switchhook::net

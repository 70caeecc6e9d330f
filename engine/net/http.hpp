#pragma once

#include "core/json.hpp"

#include <boost/asio/ip/address.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::net {

// Whether two names are the same but for the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b) noexcept;

// The fields of a message in the order they came; a name may come several times (RFC 9110 §5).
class Headers {
public:
    struct Header {
        std::string name;
        std::string value;
    };

    Headers() = default;
    Headers(std::initializer_list<Header> headers) : headers_(headers) {}

    void add(std::string_view name, std::string_view value) {
        headers_.push_back({std::string(name), std::string(value)});
    }
    // Replaces every field of this name by one.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name);

    // The first value under `name`, whatever its case. The view lives until the headers change.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }

    auto begin() const noexcept { return headers_.begin(); }
    auto end() const noexcept { return headers_.end(); }
    std::size_t size() const noexcept { return headers_.size(); }
    bool empty() const noexcept { return headers_.empty(); }

private:
    std::vector<Header> headers_;
};

// Whether the text can be a method or a header's name (RFC 9110 §5.6.2).
bool is_token(std::string_view text) noexcept;
// Whether every header can be sent without breaking out of its line.
bool are_sendable(const Headers& headers) noexcept;

struct Request {
    std::string method;
    std::string target;  // path and query, byte for byte as received
    Headers headers;
    std::string body;
    boost::asio::ip::address peer;  // who holds the other end of the connection
    bool secure = false;            // came over TLS

    // The target up to its "?", and what follows that, both still encoded.
    std::string_view path() const noexcept;
    std::string_view query() const noexcept;
};

struct Response {
    int status = 200;
    std::string content_type;  // left out where empty
    std::string body;
    Headers headers;
};

Response text_response(int status, std::string body);
Response json_response(int status, const core::Json& json);
// For TwiML and any other XML in UTF-8.
Response xml_response(int status, std::string body);

}  // namespace switchhook::net

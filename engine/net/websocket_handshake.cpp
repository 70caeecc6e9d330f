#include "net/websocket_handshake.hpp"

#include "core/trimmed.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace switchhook::net {
namespace {

constexpr std::string_view version = "13";
constexpr std::size_t nonce_bytes = 16;
constexpr int switching_protocols = 101;

template <std::size_t size>
std::string base64(const std::array<unsigned char, size>& bytes) {
    std::array<unsigned char, (size + 2) / 3 * 4 + 1> text{};
    const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
    return {text.begin(), text.begin() + length};
}

// Sixteen bytes in base 64.
bool is_key(std::string_view text) {
    std::array<unsigned char, 18> decoded{};
    return text.size() == 24 && text.ends_with("==") && !text.ends_with("===") &&
           EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(text.data()),
                           static_cast<int>(text.size())) == static_cast<int>(decoded.size());
}

// What proves that the server has read the key (§4.2.2).
std::string accept_of(std::string_view key) {
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base64(digest);
}

// Whether one of a field's values, parted by commas, is this one.
bool has_value(const Headers& headers, std::string_view name, std::string_view wanted) {
    for (const auto& header : headers) {
        if (!same_name(header.name, name)) continue;
        for (std::string_view rest = header.value; !rest.empty();) {
            const auto comma = std::min(rest.find(','), rest.size());
            if (same_name(core::trimmed(rest.substr(0, comma)), wanted)) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

}  // namespace

std::optional<Response> upgrade_refusal(const Request& request) {
    if (request.method != "GET") return text_response(400, "A WebSocket is asked for with GET.\n");
    if (core::trimmed(request.headers.find("Sec-WebSocket-Version").value_or("")) != version) {
        auto refusal = text_response(426, "This server speaks version 13 of the WebSocket protocol.\n");
        refusal.headers.add("Sec-WebSocket-Version", version);
        return refusal;
    }
    if (!is_key(core::trimmed(request.headers.find("Sec-WebSocket-Key").value_or(""))))
        return text_response(400, "Sec-WebSocket-Key is not 16 bytes in base 64.\n");
    return std::nullopt;
}

std::string upgrade_response(const Request& request) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           accept_of(core::trimmed(request.headers.find("Sec-WebSocket-Key").value_or(""))) + "\r\n\r\n";
}

ClientUpgrade::ClientUpgrade() {
    std::array<unsigned char, nonce_bytes> nonce{};
    if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1)
        throw std::runtime_error("the system gives no randomness");
    key_ = base64(nonce);
}

std::string ClientUpgrade::request(const Url& url, std::string_view user_agent, const Headers& headers) const {
    std::string text =
        "GET " + url.target + " HTTP/1.1\r\nHost: " + url.authority() +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: " + std::string(version) +
        "\r\nSec-WebSocket-Key: " + key_ + "\r\n";
    auto add = [&](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    if (!headers.contains("User-Agent")) add("User-Agent", user_agent);
    for (const auto& [name, value] : headers) add(name, value);
    return text + "\r\n";
}

bool ClientUpgrade::is_accepted_by(const Response& response) const {
    return response.status == switching_protocols && has_value(response.headers, "Upgrade", "websocket") &&
           has_value(response.headers, "Connection", "Upgrade") &&
           core::trimmed(response.headers.find("Sec-WebSocket-Accept").value_or("")) == accept_of(key_) &&
           !response.headers.contains("Sec-WebSocket-Extensions") &&
           !response.headers.contains("Sec-WebSocket-Protocol");
}

}  // namespace switchhook::net

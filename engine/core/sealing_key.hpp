#pragma once

#include "core/errc.hpp"
#include "core/json.hpp"

#include <array>
#include <string>
#include <string_view>

namespace switchhook::core {

// Seals what must not be kept in plain text, under a key that is kept elsewhere: AES-256 in Galois/Counter Mode
// (NIST SP 800-38D), each time with a fresh random nonce of 96 bits and a tag of 128.
//
// What is sealed is {"$sealed": BASE64} over one byte for the format, four that tell the key from others, the nonce,
// the tag and the ciphertext.
class SealingKey {
public:
    static constexpr std::size_t key_size = 32;  // bytes

    // `text`: the bytes in base64, as `openssl rand -base64 32` prints them, or as 64 hex digits. Errc::malformed.
    static Result<SealingKey> parse(std::string_view text);

    // What is sealed can be opened only by who says again what it is for: it cannot be moved from place to place.
    Json seal(std::string_view plain, std::string_view what_for) const;
    // Errc::conflict: it was sealed under another key. Errc::malformed: it is nothing sealed, has been altered, or is
    // for something else.
    Result<std::string> open(const Json& sealed, std::string_view what_for) const;

private:
    using Bytes = std::array<unsigned char, key_size>;
    explicit SealingKey(const Bytes& bytes) : bytes_(bytes) {}
    std::string fingerprint() const;

    Bytes bytes_;
};

// Whether it has the form of what is sealed.
bool is_sealed(const Json& value);

}  // namespace switchhook::core

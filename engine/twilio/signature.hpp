#pragma once

#include "core/secret.hpp"
#include "net/form.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Twilio's request signature: https://www.twilio.com/docs/usage/security#validating-requests
namespace switchhook::twilio {

// Signs as Twilio does: base64 of HMAC-SHA1 over the URL and, by ascending key, each key and its values (sorted,
// equal ones once), with nothing in between. User info and fragment of the URL do not count. The parameters are
// those of a form body, decoded; none for GET, for JSON and for a WebSocket's upgrade.
std::string sign(const core::Secret& token, std::string_view url, const net::Form& parameters = {});

// Checks X-Twilio-Signature. Twilio writes one URL in several ways, and any of them is accepted: with the port or
// without where it is the scheme's own, with or without any other explicit port; a bare origin with or without its
// slash; for ws and wss, a trailing slash more or less. Another explicit port than the URL's is never tried.
//
// Immutable: any number of threads may check at once.
class SignatureCheck {
public:
    // Auth Tokens, each good on its own: during a rotation both are. Empty ones are passed over.
    explicit SignatureCheck(const std::vector<core::Secret>& tokens);
    SignatureCheck(SignatureCheck&&) noexcept;
    SignatureCheck& operator=(SignatureCheck&&) noexcept;
    ~SignatureCheck();

    // No token: nothing can be checked.
    bool empty() const { return keys_.empty(); }

    // True if one of the tokens signed the request. Takes as long for a wrong signature as for another wrong one.
    bool accepts(std::string_view url, const net::Form& parameters, std::string_view signature) const;

private:
    struct Key;
    std::vector<std::unique_ptr<const Key>> keys_;
};

// The URLs that Twilio may have signed for a request to this one, the likeliest first.
std::vector<std::string> signed_forms(std::string_view url);

// For a JSON body Twilio signs the URL only, which carries the body's hash as its query's bodySHA256.
// True if the URL carries one.
bool has_body_hash(std::string_view url);

// True if the URL carries a bodySHA256, and it is this body's: 64 hex digits.
bool body_hash_matches(std::string_view url, std::string_view body);

}  // namespace switchhook::twilio

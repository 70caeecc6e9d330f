#pragma once

#include "core/secret.hpp"
#include "net/form.hpp"
#include "net/http.hpp"
#include "twilio/public_origin.hpp"
#include "twilio/routes.hpp"
#include "twilio/signature.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::twilio {

// A request of Twilio's that was read and, unless told otherwise, checked.
struct Webhook {
    Route route;
    net::Form params;  // decoded once, in the order they came
    std::string call_sid;
    std::string message_sid;
    std::string account_sid;
    std::string from;               // E.164; "anonymous" for a caller who hides; "client:name", "sip:…"
    std::string to;                 // E.164
    std::string idempotency_token;  // the same on every delivery of one webhook; may be empty
};

// A request that is turned away.
struct Refusal {
    enum class Cause { signature_missing, signature_wrong, no_token, malformed };

    Cause cause;
    int status;          // HTTP
    std::string reason;  // for the log and for the body: what is wrong, and what to set
};

// Reads webhooks and checks that they are Twilio's. Immutable: any number of threads may read at once.
class WebhookReader {
public:
    struct Options {
        std::vector<core::Secret> tokens;  // Auth Tokens, any of which may have signed
        bool allow_unsigned = false;       // takes every request for Twilio's: on loopback only
        PublicOrigin::Options origin;
        std::string stream_origin = {};  // where documents lead media streams, if not to the origin of their webhook
    };

    // Throws std::invalid_argument where an option cannot be read.
    explicit WebhookReader(const Options& options);

    std::variant<Webhook, Refusal> read(const net::Request& request, Route route) const;

    // Whether a media stream's upgrade is Twilio's; nothing if it is.
    std::optional<Refusal> check_upgrade(const net::Request& request) const;

    // The public address under which a request came, as "https://voice.example.com".
    std::string origin(const net::Request& request) const { return origin_.of(request); }

private:
    std::optional<Refusal> check(const net::Request& request, const net::Form& signed_params,
                                 const std::string& url) const;

    SignatureCheck signatures_;
    bool allow_unsigned_;
    PublicOrigin origin_;
    PublicOrigin stream_origin_;
};

// True for "CA", "SM", … followed by 32 hex digits.
bool is_sid(std::string_view text, std::string_view prefix);

}  // namespace switchhook::twilio

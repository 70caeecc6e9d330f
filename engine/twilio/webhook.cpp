#include "twilio/webhook.hpp"

#include "twiml/legal_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace switchhook::twilio {
namespace {

// Twilio sends some 30 parameters; a text of ten pictures about 50.
constexpr std::size_t most_params = 500;
constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_value = 64 * 1024;

Refusal malformed(std::string reason, int status = 400) {
    return {Refusal::Cause::malformed, status, std::move(reason)};
}

bool has_type(const net::Request& request, std::string_view type) {
    auto given = request.headers.find("Content-Type").value_or(std::string_view());
    given = given.substr(0, given.find(';'));
    while (given.ends_with(' ')) given.remove_suffix(1);
    return net::same_name(given, type);
}

// Numbers that Twilio shows in place of one that is withheld: the words ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
// UNAVAILABLE on a phone's keys.
constexpr std::array<std::string_view, 5> withheld = {"+266696687", "+7378742833", "+2562533", "+8656696",
                                                      "+86282452253"};

// What ends up in logs, JSON and TwiML is well-formed UTF-8.
std::string legal(std::string_view text) {
    std::string changed;
    return std::string(twiml::legal_text(text, changed));
}

std::string caller(std::string_view from) {
    if (from.empty()) return "anonymous";
    if (std::find(withheld.begin(), withheld.end(), from) != withheld.end()) return "anonymous";
    for (std::string_view word : {"anonymous", "restricted", "blocked", "unknown", "unavailable", "private"})
        if (net::same_name(from, word)) return "anonymous";
    return legal(from);
}

std::optional<Refusal> check_lengths(const net::Form& params) {
    for (const auto& [name, value] : params) {
        if (name.size() > longest_name) return malformed("a parameter's name is longer than 256 bytes");
        if (value.size() > longest_value) return malformed("the parameter " + name + " is longer than 64 KiB");
    }
    return std::nullopt;
}

bool is_about_message(RouteKind kind) {
    return kind == RouteKind::message || kind == RouteKind::message_status;
}

std::optional<Refusal> check_sids(const Webhook& webhook) {
    const auto& params = webhook.params;
    if (!webhook.account_sid.empty() && !is_sid(webhook.account_sid, "AC"))
        return malformed("AccountSid must be AC and 32 hex digits");
    if (is_about_message(webhook.route.kind)) {
        if (webhook.message_sid.empty()) return malformed("the parameter MessageSid is missing");
        if (!is_sid(webhook.message_sid, "SM") && !is_sid(webhook.message_sid, "MM"))
            return malformed("MessageSid must be SM or MM and 32 hex digits");
        return std::nullopt;
    }
    const bool of_conference = webhook.route.kind == RouteKind::recording && params.find("ConferenceSid");
    if (webhook.call_sid.empty() && of_conference) return std::nullopt;
    if (webhook.call_sid.empty()) return malformed("the parameter CallSid is missing");
    if (!is_sid(webhook.call_sid, "CA")) return malformed("CallSid must be CA and 32 hex digits");
    return std::nullopt;
}

// A stream was signed for the address that its document named, whatever a proxy has made of it since.
PublicOrigin::Options origins_of_streams(const WebhookReader::Options& options) {
    auto origins = options.origin;
    if (!options.stream_origin.empty()) origins.public_urls.insert(origins.public_urls.begin(), options.stream_origin);
    return origins;
}

}  // namespace

bool is_sid(std::string_view text, std::string_view prefix) {
    return text.size() == prefix.size() + 32 && text.starts_with(prefix) &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(prefix.size()), text.end(),
                       [](unsigned char c) { return std::isxdigit(c) != 0; });
}

WebhookReader::WebhookReader(const Options& options)
    : signatures_(options.tokens),
      allow_unsigned_(options.allow_unsigned),
      origin_(options.origin),
      stream_origin_(origins_of_streams(options)) {}

std::optional<Refusal> WebhookReader::check(const net::Request& request, const net::Form& signed_params,
                                            const std::string& url) const {
    using Cause = Refusal::Cause;
    if (allow_unsigned_) return std::nullopt;
    if (signatures_.empty())
        return Refusal{Cause::no_token, 500,
                       "no signature can be checked: set TWILIO_AUTH_TOKEN to the account's Auth Token"};
    const auto signature = request.headers.find("X-Twilio-Signature");
    if (!signature) return Refusal{Cause::signature_missing, 400, "the header X-Twilio-Signature is missing"};
    if (!signatures_.accepts(url, signed_params, *signature))
        return Refusal{Cause::signature_wrong, 403,
                       "the signature is not Twilio's for " + url.substr(0, url.find('?')) +
                           ": see that PUBLIC_URL and TWILIO_AUTH_TOKEN are those of the console"};
    if (has_body_hash(url) && !body_hash_matches(url, request.body))
        return Refusal{Cause::signature_wrong, 403, "the body is not the one that Twilio signed (bodySHA256)"};
    return std::nullopt;
}

std::optional<Refusal> WebhookReader::check_upgrade(const net::Request& request) const {
    return check(request, {}, stream_origin_.url(request));
}

std::variant<Webhook, Refusal> WebhookReader::read(const net::Request& request, Route route) const {
    const bool is_get = request.method == "GET";
    if (!is_get && request.method != "POST") return malformed("webhooks come by GET or POST", 405);
    const bool is_form = !is_get && has_type(request, "application/x-www-form-urlencoded");
    const std::string_view encoded = is_get ? request.query() : is_form ? std::string_view(request.body) : "";
    // Before anything is spent on them.
    if (static_cast<std::size_t>(std::count(encoded.begin(), encoded.end(), '&')) >= most_params)
        return malformed("there are more than 500 parameters");

    Webhook webhook;
    webhook.route = std::move(route);
    webhook.params = net::decode_form(encoded);
    if (auto refusal = check(request, is_form ? webhook.params : net::Form(), origin_.url(request)))
        return std::move(*refusal);
    if (!is_get && !is_form && !request.body.empty())
        return malformed("parameters come as application/x-www-form-urlencoded");
    const auto& params = webhook.params;
    if (auto refusal = check_lengths(params)) return std::move(*refusal);

    webhook.call_sid = params.get("CallSid");
    webhook.message_sid = params.get("MessageSid");
    if (webhook.message_sid.empty()) webhook.message_sid = params.get("SmsSid");
    webhook.account_sid = params.get("AccountSid");
    webhook.from = caller(params.get("From"));
    webhook.to = legal(params.get("To"));
    webhook.idempotency_token = request.headers.find("I-Twilio-Idempotency-Token").value_or(std::string_view());
    if (auto refusal = check_sids(webhook)) return std::move(*refusal);
    return webhook;
}

}  // namespace switchhook::twilio

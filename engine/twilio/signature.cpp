#include "twilio/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace switchhook::twilio {
namespace {

struct Free {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, Free>;

constexpr std::size_t digest_size = 20;
constexpr std::size_t signature_size = 28;  // base64 of it

// HMAC-SHA1 with its key set, ready for data.
Context keyed_context(std::string_view key) {
    const std::unique_ptr<EVP_MAC, Free> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    Context context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
    char digest[] = "SHA1";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    if (!context || EVP_MAC_init(context.get(), bytes, key.size(), parameters) != 1)
        throw std::runtime_error("OpenSSL has no HMAC-SHA1, which Twilio's signatures need");
    return context;
}

using Signature = std::array<char, signature_size + 1>;  // and a NUL

Signature finish(const EVP_MAC_CTX* keyed, std::string_view url, std::string_view parameters) {
    // A copy of the keyed state: the key's two blocks are hashed once for all requests.
    const Context context(EVP_MAC_CTX_dup(keyed));
    auto update = [&](std::string_view data) {
        return EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1;
    };
    std::array<unsigned char, digest_size> digest{};
    std::size_t size = 0;
    if (!context || !update(url) || !update(parameters) ||
        EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) != 1)
        throw std::runtime_error("OpenSSL could not compute HMAC-SHA1");
    Signature signature{};
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(signature.data()), digest.data(), digest_size);
    return signature;
}

// Keys and values one after the other, as they are signed.
std::string joined(const net::Form& parameters) {
    std::vector<const net::Form::Field*> sorted;
    sorted.reserve(parameters.size());
    std::size_t size = 0;
    for (const auto& field : parameters) {
        sorted.push_back(&field);
        size += field.first.size() + field.second.size();
    }
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return *a < *b; });
    std::string text;
    text.reserve(size);
    const net::Form::Field* previous = nullptr;
    for (const auto* field : sorted) {
        if (previous && *previous == *field) continue;
        text.append(field->first).append(field->second);
        previous = field;
    }
    return text;
}

struct Parts {
    std::string_view scheme;  // "https://"
    std::string_view host;    // without user info and port
    std::string_view port;    // ":8443", or empty
    std::string_view path;    // up to the query; may be empty
    std::string_view query;   // with its "?"
};

Parts split(std::string_view url) {
    Parts parts;
    url = url.substr(0, url.find('#'));
    const auto mark = url.find("://");
    const std::size_t begin = mark == std::string_view::npos ? 0 : mark + 3;
    parts.scheme = url.substr(0, begin);
    url.remove_prefix(begin);
    const auto end = std::min(url.find_first_of("/?"), url.size());
    auto authority = url.substr(0, end);
    url.remove_prefix(end);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    parts.host = has_port ? authority.substr(0, colon) : authority;
    if (has_port) parts.port = authority.substr(colon);
    const auto query = std::min(url.find('?'), url.size());
    parts.path = url.substr(0, query);
    parts.query = url.substr(query);
    return parts;
}

std::string together(const Parts& parts, std::string_view port, std::string_view path) {
    std::string url;
    url.reserve(parts.scheme.size() + parts.host.size() + port.size() + path.size() + parts.query.size());
    return url.append(parts.scheme).append(parts.host).append(port).append(path).append(parts.query);
}

// The port as it came, then what else may have been signed in its place.
std::vector<std::string_view> ports(const Parts& parts) {
    if (!parts.port.empty()) return {parts.port, ""};
    if (parts.scheme == "https://") return {"", ":443"};
    // Twilio's own helpers take 80 for whatever is not https.
    if (parts.scheme == "wss://") return {"", ":443", ":80"};
    return {"", ":80"};
}

std::vector<std::string> paths(const Parts& parts) {
    std::vector<std::string> forms{std::string(parts.path)};
    const bool socket = parts.scheme == "wss://" || parts.scheme == "ws://";
    if (parts.path.empty())
        forms.emplace_back("/");
    else if (parts.path == "/")
        forms.emplace_back("");
    else if (socket && parts.path.ends_with('/'))
        forms.emplace_back(parts.path.substr(0, parts.path.size() - 1));
    else if (socket)
        forms.emplace_back(std::string(parts.path) + '/');
    return forms;
}

// Tries the forms one after the other until one will do; what is not tried is not put together.
template <class Try>
bool any_form(std::string_view url, Try will_do) {
    const auto parts = split(url);
    for (const auto& path : paths(parts))
        for (auto port : ports(parts))
            if (will_do(together(parts, port, path))) return true;
    return false;
}

std::string_view body_hash(std::string_view url) {
    constexpr std::string_view name = "bodySHA256=";
    auto query = split(url).query;
    while (!query.empty()) {
        query.remove_prefix(1);  // "?" or "&"
        const auto end = std::min(query.find('&'), query.size());
        if (query.starts_with(name)) return query.substr(name.size(), end - name.size());
        query.remove_prefix(end);
    }
    return {};
}

}  // namespace

std::vector<std::string> signed_forms(std::string_view url) {
    std::vector<std::string> forms;
    any_form(url, [&](std::string form) {
        forms.push_back(std::move(form));
        return false;
    });
    return forms;
}

std::string sign(const core::Secret& token, std::string_view url, const net::Form& parameters) {
    const auto parts = split(url);
    const auto context = keyed_context(token.reveal());
    return finish(context.get(), together(parts, parts.port, parts.path), joined(parameters)).data();
}

struct SignatureCheck::Key {
    Context context;
};

SignatureCheck::SignatureCheck(const std::vector<core::Secret>& tokens) {
    for (const auto& token : tokens)
        if (!token.empty()) keys_.push_back(std::make_unique<const Key>(Key{keyed_context(token.reveal())}));
}

SignatureCheck::SignatureCheck(SignatureCheck&&) noexcept = default;
SignatureCheck& SignatureCheck::operator=(SignatureCheck&&) noexcept = default;
SignatureCheck::~SignatureCheck() = default;

bool SignatureCheck::accepts(std::string_view url, const net::Form& parameters, std::string_view signature) const {
    if (signature.size() != signature_size) return false;
    const auto signed_parameters = joined(parameters);
    return any_form(url, [&](const std::string& form) {
        return std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) {
            const auto expected = finish(key->context.get(), form, signed_parameters);
            return CRYPTO_memcmp(expected.data(), signature.data(), signature_size) == 0;
        });
    });
}

bool has_body_hash(std::string_view url) {
    return !body_hash(url).empty();
}

bool body_hash_matches(std::string_view url, std::string_view body) {
    const auto expected = body_hash(url);
    std::array<unsigned char, 32> digest{};
    if (expected.size() != 2 * digest.size()) return false;
    if (EVP_Digest(body.data(), body.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return false;
    std::array<char, 64> hex{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    std::array<char, 64> given{};
    std::transform(expected.begin(), expected.end(), given.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return CRYPTO_memcmp(hex.data(), given.data(), hex.size()) == 0;
}

}  // namespace switchhook::twilio

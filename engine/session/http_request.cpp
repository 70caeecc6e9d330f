#include "session/http_request.hpp"

#include "core/json_text.hpp"

namespace switchhook::session {
namespace {

using core::Json;
using core::text_of;

constexpr std::chrono::milliseconds default_timeout{10'000};
constexpr std::size_t reply_limit = std::size_t{1} << 20;

}  // namespace

core::Result<net::ClientRequest> http_request(const Json& options, std::string idempotency_key, bool allow_private) {
    net::ClientRequest request;
    request.method = options.value("method", "GET");
    request.url = text_of(options, "url");
    request.timeout = default_timeout;
    if (auto timeout = options.find("timeout"); timeout != options.end())
        request.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout->get<double>() * 1000));
    request.max_body = reply_limit;
    request.allow_private = allow_private;
    if (auto headers = options.find("headers"); headers != options.end())
        for (const auto& [name, value] : headers->items())
            request.headers.set(name, value.is_string() ? value.get<std::string>() : value.dump());
    if (auto json = options.find("json"); json != options.end()) {
        try {
            request.body = json->dump();
        } catch (const Json::type_error&) {
            return core::Errc::malformed;
        }
        if (!request.headers.contains("content-type")) request.headers.set("Content-Type", "application/json");
    } else {
        request.body = text_of(options, "body");
    }
    if (request.method != "GET" && !request.headers.contains("idempotency-key"))
        request.headers.set("Idempotency-Key", idempotency_key);
    return request;
}

}  // namespace switchhook::session

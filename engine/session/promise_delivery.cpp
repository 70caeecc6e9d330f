#include "session/promise_delivery.hpp"

#include "core/json_text.hpp"
#include "net/retry_after.hpp"
#include "net/url.hpp"
#include "session/http_request.hpp"
#include "session/text_messages.hpp"

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Errc;
using core::Json;
using core::Promise;
using core::text_of;

constexpr std::chrono::milliseconds longest_retry_after = std::chrono::hours(1);

bool succeeded(int status) {
    return status >= 200 && status < 300;
}

bool may_get_better(int status) {
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

Attempt came_of(const net::Response& response, core::Time now) {
    if (succeeded(response.status)) return Kept{};
    auto reason = "status " + std::to_string(response.status);
    if (!may_get_better(response.status)) return GiveUp{reason};
    auto after = net::retry_after(response.headers, now);
    if (after) after = std::min(*after, longest_retry_after);
    return TryLater{reason, after};
}

}  // namespace

Promise promise_of(const core::Ask& ask, const Caller& caller) {
    Promise promise;
    promise.id = caller.key();
    promise.business = caller.business;
    promise.kind = ask.kind;
    promise.payload = ask.options;
    if (ask.kind == "sms") {
        promise.destination = text_of(ask.options, "to");
        if (!ask.options.contains("from")) promise.payload["from"] = std::string(caller.number);
    } else {
        auto url = net::parse_url(text_of(ask.options, "url"));
        promise.destination = url ? url->origin() : std::string();
    }
    return promise;
}

OutboxWorker::Deliver deliver_http(const net::HttpClient& client, const core::Clock& clock, bool allow_private) {
    return [&client, &clock, allow_private](Promise promise) -> asio::awaitable<Attempt> {
        auto request = http_request(promise.payload, promise.id, allow_private);
        if (!request) co_return GiveUp{"`json` holds text that is not UTF-8"};
        request->on_body = [](std::string_view) { return false; };  // the status says it all
        auto response = co_await client.send(std::move(*request));
        if (response) co_return came_of(*response, clock.now());
        if (response.error() == Errc::refused_address) co_return GiveUp{response.error().message()};
        co_return TryLater{response.error().message()};
    };
}

OutboxWorker::Deliver deliver_texts(const twilio::RestClient* client) {
    return [client](Promise promise) -> asio::awaitable<Attempt> {
        if (!client) co_return TryLater{"set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"};
        const auto& options = promise.payload;
        twilio::NewMessage message;
        message.to = text_of(options, "to");
        message.from = text_of(options, "from");
        message.body = text_of(options, "body");
        message.media = options.value("media", std::vector<std::string>());
        message.idempotency_key = promise.id;
        std::optional<core::Time> perhaps_since;
        if (promise.begun || !promise.reason.empty()) perhaps_since = promise.promised;
        auto sent = co_await send_once(*client, std::move(message), perhaps_since);
        if (sent) co_return Kept{};
        const auto& error = sent.error();
        auto reason = error.message + (error.code ? " (" + std::to_string(error.code) + ")" : "");
        if (error.cause || may_get_better(error.status)) co_return TryLater{reason};
        co_return GiveUp{reason};
    };
}

OutboxWorker::Deliver opened(const core::Vault& vault, OutboxWorker::Deliver deliver) {
    return [&vault, deliver = std::move(deliver)](Promise promise) -> asio::awaitable<Attempt> {
        auto open = vault.open_secrets(std::move(promise.payload), promise.id);
        if (!open.problem.empty()) co_return TryLater{open.problem};
        promise.payload = std::move(open.value);
        co_return co_await deliver(std::move(promise));
    };
}

}  // namespace switchhook::session

#include "session/services.hpp"

#include "core/json_text.hpp"
#include "core/lower_case.hpp"
#include "net/url.hpp"
#include "session/http_request.hpp"
#include "session/promise_delivery.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Answer;
using core::Ask;
using core::Errc;
using core::Json;
using core::text_of;

constexpr std::chrono::milliseconds retry_after{250};  // doubled for each further try

std::chrono::milliseconds seconds(double s) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(s * 1000));
}

std::optional<std::chrono::milliseconds> lifetime_of(const Json& options) {
    auto found = options.find("expires");
    return found == options.end() ? std::nullopt : std::optional(seconds(found->get<double>()));
}

// The word by which a flow learns why there is no reply.
std::string reason_of(const core::Error& error) {
    if (error == Errc::timed_out) return "timeout";
    if (error == Errc::too_large) return "too_large";
    if (error == Errc::certificate) return "certificate";
    if (error == Errc::refused_address) return "refused";
    return "unreachable";
}

Json reply_to_json(const net::Response& response) {
    Json headers = Json::object();
    for (const auto& header : response.headers) headers[core::lower_case(header.name)] = header.value;
    Json reply = {{"status", response.status}, {"headers", headers}, {"body", response.body}};
    auto type = response.headers.find("content-type").value_or(response.content_type);
    if (type.find("json") != std::string_view::npos) {
        auto parsed = Json::parse(response.body, nullptr, false);
        if (!parsed.is_discarded()) reply["json"] = std::move(parsed);
    }
    return reply;
}

// A reply that another try may better.
bool worth_retrying(const core::Result<net::Response>& reply) {
    if (!reply)
        return reply.error() == Errc::timed_out || reply.error() == Errc::unreachable || reply.error() == Errc::closed;
    return reply->status == 429 || reply->status >= 502;
}

asio::awaitable<void> wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

Services::Services(Options options, net::HttpClient& client, TextSender& texts, core::Store& store,
                   const core::Clock& clock, core::Log& log, const openai::ChatClient* chat, OutboxWorker* promises)
    : options_(options),
      client_(client),
      texts_(texts),
      store_(store),
      clock_(clock),
      log_(log),
      chat_(chat),
      promises_(promises) {}

bool Services::performs(std::string_view kind) {
    return kind == "http" || kind == "sms" || kind == "kv" || kind == "chat" || kind == "log" || kind == "sleep";
}

asio::awaitable<Answer> Services::perform(const Ask& ask, Caller caller) {
    if (ask.options.value("later", false)) co_return co_await promise(ask, caller);
    if (ask.kind == "http") co_return co_await http(ask, caller);
    if (ask.kind == "sms") co_return co_await sms(ask, caller);
    if (ask.kind == "kv") co_return co_await kv(ask, caller);
    if (ask.kind == "chat") co_return co_await chat(ask, caller);
    if (ask.kind == "sleep") co_return co_await sleep(ask);
    log(ask, caller);
    co_return of(nullptr);
}

asio::awaitable<Answer> Services::http(const Ask& ask, Caller caller) {
    const auto& options = ask.options;
    auto request = http_request(options, caller.key(), options_.allow_private_network);
    if (!request) co_return Answer::raise("http: `json` holds text that is not UTF-8", clock_.now());

    auto tries = 1 + options.value("retries", 0);
    auto pause = retry_after;
    for (;; --tries, pause *= 2) {
        auto reply = co_await client_.send(*request);
        if (tries > 1 && worth_retrying(reply)) {
            co_await wait(pause);
            continue;
        }
        if (reply) co_return of(reply_to_json(*reply));
        log_.warn("http request failed", {{"call", caller.id}, {"at", ask.where}, {"why", reply.error().message()}});
        if (reply.error() == Errc::malformed)
            co_return Answer::raise("http: " + request->url + ": " + reply.error().message(), clock_.now());
        co_return nothing(reason_of(reply.error()));
    }
}

asio::awaitable<Answer> Services::sms(const Ask& ask, Caller caller) {
    OutgoingText text;
    text.to = text_of(ask.options, "to");
    text.from = ask.options.value("from", std::string(caller.number));
    text.body = text_of(ask.options, "body");
    text.account = caller.account;
    text.key = caller.key();
    text.perhaps_since = caller.perhaps_since;
    if (auto media = ask.options.find("media"); media != ask.options.end())
        text.media = media->get<std::vector<std::string>>();
    auto answer = co_await texts_.send(std::move(text));
    if (!answer.reason.empty())
        log_.warn("text message not sent", {{"call", caller.id}, {"at", ask.where}, {"why", answer.reason}});
    co_return answer;
}

// What could never be kept is not promised.
asio::awaitable<Answer> Services::promise(const Ask& ask, Caller caller) {
    if (ask.kind == "http") {
        auto url = text_of(ask.options, "url");
        if (auto parsed = net::parse_url(url); !parsed)
            co_return Answer::raise("http: " + url + ": " + parsed.error().message(), clock_.now());
        if (!http_request(ask.options, {}, false))
            co_return Answer::raise("http: `json` holds text that is not UTF-8", clock_.now());
    }
    auto made = promise_of(ask, caller);
    auto id = made.id;
    if (!promises_) co_return co_await keep_at_once(ask, caller, std::move(id));
    if (options_.vault) made.payload = options_.vault->seal_secrets(std::move(made.payload), id);
    auto kept = co_await promises_->promise(std::move(made));
    if (!kept) co_return Answer::raise(ask.kind + ": " + kept.error().message(), clock_.now());
    co_return of({{"promised", id}});
}

asio::awaitable<Answer> Services::keep_at_once(const Ask& ask, Caller caller, std::string id) {
    Ask now = ask;
    now.options.erase("later");
    auto answer = co_await perform(now, caller);
    if (!answer.error.empty()) co_return answer;
    co_return of({{"promised", id}});
}

asio::awaitable<Answer> Services::kv(const Ask& ask, Caller caller) {
    const auto& options = ask.options;
    auto op = text_of(options, "op");
    auto key = text_of(options, "key");
    std::string business(caller.business);
    if (op == "increment") co_return co_await increment(ask, caller, std::move(key));
    if (op == "compare_and_set") co_return co_await compare_and_set(ask, caller, std::move(key));
    core::Error error;
    if (op == "get") {
        auto value = co_await store_.get(business, key);
        if (value) co_return of(value->value_or(nullptr));
        error = value.error();
    } else if (op == "set") {
        auto done = co_await store_.set(business, key, options.value("value", Json()), lifetime_of(options));
        if (done) co_return of(nullptr);
        error = done.error();
    } else {
        auto done = co_await store_.remove(business, key);
        if (done) co_return of(nullptr);
        error = done.error();
    }
    co_return Answer::raise("kv: " + error.message(), clock_.now());
}

asio::awaitable<Answer> Services::compare_and_set(const Ask& ask, Caller caller, std::string key) {
    const auto& options = ask.options;
    auto optional = [&](const char* name) {
        auto found = options.find(name);
        return found == options.end() || found->is_null() ? std::nullopt : std::optional<Json>(*found);
    };
    core::Exchange exchange{.expected = optional("expected"),
                            .value = optional("value"),
                            .lifetime = lifetime_of(options),
                            .once = core::Exchange::Once{std::string(caller.id), caller.seq, true}};
    auto done = co_await store_.exchange(std::string(caller.business), std::move(key), std::move(exchange));
    if (done) co_return of(true);
    if (done.error() == Errc::conflict) co_return of(false);
    if (done.error() == Errc::already_answered) co_return co_await outcome_before(caller);
    co_return Answer::raise("kv: " + done.error().message(), clock_.now());
}

// Adds until nobody else changed the number in between.
asio::awaitable<Answer> Services::increment(const Ask& ask, Caller caller, std::string key) {
    std::string business(caller.business);
    for (;;) {
        auto old = co_await store_.get(business, key);
        if (!old) co_return Answer::raise("kv: " + old.error().message(), clock_.now());
        if (*old && !(*old)->is_number())
            co_return Answer::raise("kv.increment: `" + key + "` holds no number: " + core::dump(**old), clock_.now());
        Json by = ask.options.value("by", Json(1));
        Json sum;
        if (!*old)
            sum = by;
        else if ((*old)->is_number_integer() && by.is_number_integer())
            sum = (*old)->get<std::int64_t>() + by.get<std::int64_t>();
        else
            sum = (*old)->get<double>() + by.get<double>();
        core::Exchange exchange{.expected = *old,
                                .value = sum,
                                .lifetime = lifetime_of(ask.options),
                                .once = core::Exchange::Once{std::string(caller.id), caller.seq, sum}};
        auto done = co_await store_.exchange(business, key, std::move(exchange));
        if (done) co_return of(sum);
        if (done.error() == Errc::already_answered) co_return co_await outcome_before(caller);
        if (done.error() != Errc::conflict) co_return Answer::raise("kv: " + done.error().message(), clock_.now());
    }
}

// A process before this one came as far as the change, and no further.
asio::awaitable<Answer> Services::outcome_before(Caller caller) {
    auto outcome = co_await store_.find_outcome(std::string(caller.business), std::string(caller.id), caller.seq);
    if (!outcome) co_return Answer::raise("kv: " + outcome.error().message(), clock_.now());
    co_return of(outcome->value_or(nullptr));
}

asio::awaitable<Answer> Services::chat(const Ask& ask, Caller caller) {
    if (!chat_) co_return nothing("not_configured");
    co_return co_await chat_->complete(ask.options, caller.key(), std::string(caller.id));
}

asio::awaitable<Answer> Services::sleep(const Ask& ask) {
    co_await wait(seconds(ask.options.value("seconds", 0.0)));
    co_return of(nullptr);
}

void Services::log(const Ask& ask, Caller caller) {
    auto fields = ask.options.find("fields");
    log_.info("flow says", {{"call", caller.id},
                            {"flow", caller.business},
                            {"at", ask.where},
                            {"message", text_of(ask.options, "message")},
                            {"fields", fields == ask.options.end() ? std::string() : core::dump(*fields)}});
}

}  // namespace switchhook::session

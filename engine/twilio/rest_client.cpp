#include "twilio/rest_client.hpp"

#include "net/basic_credentials.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/throw_exception.hpp>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <random>
#include <stdexcept>

namespace switchhook::twilio {
namespace {

namespace asio = boost::asio;
using core::Json;
using std::chrono::milliseconds;

constexpr milliseconds longest_backoff{3'000};
constexpr milliseconds longest_retry_after{10'000};
constexpr milliseconds clocks_differ{2'000};

void add_if_set(net::Form& form, const char* name, std::string value) {
    if (!value.empty()) form.add(name, std::move(value));
}

std::string text_member(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A time of Twilio's, as "Tue, 18 Aug 2026 20:01:40 +0000".
core::Time time_of(const std::string& rfc2822) {
    std::tm date{};
    if (!strptime(rfc2822.c_str(), "%a, %d %b %Y %H:%M:%S +0000", &date)) return {};
    return core::Time(std::chrono::seconds(timegm(&date)));
}

RestResult no_answer(core::Error cause) {
    return RestError{cause, 0, 0, cause.message()};
}

RestResult read(const net::Response& response) {
    auto json = Json::parse(response.body, nullptr, false);
    const bool succeeded = response.status >= 200 && response.status < 300;
    if (succeeded && json.is_object()) {
        Resource resource{text_member(json, "sid"), text_member(json, "status"), {}};
        resource.all = std::move(json);
        return resource;
    }
    RestError error;
    error.status = response.status;
    if (succeeded) {
        error.cause = core::Errc::malformed;
        error.message = "Twilio's answer is no JSON object";
        return error;
    }
    error.message = "HTTP " + std::to_string(response.status);
    if (!json.is_object()) return error;
    if (const auto code = json.find("code"); code != json.end() && code->is_number_integer())
        error.code = code->get<int>();
    if (auto message = text_member(json, "message"); !message.empty()) error.message = std::move(message);
    return error;
}

}  // namespace

void throw_exception_from_error(const RestError& error, const boost::source_location& where) {
    boost::throw_exception(std::runtime_error("Twilio: " + error.message), where);
}

RestClient::RestClient(Options options, HttpSender& sender, Sleep sleep, Random random)
    : options_(std::move(options)), sender_(sender), sleep_(std::move(sleep)), random_(std::move(random)) {
    while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
    if (options_.user.empty()) options_.user = options_.account_sid;
}

asio::awaitable<RestResult> RestClient::create_message(NewMessage message) const {
    net::Form form{{"To", std::move(message.to)}};
    add_if_set(form, "From", std::move(message.from));
    add_if_set(form, "MessagingServiceSid", std::move(message.messaging_service_sid));
    add_if_set(form, "Body", std::move(message.body));
    for (auto& url : message.media) form.add("MediaUrl", std::move(url));
    add_if_set(form, "StatusCallback", std::move(message.status_callback));
    return request("POST", "/Messages.json", std::move(form), std::move(message.idempotency_key));
}

asio::awaitable<RestResult> RestClient::find_message(NewMessage message, core::Time since) const {
    net::Form query{{"To", message.to}};
    add_if_set(query, "From", message.from);
    query.add("PageSize", "100");
    auto listed = co_await request("GET", "/Messages.json?" + net::encode_form(query), {});
    if (!listed) co_return listed;
    for (auto& one : listed->all.value("messages", Json::array())) {
        if (text_member(one, "body") != message.body) continue;
        if (time_of(text_member(one, "date_created")) + clocks_differ < since) continue;
        co_return Resource{text_member(one, "sid"), text_member(one, "status"), std::move(one)};
    }
    co_return Resource{};
}

asio::awaitable<RestResult> RestClient::create_call(NewCall call) const {
    net::Form form{{"To", std::move(call.to)}, {"From", std::move(call.from)}};
    add_if_set(form, "Url", std::move(call.url));
    add_if_set(form, "Twiml", std::move(call.twiml));
    add_if_set(form, "StatusCallback", std::move(call.status_callback));
    for (auto& event : call.status_callback_events) form.add("StatusCallbackEvent", std::move(event));
    form.add("Timeout", std::to_string(call.timeout.count()));
    for (const auto& [name, value] : call.more) form.add(name, value);
    return request("POST", "/Calls.json", std::move(form));
}

asio::awaitable<RestResult> RestClient::update_call(std::string call_sid, CallUpdate update) const {
    net::Form form;
    add_if_set(form, "Url", std::move(update.url));
    add_if_set(form, "Twiml", std::move(update.twiml));
    add_if_set(form, "Status", std::move(update.status));
    return request("POST", "/Calls/" + net::percent_encode(call_sid) + ".json", std::move(form));
}

asio::awaitable<RestResult> RestClient::fetch_account() const {
    return request("GET", ".json", {});
}

asio::awaitable<RestResult> RestClient::request(std::string method, std::string path, net::Form form,
                                                std::string idempotency_key) const {
    net::ClientRequest request;
    request.method = std::move(method);
    request.url = options_.base_url + "/2010-04-01/Accounts/" + net::percent_encode(options_.account_sid) + path;
    request.headers.add("Authorization", net::basic_credentials(options_.user + ":" + options_.secret.reveal()));
    request.headers.add("Accept", "application/json");
    if (!idempotency_key.empty()) request.headers.add("Idempotency-Key", idempotency_key);
    if (request.method == "POST") {
        request.headers.add("Content-Type", "application/x-www-form-urlencoded");
        request.body = net::encode_form(form);
    }
    request.timeout = options_.timeout;
    // Where the API is, the operator says, not a flow: a private address is as good as any.
    request.allow_private = true;
    for (int tried = 1;; ++tried) {
        const auto response = co_await sender_.send(request);
        if (!response) co_return no_answer(response.error());
        if (response->status != 429 || tried >= options_.tries) co_return read(*response);
        co_await sleep_(wait_before(tried, *response));
    }
}

// Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
milliseconds RestClient::wait_before(int retry, const net::Response& response) const {
    if (const auto after = response.headers.find("Retry-After")) {
        int seconds = 0;
        const auto [end, error] = std::from_chars(after->data(), after->data() + after->size(), seconds);
        const bool whole = error == std::errc{} && end == after->data() + after->size();
        if (whole && seconds >= 0) return std::min(longest_retry_after, milliseconds(std::int64_t{seconds} * 1000));
    }
    const auto most = std::min(longest_backoff, milliseconds(100 << std::min(retry, 10)));
    return milliseconds(static_cast<std::int64_t>(random_() * static_cast<double>(most.count())));
}

RestClient::Sleep timer_sleep() {
    return [](milliseconds duration) -> asio::awaitable<void> {
        asio::steady_timer timer(co_await asio::this_coro::executor, duration);
        co_await timer.async_wait(asio::use_awaitable);
    };
}

RestClient::Random thread_random() {
    return [] {
        thread_local std::mt19937 source(std::random_device{}());
        return std::uniform_real_distribution<double>(0, 1)(source);
    };
}

}  // namespace switchhook::twilio

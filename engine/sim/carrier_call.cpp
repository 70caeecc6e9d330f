#include "net/response_writer.hpp"
#include "sim/carrier.hpp"
#include "sim/speech.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;
using Kind = CallEvent::Kind;

// Documents without a wait between them: by then a flow goes round in circles.
constexpr int most_documents = 200;

std::string_view without_scheme(std::string_view url) {
    auto at = url.find("://");
    return at == std::string_view::npos ? url : url.substr(at + 3);
}

// Whether a URL goes to this origin, whatever their schemes are.
bool same_host(std::string_view url, std::string_view origin) {
    auto path = without_scheme(url), host = without_scheme(origin);
    host = host.substr(0, host.find('/'));
    return path.starts_with(host) && (path.size() == host.size() || path[host.size()] == '/');
}

std::string as_websocket(std::string_view origin) {
    return (origin.starts_with("https://") ? "wss://" : "ws://") + std::string(without_scheme(origin));
}

asio::awaitable<void> rest(std::chrono::nanoseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace

CarrierCall::CarrierCall(Carrier& carrier, CallFacts facts, NumberSettings settings)
    : carrier_(carrier),
      facts_(std::move(facts)),
      settings_(std::move(settings)),
      player_({.fallback_url = settings_.voice_fallback_url,
               .recordings_url =
                   "https://api.twilio.com/2010-04-01/Accounts/" + carrier.options().account_sid + "/Recordings"},
              carrier.sids()),
      streams_(facts_, carrier.sender(),
               {.auth_token = carrier.options().webhooks.auth_token,
                .speed = carrier.options().stream_speed,
                .reach = [this](const std::string& url) { return reach_of(url); },
                .on_event = [this](const CallEvent& event) { tell(event); }}) {}

std::string CarrierCall::status() const {
    if (const auto* ended = std::get_if<Ended>(&player_.need())) return ended->status;
    return answered_ ? "in-progress" : "ringing";
}

void CarrierCall::begin_listening() {
    heard_.clear();
    whispered_.clear();
}

// Before the reply to a request that is under way, and in place of it.
void CarrierCall::change(std::function<void()> what) {
    if (!executor_) return what();
    change_ = std::move(what);
    if (!settling_) go_on(settle());
}

void CarrierCall::redirect(std::string url, std::string method) {
    change([this, url = std::move(url), method = std::move(method)] { player_.start(url, method); });
}

void CarrierCall::redirect(std::string twiml) {
    change([this, twiml = std::move(twiml)] { player_.start_with(twiml); });
}

void CarrierCall::end(std::string status) {
    change([this, status = std::move(status)] { player_.end(status); });
}

void CarrierCall::go_on(asio::awaitable<void> work) {
    ++going_on_;
    asio::co_spawn(executor_, std::move(work), [this](std::exception_ptr failed) {
        if (failed) streams_.note_problem({0, "the simulator itself failed"});
        --going_on_;
        rests_.set();
    });
}

asio::awaitable<void> CarrierCall::run_stream(std::string sid) {
    auto end = co_await streams_.run();
    note_heard();
    player_.let_pass(end.lasted);
    go_on(streams_.tell_end(end));
    // Where the server ended it, the call goes on with the action, or the next verb.
    const auto* still = std::get_if<Streaming>(&player_.need());
    if (!still || still->sid != sid) co_return;
    player_.stream_ends(end.code, end.what);
    co_await settle();
}

// A public origin is reached where it really is; and a server that speaks plain HTTP speaks plain WebSocket, as it
// does behind the proxy that takes its TLS.
std::string CarrierCall::reach_of(const std::string& url) const {
    const auto& webhooks = carrier_.options().webhooks;
    auto path = without_scheme(url);
    path = path.substr(std::min(path.find('/'), path.size()));
    for (const auto& [origin, really] : carrier_.options().stream_origins)
        if (same_host(url, origin)) return as_websocket(really) + std::string(path);
    if (!webhooks.public_origin.empty() && same_host(url, webhooks.public_origin))
        return as_websocket(webhooks.local_origin) + std::string(path);
    if (settings_.voice_url.starts_with("http://") && same_host(url, settings_.voice_url))
        return "ws://" + std::string(without_scheme(url));
    return url;
}

void CarrierCall::tell(const CallEvent& event) const {
    if (carrier_.options().on_event) carrier_.options().on_event(*this, event);
}

void CarrierCall::note_heard() {
    for (auto& text : streams_.take_heard()) {
        tell({.kind = Kind::says, .text = text});
        heard_.push_back(std::move(text));
    }
}

asio::awaitable<std::string> CarrierCall::voice_for(std::string text) const {
    const auto& voice = carrier_.options().voice;
    if (!voice) co_return tones_for(text, core::telephone_mulaw);
    auto mulaw = co_await voice(std::move(text));
    co_return mulaw;
}

asio::awaitable<void> CarrierCall::stop() {
    if (streams_.client() && player_.hang_up()) co_await settle();
    while (going_on_ > 0) co_await rests_.wait();
}

void CarrierCall::note(const CallEvent& event) {
    if (event.kind == Kind::says || event.kind == Kind::plays)
        (event.party == Party::callee ? whispered_ : heard_).push_back(event.text);
    if (event.kind == Kind::hung_up && event.party == Party::caller) over_ = event.text;
    if (event.kind == Kind::rejected) over_ = event.text;
}

asio::awaitable<void> CarrierCall::show_events() {
    for (auto& event : player_.take_events()) {
        note(event);
        const auto& options = carrier_.options();
        tell(event);
        if (options.rest.count() > 0) co_await rest(options.rest);
        if (options.speed > 0 && event.duration.count() > 0)
            co_await rest(std::chrono::duration_cast<std::chrono::nanoseconds>(event.duration / options.speed));
    }
}

asio::awaitable<Delivery> CarrierCall::request(Fetch fetch) {
    auto facts = facts_;
    if (!fetch.call_sid.empty()) {  // a whisper: the leg that was dialled asks
        facts.sid = fetch.call_sid;
        facts.direction = "outbound-dial";
    }
    auto params = merge(call_params(facts, status()), fetch.params);
    if (!fetch.call_sid.empty()) params.emplace_back("ParentCallSid", facts_.sid);
    fetch.params = params;
    auto delivery = co_await carrier_.sender().send(fetch.url, fetch.method, params);
    last_ = std::move(fetch);
    last_reply_ = delivery.reply ? delivery.reply->body : std::string();
    if (repeats_ && delivery.reply) co_await repeat_last_webhook();
    co_return delivery;
}

asio::awaitable<bool> CarrierCall::repeat_last_webhook() {
    if (last_.url.empty()) co_return true;
    auto again = co_await carrier_.sender().send(last_.url, last_.method, last_.params);
    bool same = again.reply && again.reply->body == last_reply_;
    if (!same) mismatch_ = again.reply ? again.reply->body : again.what;
    co_return same;
}

asio::awaitable<void> CarrierCall::settle() {
    while (settling_) co_await rest(std::chrono::milliseconds(1));
    settling_ = true;
    executor_ = co_await asio::this_coro::executor;
    for (int documents = 0;; ++documents) {
        if (change_) std::exchange(change_, nullptr)();
        const auto* streaming = std::get_if<Streaming>(&player_.need());
        std::string stays_in;
        if (streaming) stays_in = streaming->sid;
        co_await streams_.leave_unless(std::move(stays_in));
        co_await show_events();
        for (auto& callback : player_.take_callbacks()) {
            auto params = merge(call_params(facts_, status()), callback.params);
            co_await carrier_.sender().send(callback.url, callback.method, std::move(params));
        }
        auto* fetch = std::get_if<Fetch>(&player_.need());
        if (!fetch && !change_) break;
        if (!fetch) continue;
        auto wanted = *fetch;
        auto delivery = co_await request(wanted);
        answered_ = true;
        if (change_) continue;
        if (documents == most_documents) {
            player_.failed(11200, "the call went through 200 documents without waiting for anybody");
        } else if (delivery.reply) {
            player_.arrived(*delivery.reply);
        } else {
            player_.failed(delivery.code, delivery.what);
        }
    }
    if (const auto* streaming = std::get_if<Streaming>(&player_.need()); streaming && !streams_.client()) {
        streams_.enter(*streaming);
        go_on(run_stream(streaming->sid));
    }
    bool ended = std::holds_alternative<Ended>(player_.need());
    if (ended && !reported_ && !settings_.status_callback.empty()) {
        reported_ = true;
        auto seconds = (player_.elapsed().count() + 999) / 1000;
        auto params = merge(call_params(facts_, status()), {{"CallDuration", std::to_string(seconds)},
                                                            {"Duration", std::to_string((seconds + 59) / 60)},
                                                            {"Timestamp", net::http_date(std::time(nullptr))},
                                                            {"CallbackSource", "call-progress-events"},
                                                            {"SequenceNumber", "0"}});
        co_await carrier_.sender().send(settings_.status_callback, "POST", params);
        if (repeats_) co_await carrier_.sender().send(settings_.status_callback, "POST", std::move(params));
    }
    settling_ = false;
}

}  // namespace switchhook::sim

#include "net/response_writer.hpp"
#include "sim/carrier.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <ctime>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;
using Kind = CallEvent::Kind;

// Documents without a wait between them: by then a flow goes round in circles.
constexpr int most_documents = 200;

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
              carrier.sids()) {}

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
    if (!settling_) go_on(settle(), executor_);
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

void CarrierCall::go_on(asio::awaitable<void> work, const asio::any_io_executor& executor) {
    ++going_on_;
    asio::co_spawn(executor, std::move(work), [this](std::exception_ptr failed) {
        if (failed) note_problem({0, "the simulator itself failed"});
        --going_on_;
        rests_.set();
    });
}

asio::awaitable<void> CarrierCall::stop() {
    if (stream_ && player_.hang_up()) co_await settle();
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
        if (options.on_event) options.on_event(*this, event);
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
        co_await leave_stream();
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
    if (const auto* streaming = std::get_if<Streaming>(&player_.need()); streaming && !stream_)
        enter_stream(*streaming, executor_);
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

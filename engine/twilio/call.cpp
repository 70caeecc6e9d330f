#include "twilio/call.hpp"

#include "core/random_token.hpp"
#include "twilio/call_parameters.hpp"
#include "twiml/verbs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace switchhook::twilio {
namespace {

namespace asio = boost::asio;
using core::Answer;
using core::Ask;

constexpr std::size_t stream_token_bytes = 32;

// What only speaks, and so never waits.
bool speaks(std::string_view kind) {
    return kind == "say" || kind == "play" || kind == "pause";
}

// What Twilio tells the end of even after the caller has hung up.
bool has_outcome(std::string_view kind) {
    return kind == "record" || kind == "dial" || kind == "enqueue";
}

}  // namespace

Call::Call(std::string sid, std::string origin, Timing timing, const core::Clock& clock, asio::any_io_executor executor,
           std::optional<Arrival> arrival)
    : sid_(std::move(sid)),
      urls_(std::move(origin), sid_),
      timing_(timing),
      clock_(clock),
      executor_(std::move(executor)),
      outcome_(executor_),
      stream_limit_(executor_) {
    if (!arrival) return;
    current_ = arrival->turn;
    step_ = given_ = arrival->step;
    arrived_ = std::move(arrival->webhook);
}

asio::awaitable<Answer> Call::perform(const Ask& ask) {
    if (abandoned_) co_return left_to_another();
    if (auto answer = arrive(ask)) co_return std::move(*answer);
    if (ended_) co_return speaks(ask.kind) ? Answer::of(nullptr, clock_.now()) : hung_up();
    note_step(ask);
    auto appended = append(ask);
    if (!appended.error.empty()) co_return appended;
    if (was_given(ask) && (speaks(ask.kind) || core::leaves(ask.kind))) {
        if (ask.seq == given_) document_.clear();
        co_return appended;
    }
    if (speaks(ask.kind)) {
        wake_webhooks();
        co_return appended;
    }
    if (core::leaves(ask.kind)) {
        left_ = true;
        complete();
        co_return appended;
    }
    pending_ = &ask;
    pending_turn_ = document_turn() + 1;
    complete();
    while (!answer_) co_await answered_.wait();
    auto answer = std::move(*answer_);
    answer_.reset();
    co_return answer;
}

// The webhook that brought the call here is the caller's answer to the ask that Twilio was given last, where that
// waits for one; otherwise Twilio came to hear what follows.
std::optional<Answer> Call::arrive(const Ask& ask) {
    if (!arrived_ || speaks(ask.kind) || ask.seq < given_) return std::nullopt;
    auto webhook = *std::exchange(arrived_, std::nullopt);
    const bool over = has_ended(webhook);
    std::optional<Answer> answer;
    if (ask.seq == given_ && !core::leaves(ask.kind)) {
        document_.clear();
        answer = answer_to(ask, webhook, clock_.now());
    }
    if (over) end();
    return answer;
}

void Call::pass(const Ask& ask) {
    if (ask.seq == given_) document_.clear();
    if (was_given(ask)) return;
    if (published_) return;
    // Twilio asks for an old turn again: it gets the document that led to this ask, and nothing else changes.
    const auto before = std::exchange(step_, ask.seq);
    if (append(ask).error.empty())
        complete();
    else  // the ask was none of the caller's
        step_ = before;
}

void Call::note_step(const Ask& ask) {
    step_ = std::max(step_, ask.seq);
}

bool Call::knows(unsigned turn, std::uint32_t step) const {
    if (turn <= current_) return true;
    return turn == current_ + 1 && published_ && (step == 0 || step == reply_step_);
}

void Call::abandon() {
    if (abandoned_) return;
    abandoned_ = true;
    if (!token_.empty()) settle_stream(core::Errc::closed);
    if (pending_) answer(left_to_another());
    wake_webhooks();
    end_.set();
}

asio::awaitable<core::Result<std::unique_ptr<core::AudioLeg>>> Call::connect_audio(const Ask& ask) {
    arrive(ask);
    if (ended_ || left_ || abandoned_) co_return core::Errc::closed;
    if (was_given(ask)) document_.clear();
    note_step(ask);
    auto token = core::random_token(stream_token_bytes);
    auto appended =
        twiml::append_stream(document_, {urls_.stream(), {{stream_token, token}}}, urls_.of_verbs(continuation()));
    if (!appended) co_return core::Errc::too_large;
    token_ = std::move(token);
    stream_turn_ = document_turn() + 1;
    complete();
    while (!stream_) co_await stream_settled_.wait();
    auto result = std::move(*stream_);
    stream_.reset();
    co_return result;
}

bool Call::attach(const std::shared_ptr<MediaStream>& stream) {
    const auto& start = stream->start();
    const auto given = start.parameters.find(stream_token);
    if (token_.empty() || start.call_sid != sid_ || given == start.parameters.end()) return false;
    const auto& token = given->second;
    if (token.size() != token_.size() || CRYPTO_memcmp(token.data(), token_.data(), token.size()) != 0) return false;
    settle_stream(stream->as_leg());
    return true;
}

// Twilio has the document: it connects now, or never.
void Call::expect_stream() {
    stream_limit_.expires_after(timing_.stream_within);
    stream_limit_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && !token_.empty()) settle_stream(core::Errc::unavailable);
    });
}

void Call::settle_stream(core::Result<std::unique_ptr<core::AudioLeg>> result) {
    token_.clear();
    stream_limit_.cancel();
    stream_.emplace(std::move(result));
    stream_settled_.set();
}

void Call::finish() {
    if (arrived_ && has_ended(*std::exchange(arrived_, std::nullopt))) end();
    if (ended_ || left_ || abandoned_) return;
    left_ = true;
    append({"hangup", core::Json::object(), ""});
    complete();
}

asio::awaitable<void> Call::over() {
    while (!ended_ && !abandoned_) co_await end_.wait();
}

asio::awaitable<Call::Reply> Call::turn(unsigned number, Webhook webhook) {
    Reply reply;
    if (number == current_ + 1 && published_)
        take(number, webhook);
    else
        reply.repeated = started_;
    started_ = true;

    co_await wait_for_publication();
    reply.moved = !published_;
    reply.document = reply_;
    reply.kept_waiting = kept_waiting_;
    co_return reply;
}

std::string Call::whisper(std::size_t target) const {
    return pending_ ? whisper(*pending_, target) : twiml::Document().render();
}

std::string Call::whisper(const Ask& dial, std::size_t target) {
    twiml::Document document;
    if (dial.kind == "dial" && target < dial.options["to"].size()) {
        const auto& called = dial.options["to"][target];
        auto prompts = called.find("whisper");
        // They were checked when the dial was appended; should they fail here, the two are connected without.
        if (prompts != called.end() && !twiml::append_prompts(document, *prompts)) document.clear();
    }
    return document.render();
}

void Call::end() {
    if (ended_) return;
    ended_ = true;
    if (!token_.empty()) settle_stream(core::Errc::closed);
    if (pending_ && has_outcome(pending_->kind))
        expect_outcome();
    else if (pending_)
        answer(hung_up());
    if (!published_) {
        document_.clear();
        publish(false);
    }
    end_.set();
}

// Webhooks come in any order: what a recording or a dial came to may follow the news that the call is over.
void Call::expect_outcome() {
    outcome_.expires_after(timing_.outcome_within);
    outcome_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && pending_) answer(hung_up());
    });
}

void Call::answer(core::Answer answer) {
    pending_ = nullptr;
    outcome_.cancel();
    answer_ = std::move(answer);
    answered_.set();
}

Answer Call::append(const Ask& ask) {
    if (ask.kind == "reject" && (published_ || current_ > 0))
        return Answer::raise("reject: the call is answered by now: end it with call:hangup()", clock_.now());
    auto appended = twiml::append(document_, ask, urls_.of_verbs(continuation()));
    if (!appended) return Answer::raise(appended.error().text, clock_.now());
    return Answer::of(nullptr, clock_.now());
}

// The next turn begins: what the pending ask waited for has come, or Twilio comes back from a pause.
void Call::take(unsigned number, const Webhook& webhook) {
    current_ = number;
    published_ = false;
    bool over = has_ended(webhook);
    if (over) ended_ = true;
    if (!token_.empty() && (over || stream_turn_ == number))
        settle_stream(over ? core::Errc::closed : core::Errc::unavailable);
    if (pending_ && pending_turn_ == number)
        answer(answer_to(*pending_, webhook, clock_.now()));
    else if (pending_ && over)
        answer(hung_up());
    if (complete_ && !published_) publish(false);
    if (over) {
        if (!published_) publish(false);
        end_.set();
    }
}

void Call::complete() {
    complete_ = true;
    if (!published_) publish(false);
}

void Call::publish(bool kept_waiting) {
    reply_ = document_.render();
    reply_step_ = step_;
    document_.clear();
    complete_ = false;
    kept_waiting_ = kept_waiting;
    published_ = true;
    if (!token_.empty() && document_turn() == stream_turn_) expect_stream();
    wake_webhooks();
}

// Waits until the flow's document is complete, but no longer than the caller should wait for what it has said so far,
// nor than Twilio waits.
asio::awaitable<void> Call::wait_for_publication() {
    auto until = std::chrono::steady_clock::now() + timing_.reply_within;
    while (!published_ && !abandoned_) {
        auto now = std::chrono::steady_clock::now();
        auto then = document_.empty() ? until : std::min(until, now + timing_.speak_after);
        asio::steady_timer timer(executor_, then);
        webhooks_.push_back(&timer);
        auto [woken] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        std::erase(webhooks_, &timer);
        if (!woken && !published_ && !abandoned_) keep_waiting();
    }
}

// Those that wait look again at what there is.
void Call::wake_webhooks() {
    for (auto* timer : webhooks_) timer->cancel();
}

// Something true is heard, and Twilio comes back for the rest.
void Call::keep_waiting() {
    if (document_.empty()) append({"pause", {{"length", 1}}, ""});
    append({"redirect", {{"url", continuation()}}, ""});
    publish(true);
}

}  // namespace switchhook::twilio

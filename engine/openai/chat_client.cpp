#include "openai/chat_client.hpp"

#include "openai/chat_reader.hpp"
#include "openai/json_members.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace switchhook::openai {
namespace {

namespace asio = boost::asio;
using core::Answer;
using core::Errc;
using core::Json;

// The successor that OpenAI names for gpt-4o and gpt-4.1, which end on 2027-01-14. It takes tools only where it does
// not reason, and a text message should not wait for that either.
constexpr const char* default_model = "gpt-6-luna";
constexpr const char* default_effort = "none";

constexpr std::size_t max_reply = 4 * 1024 * 1024;  // bytes, with all that wraps it

void take_over(Json& request, const Json& asked, const char* from, const char* to) {
    if (auto found = asked.find(from); found != asked.end() && !found->is_null()) request[to] = *found;
}

bool reasons(const Json& request) {
    return request.value("reasoning_effort", "") != "none";
}

// Ends once it is late for a reply to begin; not where it has begun.
asio::awaitable<void> until_late(std::chrono::milliseconds time, const bool& begun) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!begun) co_return;
    timer.expires_at(asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

Json tool_choice_of(const std::string& choice) {
    if (choice == "auto" || choice == "none" || choice == "required") return choice;
    return {{"type", "function"}, {"function", {{"name", choice}}}};
}

// What the operation gives, or Errc::timed_out where it has neither begun nor ended in time.
asio::awaitable<core::Result<net::Response>> begins(asio::awaitable<core::Result<net::Response>> operation,
                                                    std::chrono::milliseconds time, const bool& begun) {
    using namespace asio::experimental::awaitable_operators;
    auto first = co_await (std::move(operation) || until_late(time, begun));
    if (first.index() == 1) co_return Errc::timed_out;
    co_return std::move(std::get<0>(first));
}

}  // namespace

Json chat_request(const Json& asked) {
    Json request{{"model", default_model},
                 {"stream", true},
                 {"stream_options", {{"include_usage", true}}},
                 {"messages", asked.value("messages", Json::array())}};
    take_over(request, asked, "model", "model");
    if (request["model"] == default_model) request["reasoning_effort"] = default_effort;
    take_over(request, asked, "reasoning_effort", "reasoning_effort");
    take_over(request, asked, "max_tokens", "max_completion_tokens");
    take_over(request, asked, "temperature", "temperature");
    auto tools = asked.find("tools");
    if (tools == asked.end() || tools->empty()) return request;
    request["tools"] = *tools;
    if (auto choice = text_of(asked, "tool_choice"); !choice.empty()) request["tool_choice"] = tool_choice_of(choice);
    return request;
}

// What one try came to: a reply, or why there is none and whether another try may better it.
struct ChatClient::Outcome {
    Json reply;
    std::string reason;
    std::string what;
    bool worth_retrying = false;
};

net::ClientRequest ChatClient::request_of(const Json& body, const std::string& key) const {
    const auto& account = options_.account;
    auto base = account.base_url;
    while (base.ends_with('/')) base.pop_back();
    net::ClientRequest request;
    request.method = "POST";
    request.url = base + "/chat/completions";
    request.headers.set("Authorization", "Bearer " + account.api_key.reveal());
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "text/event-stream");
    request.headers.set("Idempotency-Key", key);
    request.body = core::dump(body);
    request.max_body = max_reply;
    request.allow_private = true;  // the operator says where it is; without TLS on loopback only: Account::problem()
    return request;
}

asio::awaitable<ChatClient::Outcome> ChatClient::ask_once(const net::ClientRequest& asked,
                                                          std::chrono::milliseconds begin_within) const {
    ChatReader reader;
    bool begun = false;
    auto request = asked;
    request.on_body = [&](std::string_view bytes) {
        begun = true;
        return reader.take(bytes);
    };
    auto response = co_await begins(client_.send(std::move(request)), begin_within, begun);
    Outcome outcome;
    if (response && response->status / 100 == 2 && reader.complete()) {
        outcome.reply = reader.reply();
        co_return outcome;
    }
    outcome.reason = "failed";
    if (!response && response.error() == Errc::timed_out) {
        outcome.reason = "timeout";
        outcome.what = response.error().message();
    } else if (!response) {
        if (response.error() == Errc::unreachable || response.error() == Errc::closed) outcome.reason = "unreachable";
        outcome.what = response.error().message();
        outcome.worth_retrying = reader.empty() && outcome.reason == "unreachable";
    } else if (response->status / 100 == 2) {
        outcome.what = reader.error().empty() ? "the reply broke off" : reader.error();
        outcome.worth_retrying = true;
    } else {
        auto error = member(Json::parse(response->body, nullptr, false), "error");
        if (response->status == 401 || response->status == 403) outcome.reason = "refused";
        outcome.what = "HTTP " + std::to_string(response->status) + " " + text_of(error, "code") + ": " +
                       text_of(error, "message");
        outcome.worth_retrying = (response->status == 429 && text_of(error, "code") != "insufficient_quota") ||
                                 response->status == 408 || response->status >= 500;
    }
    co_return outcome;
}

asio::awaitable<Answer> ChatClient::complete(Json asked, std::string key, std::string call) const {
    using Steady = std::chrono::steady_clock;
    if (options_.account.api_key.empty()) {
        log_.info("no reply of the model: none is configured", {{"call", call}});
        co_return Answer::nothing("not_configured", clock_.now());
    }
    const auto until = Steady::now() + options_.timeout;
    const auto body = chat_request(asked);
    const auto begin_within = reasons(body) ? options_.timeout : options_.begin_within;
    auto request = request_of(body, key);
    Outcome outcome;
    for (int tries = 2; tries > 0; --tries) {
        request.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now());
        outcome = co_await ask_once(request, begin_within);
        if (outcome.reason.empty()) co_return Answer::of(std::move(outcome.reply), clock_.now());
        if (!outcome.worth_retrying || tries == 1 || Steady::now() + options_.retry_after >= until) break;
        log_.warn("the model is asked again", {{"call", call}, {"why", outcome.what}});
        asio::steady_timer pause(co_await asio::this_coro::executor, options_.retry_after);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    log_.error("no reply of the model", {{"call", call}, {"why", outcome.reason}, {"detail", outcome.what}});
    co_return Answer::nothing(outcome.reason, clock_.now());
}

}  // namespace switchhook::openai

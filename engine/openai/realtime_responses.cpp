#include "openai/json_members.hpp"
#include "openai/realtime_errors.hpp"
#include "openai/realtime_protocol.hpp"

#include <algorithm>
#include <utility>

// Responses from their beginning to their end, and the tools that they ask for.
namespace switchhook::openai {
namespace {

using namespace std::chrono_literals;
using core::Json;

constexpr auto retry_after = 1s;
constexpr auto refused_pause = 300ms;
// A greeting of which the carrier never says that it was played holds the caller up no longer than this.
constexpr auto guard_slack = 5s;

// "content_filter: …", as far as it is known.
std::string described(const Json& response) {
    const auto& details = member(response, "status_details");
    const auto& error = member(details, "error");
    auto code = text_of(error, "code");
    if (code.empty()) code = text_of(error, "type");
    if (code.empty()) code = text_of(details, "reason");
    auto message = text_of(error, "message");
    return without_secrets(message.empty() ? code : code + ": " + message);
}

}  // namespace

void RealtimeProtocol::on_response_created(const Json& event, Moment) {
    auto id = text_of(member(event, "response"), "id");
    bool ours = responses_.state() == ResponseQueue::State::create_requested;
    if (!ours) responses_.drop_replies();  // this is one
    if (awaiting_ != Awaiting::tool) awaiting_ = Awaiting::nothing;
    if (auto cancel = responses_.created(id)) {
        silenced_ = id;
        send(*cancel);
    }
}

void RealtimeProtocol::on_response_done(const Json& event, Moment now) {
    const auto& response = member(event, "response");
    const auto id = text_of(response, "id");
    const auto status = text_of(response, "status");
    usage_.add_response(member(response, "usage"));
    for (auto& item : items_)
        if (item.response == id) end_speech(item);
    const bool greeting = responses_.purpose() == ResponseQueue::Purpose::greeting;
    auto request = responses_.done(id);
    if (status == "failed") {
        on_failed_response(response, std::move(request), now);
    } else {
        if (greeting && request) {
            greeting_done_ = true;
            guard_ends_ = now + guard_slack;
            for (const auto& item : items_) guard_ends_ = std::max(*guard_ends_, item.ends() + guard_slack);
            if (!guarding_greeting_) guard_ends_.reset();
        }
        if (status == "completed") response_failed_ = false;
        if (status == "incomplete") note("a response is incomplete: " + described(response));
        if (status == "incomplete" && text_of(member(response, "status_details"), "reason") == "content_filter" &&
            !std::exchange(reasked_, true)) {
            auto note_id = new_item_id("note_");
            record_.place_note(note_id, "Your last reply was cut short. Say it in other words.", now);
            send({{"type", "conversation.item.create"}, {"item", record_.item(note_id)}});
            responses_.add({});
        }
    }
    if (auto calls = tool_calls_.find(id); calls != tool_calls_.end()) {
        calls->second.response_done = true;
        continue_after_tools(calls->second, now);
    }
    lift_guard();
}

// To the caller a failed response is a silence: it is tried again once.
void RealtimeProtocol::on_failed_response(const Json& response, std::optional<ResponseQueue::Request> request,
                                          Moment now) {
    auto what = described(response);
    auto code = text_of(member(member(response, "status_details"), "error"), "code");
    if (severity_of(code) == Severity::fatal || std::exchange(response_failed_, true))
        return fail(code.empty() ? "failed" : code, "a response failed: " + what);
    note("a response failed: " + what);
    responses_.retry(request ? std::move(*request) : ResponseQueue::Request{}, now + retry_after);
}

void RealtimeProtocol::on_tool_call(const Json& event, Moment now) {
    const auto& item = member(event, "item");
    // The arguments of a call that was cancelled come as well.
    if (text_of(item, "type") != "function_call" || text_of(item, "status") != "completed") return;
    auto call_id = text_of(item, "call_id");
    auto id = text_of(item, "id");
    auto response = text_of(event, "response_id");
    if (call_id.empty() || !calls_.emplace(call_id, ToolCall{response}).second) return;
    if (id.empty()) id = call_id;
    ++tool_calls_[response].open;
    record_.place_call(id, {}, now);
    record_.set_call(id, call_id, text_of(item, "name"), text_of(item, "arguments"));
    awaiting_ = Awaiting::nothing;
    tell(core::AgentPort::ToolCall{call_id, text_of(item, "name"), text_of(item, "arguments")});
}

void RealtimeProtocol::give_result(std::string_view call_id, std::string_view output, bool respond, Moment now) {
    auto call = calls_.find(call_id);
    if (phase_ == Phase::over || call == calls_.end() || std::exchange(call->second.answered, true)) return;
    record_.set_result(call_id, std::string(output));
    if (listening())
        send({{"type", "conversation.item.create"},
              {"item", {{"type", "function_call_output"}, {"call_id", call_id}, {"output", output}}}});
    auto& calls = tool_calls_[call->second.response];
    --calls.open;
    calls.respond = respond;
    continue_after_tools(calls, now);
    proceed(now);
}

void RealtimeProtocol::continue_after_tools(ToolCalls& calls, Moment now) {
    if (calls.open > 0 || !calls.response_done || std::exchange(calls.continued, true) || !calls.respond) return;
    if (!responses_.wants_reply()) responses_.add({});
    await(Awaiting::tool, now);
}

bool RealtimeProtocol::has_open_calls() const {
    return std::any_of(tool_calls_.begin(), tool_calls_.end(), [](const auto& one) { return one.second.open > 0; });
}

// The session itself replies once the caller has ended, and a second reply would be refused.
bool RealtimeProtocol::replies_are_held() const {
    return server_acts_ && responses_.next_is_reply() &&
           (caller_speaks_ || awaiting_ == Awaiting::commit || awaiting_ == Awaiting::turn);
}

void RealtimeProtocol::await(Awaiting what, Moment now) {
    awaiting_ = what;
    awaiting_since_ = now;
}

// The model owes an answer, and nothing comes: it is asked for one, once.
void RealtimeProtocol::nudge(Moment now) {
    // It may think for long.
    if (responses_.under_way()) {
        awaiting_since_ = now;
        return;
    }
    const auto awaited = std::exchange(awaiting_, Awaiting::nothing);
    if (awaited == Awaiting::commit) return;
    if (awaited == Awaiting::tool) {
        auto id = new_item_id("note_");
        record_.place_note(id, "The caller is waiting: tell what came of it.", now);
        send({{"type", "conversation.item.create"}, {"item", record_.item(id)}});
    }
    if (!responses_.wants_reply()) responses_.add({});
}

void RealtimeProtocol::on_error(const Json& event, Moment now) {
    const auto& error = member(event, "error");
    auto code = text_of(error, "code");
    if (code.empty()) code = text_of(error, "type");
    auto what = code + ": " + text_of(error, "message");
    auto about = text_of(error, "event_id");
    switch (severity_of(code)) {
        case Severity::fatal:
            return fail(code, what);
        case Severity::expired:
            return replace_session(now);
        case Severity::benign:
            break;
    }
    // Without its settings a session is a stranger.
    if (about == "settings" || about == "enable") return fail(code, "the session's settings were refused: " + what);
    if (auto request = responses_.refused(about)) {
        if (code == "conversation_already_has_active_response")
            return responses_.retry(std::move(*request), responses_.under_way() ? now : now + refused_pause);
        return on_failed_response({{"status_details", {{"error", error}}}}, std::move(request), now);
    }
    if (code != "response_cancel_not_active" && code != "conversation_already_has_active_response")
        note("the model's server: " + without_secrets(what));
}

}  // namespace switchhook::openai

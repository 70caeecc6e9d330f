#include "openai/realtime_protocol.hpp"

#include "core/json_text.hpp"
#include "openai/json_members.hpp"
#include "openai/realtime_errors.hpp"
#include "openai/realtime_messages.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::openai {
namespace {

using namespace std::chrono_literals;
using core::Json;

constexpr auto kept_voice = 10s;

// A response that says this and does nothing else.
Json saying(std::string_view text) {
    return {{"instructions", "Say exactly this to the caller, word for word, in its own language, and nothing else: " +
                                 std::string(text)},
            {"tool_choice", "none"}};
}

// What a model is told that takes over a conversation.
constexpr const char* broke_off =
    "The phone line was interrupted for a few seconds. Say so in a few words, in the language of the conversation, and "
    "go on where you left off. Do not greet the caller again.";

// When something was said, since the conversation began.
Moment::duration at_of(const Json& line) {
    return std::chrono::duration_cast<Moment::duration>(std::chrono::duration<double>(line.value("at", 0.0)));
}

}  // namespace

RealtimeProtocol::RealtimeProtocol(RealtimeSettings settings, Moment now)
    : settings_(std::move(settings)),
      phase_since_(now),
      trouble_since_(now),
      pending_(settings_.format.bytes_of(kept_voice)),
      spoken_(settings_.format),
      heard_format_(settings_.format),
      guarding_greeting_(!settings_.greeting.empty() && !settings_.greeting_interruptible) {
    recall(now);
}

// A conversation that broke off goes on with what was said in it. A tool that still runs is answered as if this
// session had called it; otherwise the model takes up the thread.
void RealtimeProtocol::recall(Moment now) {
    for (const auto& line : settings_.history) before_ = std::max(before_, at_of(line));
    for (const auto& line : settings_.history) recall(line, now - before_ + at_of(line));
    if (!settings_.history.empty()) record_.place_note(new_item_id("note_"), broke_off, now);
}

void RealtimeProtocol::recall(const Json& line, Moment at) {
    const auto id = new_item_id("past_");
    if (!line.contains("tool")) {
        if (core::text_of(line, "who") == "caller")
            record_.place_caller(id, {}, at);
        else
            record_.place_assistant(id, {}, at);
        record_.set_words(id, core::text_of(line, "text"));
        record_.set_heard(id);
        return;
    }
    const auto call_id = core::text_of(line, "call_id");
    record_.place_call(id, {}, at);
    record_.set_call(id, call_id, core::text_of(line, "tool"), core::text_of(line, "arguments"));
    if (line.contains("result")) return record_.set_result(call_id, core::text_of(line, "result"));
    calls_[call_id] = {id};
    tool_calls_[id] = {.open = 1, .response_done = true};
}

std::vector<Action> RealtimeProtocol::take_actions() {
    return std::exchange(actions_, {});
}

void RealtimeProtocol::send(const Json& event) {
    actions_.emplace_back(Send{core::dump(event)});
}

void RealtimeProtocol::received(std::string_view message, Moment now) {
    if (phase_ == Phase::over || phase_ == Phase::connecting) return;
    heard_of_ = now;
    if (auto delta = read_audio_delta(message)) return on_audio(delta->response, delta->item, delta->audio, now);
    auto event = Json::parse(message, nullptr, false);
    if (!event.is_object()) return note("the model sent something that is no JSON object");
    on_event(event, now);
    proceed(now);
}

void RealtimeProtocol::on_event(const Json& event, Moment now) {
    const auto type = text_of(event, "type");
    if (type == "response.output_audio.delta")
        on_audio(text_of(event, "response_id"), text_of(event, "item_id"), text_of(event, "delta"), now);
    else if (type == "response.output_audio_transcript.delta" || type == "response.output_text.delta")
        on_words(event, false, now);
    else if (type == "response.output_audio_transcript.done" || type == "response.output_text.done")
        on_words(event, true, now);
    else if (type == "response.output_audio.done") {
        if (auto* item = items_.find(text_of(event, "item_id"))) end_speech(*item);
    } else if (type == "input_audio_buffer.speech_started")
        on_speech_started(now);
    else if (type == "input_audio_buffer.speech_stopped")
        on_speech_stopped(now);
    else if (type == "input_audio_buffer.committed")
        on_committed(event, now);
    else if (type.starts_with("conversation.item.input_audio_transcription."))
        on_transcription(event);
    else if (type == "conversation.item.added" || type == "conversation.item.done")
        on_item_added(event, now);
    else if (type == "response.created")
        on_response_created(event, now);
    else if (type == "response.output_item.done")
        on_tool_call(event, now);
    else if (type == "response.done")
        on_response_done(event, now);
    else if (type == "session.created")
        on_session_created();
    else if (type == "session.updated")
        on_session_updated(event, now);
    else if (type == "error")
        on_error(event, now);
}

void RealtimeProtocol::on_item_added(const Json& event, Moment now) {
    const auto& item = member(event, "item");
    const auto id = text_of(item, "id");
    const auto previous = text_of(event, "previous_item_id");
    const auto type = text_of(item, "type");
    if (id.empty()) return;
    if (record_.knows(id)) return record_.move(id, previous);
    if (type == "function_call_output") return record_.set_result_item(text_of(item, "call_id"), id);
    if (type == "function_call") return record_.place_call(id, previous, now);
    if (type != "message") return;
    if (text_of(item, "role") == "user") record_.place_caller(id, previous, now);
    if (text_of(item, "role") == "assistant") record_.place_assistant(id, previous, now);
}

void RealtimeProtocol::begin(Moment now) {
    if (std::exchange(begun_, true)) return;
    began_ = now - before_;
    if (!settings_.history.empty() && !has_open_calls()) responses_.add({});
    if (!settings_.greeting.empty()) responses_.add({ResponseQueue::Purpose::greeting, saying(settings_.greeting)});
    proceed(now);
}

void RealtimeProtocol::say(std::string_view words, Moment now) {
    responses_.add({ResponseQueue::Purpose::say, saying(words)});
    proceed(now);
}

void RealtimeProtocol::press(std::string_view digits, Moment now) {
    if (phase_ == Phase::over || digits.empty()) return;
    if (may_be_interrupted() && (responses_.under_way() || !items_.empty())) interrupt(false);
    auto id = new_item_id("keys_");
    record_.place_caller(id, {}, now);
    record_.set_words(id, "[keypad] " + std::string(digits));
    if (listening()) send({{"type", "conversation.item.create"}, {"item", record_.item(id)}});
    if (!responses_.wants_reply()) responses_.add({});
    proceed(now);
}

Json RealtimeProtocol::transcript(Moment now) const {
    return record_.transcript(began_, [&](const std::string& id) {
        const auto* item = items_.find(id);
        if (!item || item->bytes == 0 || now <= item->begins) return 0.0;
        return std::chrono::duration<double>(now - item->begins) / std::chrono::duration<double>(item->received());
    });
}

void RealtimeProtocol::tick(Moment now) {
    tick_session(now);
    if (phase_ != Phase::ready) return;
    if (guard_ends_ && now >= *guard_ends_) {
        for (auto& item : items_) item.greeting = false;
        lift_guard();
    }
    if (awaiting_ != Awaiting::nothing && now - awaiting_since_ >= nudge_after) nudge(now);
    proceed(now);
}

// Sends the next response.create if it is its time, and tells when nothing is left to do.
void RealtimeProtocol::proceed(Moment now) {
    if (phase_ != Phase::ready) return;
    if (!replies_are_held())
        if (auto event = responses_.next(now)) {
            heard_of_ = now;
            send(*event);
        }
    bool idle = begun_ && responses_.empty() && !caller_speaks_ && awaiting_ == Awaiting::nothing && !has_open_calls();
    if (idle && !told_idle_) tell(core::AgentPort::Idle{});
    told_idle_ = idle;
}

}  // namespace switchhook::openai

#include "audio/base64.hpp"
#include "openai/json_members.hpp"
#include "openai/realtime_protocol.hpp"

#include <algorithm>
#include <utility>

// What the model says, what the caller hears of it, and the caller who speaks meanwhile.
namespace switchhook::openai {

using core::Json;

void RealtimeProtocol::on_audio(std::string_view response, std::string_view id, std::string_view base64, Moment now) {
    if (response == silenced_ && !response.empty()) return;
    core::AgentPort::Speech speech{std::string(id), {}};
    if (!audio::append_decoded_base64(speech.audio, base64)) return note("the model sent audio that is no base64");
    if (speech.audio.empty()) return;
    if (spoken_.look_at(speech.audio)) {
        note("the model speaks another format than it was asked for");
        for (auto& item : items_) item.format = format();
        to_session_.reset();
        if (heard_format_ != format()) to_session_.emplace(format(), heard_format_);
    }
    if (!items_.find(id) && !record_.knows(id)) record_.place_assistant(speech.item, {}, now);
    auto& item = items_.find_or_add(id, response, format(), now);
    item.bytes += speech.audio.size();
    item.greeting = responses_.purpose() == ResponseQueue::Purpose::greeting;
    awaiting_ = Awaiting::nothing;
    tell(std::move(speech));
}

void RealtimeProtocol::on_words(const Json& event, bool all, Moment now) {
    if (auto response = text_of(event, "response_id"); !response.empty() && response == silenced_) return;
    auto id = text_of(event, "item_id");
    if (!record_.knows(id)) record_.place_assistant(id, {}, now);
    if (!all) return record_.add_words(id, text_of(event, "delta"));
    auto words = text_of(event, "transcript");
    record_.set_words(id, words.empty() ? text_of(event, "text") : words);
}

void RealtimeProtocol::end_speech(SpokenItem& item) {
    if (std::exchange(item.done, true)) return;
    if (item.response.empty() || item.response != silenced_) tell(core::AgentPort::SpeechDone{item.id});
}

void RealtimeProtocol::on_speech_started(Moment now) {
    caller_speaks_ = true;
    caller_began_ = now;
    awaiting_ = Awaiting::nothing;  // the reply to this turn takes in what a tool gave
    bool speaks = responses_.under_way() && (responses_.active().empty() || responses_.active() != silenced_);
    if (may_be_interrupted() && (speaks || !items_.empty())) interrupt(server_acts_);
    tell(core::AgentPort::CallerSpeaks{});
}

void RealtimeProtocol::on_speech_stopped(Moment now) {
    if (!std::exchange(caller_speaks_, false)) return;
    tell(core::AgentPort::CallerPauses{});
    await(Awaiting::commit, now);
}

void RealtimeProtocol::on_committed(const Json& event, Moment now) {
    caller_speaks_ = false;
    record_.place_caller(text_of(event, "item_id"), text_of(event, "previous_item_id"), caller_began_);
    if (server_acts_)
        await(Awaiting::turn, now);
    else {
        turn_unanswered_ = true;
        awaiting_ = Awaiting::nothing;
    }
}

void RealtimeProtocol::on_transcription(const Json& event) {
    auto type = text_of(event, "type");
    if (type.ends_with(".completed")) {
        record_.set_words(text_of(event, "item_id"), text_of(event, "transcript"));
        usage_.add_transcription(member(event, "usage"));
    } else if (type.ends_with(".failed")) {
        note("the caller's words could not be transcribed: " + text_of(member(event, "error"), "message"));
    }
}

// From here on nothing is heard of the response under way.
void RealtimeProtocol::interrupt(bool server_knows) {
    tell(core::AgentPort::Interrupted{});
    silenced_ = responses_.active();
    awaiting_ = Awaiting::nothing;
    // One that was asked for and has not begun would begin in the middle of the caller's words.
    if (server_knows && responses_.state() != ResponseQueue::State::create_requested) return;
    if (auto cancel = responses_.cancel()) send(*cancel);
}

void RealtimeProtocol::was_heard(const std::vector<core::Heard>& heard, Moment now) {
    // What plays was cleared without the caller having interrupted: the rest of the response is not wanted either.
    if (!responses_.active().empty() && responses_.active() != silenced_) {
        silenced_ = responses_.active();
        if (auto cancel = responses_.cancel()) send(*cancel);
    }
    for (const auto& one : heard)
        if (auto* item = items_.find(one.item)) {
            truncate(*item, one.heard);
            items_.remove(one.item);
        }
    lift_guard();
    proceed(now);
}

// The model forgets what the caller has not heard. An end that is past the audio is refused, and a needless truncation
// costs the item its transcript.
void RealtimeProtocol::truncate(SpokenItem& item, Millis heard) {
    const auto received = item.received();
    const auto end = std::clamp(heard, Millis(0), received);
    if (end == received && item.done && item.response != silenced_) return record_.set_heard(item.id);
    if (received.count() == 0) return record_.cut(item.id, 0);
    record_.cut(item.id, static_cast<double>(end.count()) / static_cast<double>(received.count()));
    if (!listening()) return;
    if (item.current)
        return send({{"type", "conversation.item.truncate"},
                     {"item_id", item.id},
                     {"content_index", 0},
                     {"audio_end_ms", end.count()}});
    // In this session it is a text that it was told of.
    send({{"type", "conversation.item.delete"}, {"item_id", item.id}});
    auto again = record_.item(item.id);
    if (again.is_null()) return;
    again.erase("id");
    send({{"type", "conversation.item.create"}, {"item", std::move(again)}});
}

void RealtimeProtocol::was_played(std::string_view id, Moment now) {
    record_.set_heard(id);
    items_.remove(id);
    lift_guard();
    proceed(now);
}

// The greeting that may not be interrupted is over: from now on the session answers the caller by itself.
void RealtimeProtocol::lift_guard() {
    if (!guarding_greeting_ || !greeting_done_ || phase_ != Phase::ready) return;
    if (std::any_of(items_.begin(), items_.end(), [](const SpokenItem& item) { return item.greeting; })) return;
    guarding_greeting_ = false;
    guard_ends_.reset();
    server_acts_ = true;
    Json input{{"turn_detection", turn_detection_of(settings_, true)}};
    send({{"type", "session.update"},
          {"event_id", "enable"},
          {"session", {{"type", "realtime"}, {"audio", {{"input", std::move(input)}}}}}});
    if (std::exchange(turn_unanswered_, false) && !caller_speaks_ && !responses_.wants_reply()) responses_.add({});
}

}  // namespace switchhook::openai

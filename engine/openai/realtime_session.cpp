#include "openai/json_members.hpp"
#include "openai/realtime_errors.hpp"
#include "openai/realtime_messages.hpp"
#include "openai/realtime_protocol.hpp"

#include <algorithm>
#include <utility>

// The life of a session: configured, used, and replaced by another one.
namespace switchhook::openai {
namespace {

using namespace std::chrono_literals;
using core::Json;

constexpr auto configuring_time = 3s;
// The caller hears nothing meanwhile. After that somebody else is to help him.
constexpr auto without_session = 5s;
constexpr unsigned most_tries = 5;
constexpr auto stable_after = 30s;
constexpr auto first_pause = 500ms;
constexpr auto longest_pause = 4s;
// A session ends after an hour, without a warning. It is replaced before that, best while nobody speaks.
constexpr auto old_age = 50min;
constexpr auto last_moment = 55min;
// A response of which nothing is heard for so long will not come.
constexpr auto stalled_after = 20s;
// Of text that a new session is told. Instructions and tools beside it may take as much.
constexpr std::size_t history_bytes = 32 * 1024;

}  // namespace

void RealtimeProtocol::opened(Moment now) {
    if (phase_ != Phase::connecting) return;
    phase_ = Phase::opening;
    phase_since_ = session_began_ = heard_of_ = now;
}

void RealtimeProtocol::on_session_created() {
    if (phase_ != Phase::opening) return;
    phase_ = Phase::configuring;
    server_acts_ = !had_session_ && !guarding_greeting_;
    auto session = settings_.session;
    session["audio"]["input"]["turn_detection"] = turn_detection_of(settings_, server_acts_);
    send({{"type", "session.update"}, {"event_id", "settings"}, {"session", std::move(session)}});
}

void RealtimeProtocol::on_session_updated(const Json& event, Moment now) {
    if (phase_ == Phase::enabling) return become_ready(now);
    if (phase_ != Phase::configuring) return;
    adopt_formats(member(event, "session"));
    restore();
    if (!had_session_ || guarding_greeting_) return become_ready(now);
    // What the caller said while there was no session is heard before the model answers of its own accord: several
    // turns of it are to get one reply.
    phase_ = Phase::enabling;
    phase_since_ = now;
    server_acts_ = true;
    Json input{{"turn_detection", turn_detection_of(settings_, true)}};
    send({{"type", "session.update"},
          {"event_id", "enable"},
          {"session", {{"type", "realtime"}, {"audio", {{"input", std::move(input)}}}}}});
}

// A session may not grant the formats that it was asked for.
void RealtimeProtocol::adopt_formats(const Json& session) {
    for (const auto& path : differences(settings_.session, session))
        if (!path.starts_with("audio.input.turn_detection.")) note("the session has another " + path);
    const auto& audio = member(session, "audio");
    const auto kept_in = format();
    heard_format_ = format_of(member(member(audio, "input"), "format")).value_or(settings_.format);
    spoken_ = SpokenFormat(format_of(member(member(audio, "output"), "format")).value_or(settings_.format));
    to_session_.reset();
    if (heard_format_ != kept_in) to_session_.emplace(kept_in, heard_format_);
}

void RealtimeProtocol::restore() {
    auto history = record_.history(history_bytes, [this](const std::string& id) { return items_.find(id) != nullptr; });
    for (auto& item : history) send({{"type", "conversation.item.create"}, {"item", std::move(item)}});
    phase_ = Phase::ready;
    while (!pending_.empty()) {
        auto frame = pending_.take();
        actions_.emplace_back(Send{append_message(to_session_ ? to_session_->convert(frame) : frame)});
    }
    to_session_.reset();
    if (heard_format_ != format()) to_session_.emplace(format(), heard_format_);
}

void RealtimeProtocol::become_ready(Moment now) {
    phase_ = Phase::ready;
    phase_since_ = now;
    ready_since_ = now;
    had_session_ = true;
    bool owes = std::exchange(owes_reply_, false);
    if ((owes || turn_unanswered_) && !caller_speaks_ && !guarding_greeting_) {
        turn_unanswered_ = false;
        if (!responses_.wants_reply()) responses_.add({});
    }
    lift_guard();
}

void RealtimeProtocol::hear(std::string_view audio) {
    if (phase_ == Phase::over || audio.empty()) return;
    if (!listening()) return pending_.keep(audio);
    actions_.emplace_back(Send{append_message(to_session_ ? to_session_->convert(audio) : audio)});
}

void RealtimeProtocol::refused(int http_status, std::string_view body, core::Error error, Moment now) {
    if (phase_ != Phase::connecting) return;
    if (http_status != 0) {
        auto code = code_of_refusal(http_status, body);
        auto what = "the model's server refused the connection with status " + std::to_string(http_status);
        if (severity_of(code) == Severity::fatal || !may_reconnect_after_refusal(http_status)) return fail(code, what);
        return lost(what, now);
    }
    if (error == core::Errc::certificate) return fail("certificate", error.message());
    if (error == core::Errc::refused_address || error == core::Errc::malformed) return fail("refused", error.message());
    lost(error == core::Errc::timed_out ? "timed_out" : "the model's server: " + error.message(), now);
}

void RealtimeProtocol::closed(std::uint16_t code, Moment now) {
    if (phase_ == Phase::over || phase_ == Phase::connecting) return;
    auto what = "the model's server closed the connection with status " + std::to_string(code);
    if (!may_reconnect_after_close(code)) return fail("closed", what);
    lost(what, now);
}

// Another session is tried, unless there have been too many tries or there has been none for too long.
void RealtimeProtocol::lost(const std::string& why, Moment now) {
    if (phase_ == Phase::over) return;
    if (ready_since_) {
        if (now - *ready_since_ > stable_after) tries_ = 0;
        trouble_since_ = now;
    }
    auto pause = std::min<Millis>(first_pause * (1 << tries_), longest_pause);
    ++tries_;
    if (tries_ > most_tries || now + pause - trouble_since_ > without_session)
        return fail(why == "timed_out" ? why : "closed", why + "; there were " + std::to_string(tries_) + " tries");
    note(why);
    leave_session();
    phase_since_ = now;
    actions_.emplace_back(Reconnect{pause});
}

void RealtimeProtocol::replace_session(Moment now) {
    if (phase_ == Phase::over) return;
    leave_session();
    tries_ = 0;
    phase_since_ = trouble_since_ = now;
    actions_.emplace_back(Reconnect{Millis(0)});
}

// What was under way in the session has ended with it. What the caller is still to hear of it, he will hear.
void RealtimeProtocol::leave_session() {
    phase_ = Phase::connecting;
    ready_since_.reset();
    if (responses_.state() == ResponseQueue::State::active && responses_.active() != silenced_) {
        if (responses_.purpose() == ResponseQueue::Purpose::greeting)
            greeting_done_ = true;
        else
            owes_reply_ = true;
    }
    if (caller_speaks_ || awaiting_ != Awaiting::nothing) owes_reply_ = true;
    for (auto& [response, calls] : tool_calls_) {
        calls.response_done = true;
        if (calls.open > 0 || std::exchange(calls.continued, true)) continue;
        if (calls.respond) owes_reply_ = true;
    }
    responses_.reset();
    caller_speaks_ = false;
    awaiting_ = Awaiting::nothing;
    for (auto& item : items_) {
        item.current = false;
        end_speech(item);
    }
}

void RealtimeProtocol::fail(std::string code, std::string_view what) {
    if (phase_ == Phase::over) return;
    for (auto& item : items_) end_speech(item);
    phase_ = Phase::over;
    tell(core::AgentPort::Failed{code.empty() ? "failed" : std::move(code), without_secrets(what)});
    actions_.emplace_back(Close{});
}

void RealtimeProtocol::close() {
    if (phase_ == Phase::over) return;
    phase_ = Phase::over;
    actions_.emplace_back(Close{});
}

void RealtimeProtocol::tick_session(Moment now) {
    if (!ready_since_ && phase_ != Phase::over && now - trouble_since_ >= without_session)
        return fail("timed_out", "there has been no session for too long");
    switch (phase_) {
        case Phase::opening:
        case Phase::configuring:
        case Phase::enabling:
            if (now - phase_since_ >= configuring_time) lost("timed_out", now);
            return;
        case Phase::ready: {
            bool quiet = responses_.empty() && !caller_speaks_ && items_.empty();
            auto age = now - session_began_;
            if (age >= last_moment || (age >= old_age && quiet)) return replace_session(now);
            if (responses_.under_way() && now - heard_of_ >= stalled_after)
                lost("the model has stalled in the middle of a response", now);
            return;
        }
        case Phase::connecting:
        case Phase::over:
            return;
    }
}

std::optional<Moment> RealtimeProtocol::next_tick() const {
    if (phase_ == Phase::over) return std::nullopt;
    if (phase_ == Phase::connecting) return trouble_since_ + without_session;
    if (phase_ != Phase::ready) return std::min(phase_since_ + configuring_time, trouble_since_ + without_session);
    bool quiet = responses_.empty() && !caller_speaks_ && items_.empty();
    auto next = session_began_ + (quiet ? old_age : last_moment);
    if (responses_.under_way()) next = std::min(next, heard_of_ + stalled_after);
    if (auto due = responses_.next_due(); due && !replies_are_held()) next = std::min(next, *due);
    if (awaiting_ != Awaiting::nothing) next = std::min(next, awaiting_since_ + nudge_after);
    if (guard_ends_) next = std::min(next, *guard_ends_);
    return next;
}

}  // namespace switchhook::openai

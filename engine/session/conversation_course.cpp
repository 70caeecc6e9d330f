#include "session/conversation_course.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::session {
namespace {

using namespace std::chrono_literals;
using Duration = ConversationCourse::Duration;

constexpr auto between_digits = 2s;      // after it, the keys pressed so far are taken as all of them
constexpr auto for_the_last_word = 15s;  // how long a model may take to say goodbye
constexpr auto for_the_line = 2s;        // what is queued is heard by then, whatever the carrier says
constexpr auto poll = 20ms;              // a frame of the carrier's

Duration seconds(const core::Json& options, const char* key, Duration otherwise) {
    auto found = options.find(key);
    if (found == options.end() || !found->is_number()) return otherwise;
    return Duration(static_cast<std::int64_t>(found->get<double>() * 1000));
}

}  // namespace

ConversationCourse::Settings ConversationCourse::settings_of(const core::Json& options, Settings settings) {
    settings.time_limit = seconds(options, "time_limit", settings.time_limit);
    settings.goodbye = options.value("goodbye", settings.goodbye);
    auto silence = options.find("silence");
    if (silence == options.end() || silence->is_null()) return settings;
    if (!silence->is_object()) {
        settings.silence.reset();
        return settings;
    }
    settings.silence->timeout = seconds(*silence, "timeout", settings.silence->timeout);
    settings.silence->prompt = silence->value("prompt", settings.silence->prompt);
    settings.silence->times = silence->value("times", settings.silence->times);
    return settings;
}

void ConversationCourse::begin(Time now) {
    limit_ = now + settings_.time_limit;
    quiet_from(now);
}

void ConversationCourse::quiet_from(Time now) {
    quiet_since_ = now;
}

void ConversationCourse::caller_speaks() {
    caller_speaks_ = true;
    times_asked_ = 0;
}

void ConversationCourse::caller_pauses(Time now) {
    caller_speaks_ = false;
    quiet_from(now);
}

void ConversationCourse::digit(char digit, Time now) {
    times_asked_ = 0;
    quiet_from(now);
    digits_ += digit;
    digits_complete_ = digit == '#' ? now : now + between_digits;
}

void ConversationCourse::assistant_is_idle(Time now) {
    idle_ = true;
    quiet_from(now);
}

void ConversationCourse::interrupted() {
    caller_speaks();
    if (ending_ && ending_->may_be_interrupted) ending_.reset();
}

void ConversationCourse::release(Time now) {
    held_ = false;
    quiet_from(now);
}

void ConversationCourse::end_when_heard(std::string reason, Time now) {
    ending_ = Ending{std::move(reason), now + for_the_last_word, true};
}

std::optional<ConversationCourse::Action> ConversationCourse::next(Time now, Duration queued) {
    deadline_ = limit_met_ ? Time::max() : limit_;
    if (ending_) return ending(now, queued);
    if (now >= limit_ && !limit_met_) {
        limit_met_ = true;
        ending_ = Ending{"time_limit", now + for_the_last_word, false};
        if (settings_.goodbye.empty()) return next(now, queued);
        idle_ = false;
        return Say{settings_.goodbye};
    }
    if (!digits_.empty() && now >= digits_complete_) {
        idle_ = false;
        if (digits_.size() > 1 && digits_.back() == '#') digits_.pop_back();
        return Press{std::exchange(digits_, {})};
    }
    if (!digits_.empty()) look_again(digits_complete_);
    return silence(now, queued);
}

// The model may be idle long before the caller has heard it all.
std::optional<ConversationCourse::Action> ConversationCourse::ending(Time now, Duration queued) {
    if (idle_) ending_->at_the_latest = std::min<Time>(ending_->at_the_latest, now + queued + for_the_line);
    if ((idle_ && queued == 0ms) || now >= ending_->at_the_latest) return End{ending_->reason};
    look_again(ending_->at_the_latest);
    if (idle_) look_again(now + std::max<Duration>(queued, poll));
    return std::nullopt;
}

std::optional<ConversationCourse::Action> ConversationCourse::silence(Time now, Duration queued) {
    if (!settings_.silence || held_ || !idle_ || caller_speaks_ || !digits_.empty()) return std::nullopt;
    if (queued > 0ms) quiet_from(now + queued);
    auto due = quiet_since_ + settings_.silence->timeout;
    if (now < due) {
        look_again(due);
        return std::nullopt;
    }
    if (times_asked_++ >= settings_.silence->times) return End{"silence"};
    idle_ = false;
    return Say{settings_.silence->prompt};
}

}  // namespace switchhook::session

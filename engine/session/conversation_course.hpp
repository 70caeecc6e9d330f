#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace switchhook::session {

// What a conversation does of its own accord: takes the caller's keys together, asks a caller who says nothing, comes
// to an end in time, and lets the last word be heard. No I/O: it is told what happens and when, and asked what is due.
class ConversationCourse {
public:
    using Time = core::Time;
    using Duration = std::chrono::milliseconds;

    struct Silence {
        Duration timeout{15'000};
        std::string prompt = "Are you still there?";
        int times = 2;  // how often the caller is asked before being let go
    };
    struct Settings {
        Duration time_limit{600'000};
        std::string goodbye = "I am sorry, our time is up. Thank you for calling. Goodbye.";
        std::optional<Silence> silence = Silence{};  // none: waits for ever
    };
    // From the options of the `converse` ask, and where they are silent from `otherwise`.
    static Settings settings_of(const core::Json& options, Settings otherwise);

    // What is to be done now.
    struct Say {
        std::string text;
    };
    struct Press {
        std::string digits;
    };
    struct End {
        std::string reason;
    };
    using Action = std::variant<Say, Press, End>;

    explicit ConversationCourse(Settings settings) : settings_(std::move(settings)) {}

    void begin(Time now);

    void caller_speaks();
    void caller_pauses(Time now);
    void digit(char digit, Time now);
    void assistant_speaks() { idle_ = false; }
    void assistant_is_idle(Time now);
    void interrupted();

    // A tool runs, or keys are collected: nobody is expected to speak.
    void hold() { held_ = true; }
    void release(Time now);

    // Ends it with this reason once what the assistant has to say was heard, unless the caller interrupts.
    void end_when_heard(std::string reason, Time now);

    // What is due at `now`, while this much is still to be heard. Ask again after each action, until there is none.
    std::optional<Action> next(Time now, Duration queued);
    // When to ask again if nothing happens before; after next().
    Time deadline() const { return deadline_; }

private:
    struct Ending {
        std::string reason;
        Time at_the_latest;
        bool may_be_interrupted;
    };

    std::optional<Action> ending(Time now, Duration queued);
    std::optional<Action> silence(Time now, Duration queued);
    void look_again(Time at) { deadline_ = std::min(deadline_, at); }
    void quiet_from(Time now);

    Settings settings_;
    Time limit_{};
    Time deadline_{};
    bool limit_met_ = false;
    bool idle_ = true;
    bool caller_speaks_ = false;
    bool held_ = false;
    Time quiet_since_{};  // nobody has said anything since, while idle_
    int times_asked_ = 0;
    std::string digits_;
    Time digits_complete_{};
    std::optional<Ending> ending_;
};

}  // namespace switchhook::session

#include "script/recorded_run.hpp"

#include <utility>

namespace switchhook::script {
namespace {

std::string describe(const core::Ask& ask) {
    return ask.kind + " " + ask.options.dump(-1, ' ', false, core::Json::error_handler_t::replace) + " at " + ask.where;
}

std::string describe(const Step& step) {
    if (auto* ask = std::get_if<core::Ask>(&step)) return describe(*ask);
    if (auto* failed = std::get_if<Failed>(&step)) return "the flow breaking at " + failed->where + ": " + failed->what;
    return "the end, with " + std::get<Finished>(step).value.dump(-1, ' ', false, core::Json::error_handler_t::replace);
}

bool same(const core::Ask& ask, const Step& step) {
    auto* now = std::get_if<core::Ask>(&step);
    return now && now->digest() == ask.digest();
}

bool same(const Step& last, const Step& step) {
    if (auto* ask = std::get_if<core::Ask>(&last)) return same(*ask, step);
    if (std::holds_alternative<Failed>(last)) return std::holds_alternative<Failed>(step);
    auto* now = std::get_if<Finished>(&step);
    return now && now->value == std::get<Finished>(last).value;
}

template <class Recorded>
std::optional<std::string> difference(std::size_t number, const Recorded& recorded, const Step& step) {
    if (same(recorded, step)) return {};
    return "replayed from its own answers, the flow does something else: step " + std::to_string(number) + " was " +
           describe(recorded) + ", and is now " + describe(step) +
           ": after a crash this call could not go on, so let a flow depend on nothing but the call and its answers";
}

// Feeds a run that has not begun the recorded answers. Gives what comes out differently.
std::optional<std::string> play_again(FlowRun& run, const Recording& recording) {
    std::size_t number = 0;
    for (const auto& handler : recording.handlers) {
        auto step = run.start(handler.name, handler.info);
        for (const auto& [ask, answer] : handler.asked) {
            if (auto found = difference(++number, ask, step)) return found;
            step = run.resume(core::answer_from_json(core::Json::parse(answer)));
        }
        if (auto found = difference(++number, handler.last, step)) return found;
    }
    return {};
}

}  // namespace

RecordedRun::RecordedRun(std::shared_ptr<const Flow> flow, const Limits& limits, Lines* lines)
    : run_(flow, limits), limits_(limits) {
    if (lines != nullptr) run_.trace(*lines);
    recording_.flow = std::move(flow);
}

const Step& RecordedRun::start(const std::string& handler, const core::CallInfo& info) {
    if (!recording_.handlers.empty()) recording_.handlers.back().last = std::move(step_);
    recording_.handlers.push_back({handler, info, {}, {}});
    step_ = run_.start(handler, info);
    return step_;
}

const Step& RecordedRun::resume(const core::Answer& answer) {
    auto text = core::to_json(answer).dump(-1, ' ', false, core::Json::error_handler_t::replace);
    recording_.handlers.back().asked.push_back({std::move(std::get<core::Ask>(step_)), std::move(text)});
    step_ = run_.resume(answer);
    return step_;
}

Recording RecordedRun::take_recording() && {
    recording_.handlers.back().last = std::move(step_);
    return std::move(recording_);
}

std::optional<std::string> RecordedRun::rebuild() {
    recording_.handlers.back().last = step_;
    FlowRun run(recording_.flow, limits_);
    if (auto found = play_again(run, recording_)) return found;
    run_ = std::move(run);
    return {};
}

std::optional<std::string> replay(const Recording& recording, const Limits& limits) {
    FlowRun run(recording.flow, limits);
    return play_again(run, recording);
}
}  // namespace switchhook::script

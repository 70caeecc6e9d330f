#include "script/recorded_run.hpp"

#include "core/journaled.hpp"
#include "core/json_text.hpp"
#include "script/compiled_flow.hpp"
#include "script/coverage.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace switchhook::script {
namespace {

std::string describe(const core::Ask& ask) {
    return ask.kind + " " + core::dump(ask.options) + " at " + ask.where;
}

std::string describe(const Step& step) {
    if (auto* ask = std::get_if<core::Ask>(&step)) return describe(*ask);
    if (auto* failed = std::get_if<Failed>(&step)) return "the flow breaking at " + failed->where + ": " + failed->what;
    return "the end, with " + core::dump(std::get<Finished>(step).value);
}

std::string describe(const std::vector<Step>& steps) {
    return steps.empty() ? "nothing" : describe(steps.front());
}

std::string text_of(const core::Answer& answer) {
    return core::dump(core::to_json(answer));
}

// The options of an ask in which nothing but words stands.
const std::vector<std::string>& words_of(const std::string& kind) {
    static const std::map<std::string, std::vector<std::string>> all{
        {"gather", {"prompts"}}, {"converse", {"instructions", "greeting", "goodbye"}}, {"sms", {"body"}}};
    static const std::vector<std::string> none;
    auto found = all.find(kind);
    return found == all.end() ? none : found->second;
}

enum class Likeness { same, other_words, another_way };

Likeness likeness(const core::Ask& then, const core::Ask& now) {
    if (then.digest() == now.digest()) return Likeness::same;
    if (then.kind != now.kind) return Likeness::another_way;
    if (!core::is_journaled(then.kind)) return Likeness::other_words;
    if (words_of(then.kind).empty()) return Likeness::another_way;
    auto was = then.options, is = now.options;
    for (const auto& words : words_of(then.kind)) {
        was.erase(words);
        is.erase(words);
    }
    return was == is ? Likeness::other_words : Likeness::another_way;
}

Likeness likeness(const Step& then, const Step& now) {
    auto* ask = std::get_if<core::Ask>(&then);
    auto* ask_now = std::get_if<core::Ask>(&now);
    if (ask && ask_now) return likeness(*ask, *ask_now);
    auto* finished = std::get_if<Finished>(&then);
    auto* finished_now = std::get_if<Finished>(&now);
    const bool same = finished && finished_now ? finished->value == finished_now->value : then.index() == now.index();
    return same ? Likeness::same : Likeness::another_way;
}

// A replay runs what has run before: it is not counted once more.
class Uncounted {
public:
    explicit Uncounted(FlowCoverage* coverage) : coverage_(coverage) {
        if (coverage_) coverage_->counting = false;
    }
    ~Uncounted() {
        if (coverage_) coverage_->counting = true;
    }
    Uncounted(const Uncounted&) = delete;
    Uncounted& operator=(const Uncounted&) = delete;

private:
    FlowCoverage* coverage_;
};

// A flow on its way beside a recording. Between two steps that decide how a call goes on there is what is only heard:
// that may differ, and the two still go the same way.
class Comparison {
public:
    Comparison(const Recording& recording, std::shared_ptr<const Flow> flow, const Limits& limits)
        : recording_(recording), run_(std::move(flow), limits) {}

    std::vector<Difference> differences() {
        for (handler_ = 0; handler_ < recording_.handlers.size(); ++handler_)
            if (!goes_the_same_way(recording_.handlers[handler_])) break;
        return std::move(differences_);
    }

    // The flow, where the recording ends. REQUIRES: differences() gave none.
    FlowRun take_run() && { return std::move(run_); }

private:
    bool goes_the_same_way(const Recording::Handler& handler) {
        if (!run_.flow().handles(handler.name)) return leads_away(handler);
        step_ = run_.start(handler.name, handler.info);
        if (handler_ == 0) time_ = handler.info.started;
        for (at_ = 0;; ++at_) {
            Difference found{handler_, at_, {}, {}};
            hear(handler, found);
            const bool last = at_ == handler.asked.size();
            const Step& then = last ? handler.last : (decided_ = handler.asked[at_].ask);
            auto alike = likeness(then, step_);
            found.leads_away = alike == Likeness::another_way;
            if (alike != Likeness::same) {
                found.then.push_back(then);
                found.now.push_back(step_);
            }
            if (!found.then.empty() || !found.now.empty()) differences_.push_back(std::move(found));
            if (alike == Likeness::another_way) return false;
            if (last) return true;
            auto answer = answer_of(handler.asked[at_].answer);
            time_ = answer.time;
            step_ = run_.resume(answer);
        }
    }

    // The handler is not there any more.
    bool leads_away(const Recording::Handler& handler) {
        auto first = handler.asked.empty() ? handler.last : Step(handler.asked.front().ask);
        differences_.push_back({handler_, 0, {std::move(first)}, {}, true});
        return false;
    }

    // Goes past what is only heard, on both sides, and keeps what differs of it. A recording may end with such a step,
    // where the caller was gone.
    void hear(const Recording::Handler& handler, Difference& found) {
        for (; at_ < handler.asked.size() && !core::is_journaled(handler.asked[at_].ask.kind); ++at_)
            found.then.push_back(handler.asked[at_].ask);
        auto heard = at_ - found.then.size();
        const auto* last = at_ == handler.asked.size() ? std::get_if<core::Ask>(&handler.last) : nullptr;
        const bool ends_with_words = last && !core::is_journaled(last->kind);
        for (auto* ask = std::get_if<core::Ask>(&step_); ask && !core::is_journaled(ask->kind);
             ask = std::get_if<core::Ask>(&step_)) {
            if (ends_with_words && found.now.size() == found.then.size()) break;
            found.now.emplace_back(std::move(*ask));
            if (heard < at_) time_ = answer_of(handler.asked[heard++].answer).time;
            step_ = run_.resume(core::Answer::of(nullptr, time_));
        }
        leave_out_what_is_the_same(found);
    }

    static void leave_out_what_is_the_same(Difference& found) {
        auto& then = found.then;
        auto& now = found.now;
        auto same = [](const Step& a, const Step& b) { return likeness(a, b) == Likeness::same; };
        auto from = std::mismatch(then.begin(), then.end(), now.begin(), now.end(), same);
        found.step += static_cast<std::size_t>(from.first - then.begin());
        then.erase(then.begin(), from.first);
        now.erase(now.begin(), from.second);
        auto to = std::mismatch(then.rbegin(), then.rend(), now.rbegin(), now.rend(), same);
        then.erase(to.first.base(), then.end());
        now.erase(to.second.base(), now.end());
    }

    const Recording& recording_;
    FlowRun run_;
    Step step_;
    Step decided_;
    core::Time time_{};
    std::size_t handler_ = 0;
    std::size_t at_ = 0;
    std::vector<Difference> differences_;
};

// "replayed from its own answers, the flow does something else: …"
std::optional<std::string> in_words(const std::vector<Difference>& differences, const Recording& recording) {
    if (differences.empty()) return {};
    const auto& first = differences.front();
    auto number = first.step + 1;
    for (std::size_t i = 0; i < first.handler; ++i) number += recording.handlers[i].asked.size() + 1;
    return "replayed from its own answers, the flow does something else: step " + std::to_string(number) + " was " +
           describe(first.then) + ", and is now " + describe(first.now) +
           ": after a crash this call could not go on, so let a flow depend on nothing but the call and its answers";
}

}  // namespace

core::Answer answer_of(const std::string& recorded) {
    return core::answer_from_json(core::Json::parse(recorded));
}

RecordedRun::RecordedRun(std::shared_ptr<const Flow> flow, const Limits& limits) : run_(flow, limits), limits_(limits) {
    recording_.flow = std::move(flow);
}

const Step& RecordedRun::start(const std::string& handler, const core::CallInfo& info) {
    if (!recording_.handlers.empty()) recording_.handlers.back().last = std::move(step_);
    recording_.handlers.push_back({handler, info, {}, {}, {}});
    step_ = run_.start(handler, info);
    return step_;
}

const Step& RecordedRun::resume(const core::Answer& answer) {
    recording_.handlers.back().asked.push_back({std::move(std::get<core::Ask>(step_)), text_of(answer)});
    step_ = run_.resume(answer);
    return step_;
}

void RecordedRun::end(const core::Answer& answer) {
    recording_.handlers.back().ending = text_of(answer);
}

Recording RecordedRun::take_recording() && {
    recording_.handlers.back().last = std::move(step_);
    return std::move(recording_);
}

std::optional<std::string> RecordedRun::rebuild() {
    recording_.handlers.back().last = step_;
    Uncounted uncounted(recording_.flow->compiled().coverage.get());
    Comparison again(recording_, recording_.flow, limits_);
    if (auto found = in_words(again.differences(), recording_)) return found;
    run_ = std::move(again).take_run();
    return {};
}

std::vector<Difference> compare(const Recording& recording, std::shared_ptr<const Flow> flow, const Limits& limits) {
    return Comparison(recording, std::move(flow), limits).differences();
}

std::optional<std::string> replay(const Recording& recording, const Limits& limits) {
    Uncounted uncounted(recording.flow->compiled().coverage.get());
    return in_words(compare(recording, recording.flow, limits), recording);
}

}  // namespace switchhook::script

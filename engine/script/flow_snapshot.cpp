#include "script/flow_snapshot.hpp"

#include "script/effective_settings.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace switchhook::script {
namespace {

// Whether a caller cannot tell one entry from the other: its line in the file is no difference.
bool answers_alike(const NumberEntry& a, const NumberEntry& b) {
    return std::tie(a.number, a.flow, a.provider, a.account, a.settings, a.test_callers) ==
           std::tie(b.number, b.flow, b.provider, b.account, b.settings, b.test_callers);
}

std::shared_ptr<const Live> live_of(const std::shared_ptr<const Live>& before, const NumberEntry& entry,
                                    const std::shared_ptr<const Flow>& flow, const core::Json& kept, core::Time now) {
    auto settings = effective_settings(*flow, entry.settings, kept);
    if (before && before->flow == flow && answers_alike(before->entry, entry) && before->settings == settings)
        return before;
    return std::make_shared<const Live>(Live{flow, entry, std::move(settings), now});
}

std::shared_ptr<const Flow> version_of(const Business& business, const std::string& version) {
    auto found = business.versions.find(version);
    return found == business.versions.end() ? nullptr : found->second;
}

FlowSnapshot::Number number_of(const Business& business, const FlowSnapshot::Number& before, const NumberEntry& entry,
                               const core::Json& kept, core::Time now) {
    const auto& choice = business.chosen.of(entry.number);
    auto live = version_of(business, choice.live);
    FlowSnapshot::Number number;
    number.live = live_of(before.live, entry, live ? live : business.live, kept, now);
    if (auto candidate = version_of(business, choice.candidate)) {
        number.candidate = live_of(before.candidate, entry, candidate, kept, now);
        number.trial = Trial{choice.percent, entry.test_callers};
        number.trial.test_callers.merge(test_callers_of(number.live->settings));
        number.trial.test_callers.merge(test_callers_of(number.candidate->settings));
    }
    return number;
}

// Of its files, and of the versions that are chosen.
Problems problems_of(const Business& business) {
    auto problems = business.problems;
    problems.insert(problems.end(), business.load_problems.begin(), business.load_problems.end());
    return problems;
}

// Why good files are not live.
std::string note_of(const Business& business) {
    const auto& live = business.chosen.all.live;
    if (!business.on_disk || !business.problems.empty() || business.on_disk->version() == live) return {};
    const auto& version = business.on_disk->version();
    auto name = business.on_disk->name();
    return "the files are version " + version +
           (business.chosen.sets_aside(version) ? ", which was rolled back" : ", and another one was chosen") +
           ": change them, or run `switchhook publish " + name + "`";
}

}  // namespace

FlowSnapshot snapshot_of(const LoadedFlows& loaded, const FlowSnapshot& before, core::Time now) {
    FlowSnapshot next;
    for (const auto& [name, business] : loaded.businesses) {
        if (business.live) next.flows.emplace(name, business.live);
        const auto& trial = business.chosen.all;
        next.flow_status.push_back({name, business.live ? business.live->version() : "", business.since,
                                    lines(problems_of(business)), trial.candidate, trial.percent, note_of(business)});
    }
    for (const auto& [number, entry] : loaded.entries) {
        auto found = loaded.businesses.find(entry.flow);
        auto* business = found == loaded.businesses.end() ? nullptr : &found->second;
        NumberStatus status{entry};
        auto problems = business ? problems_of(*business) : Problems();
        if (business && business->live) {
            auto was = before.numbers.find(number);
            auto kept = loaded.settings.find(number);
            auto answers = number_of(*business, was == before.numbers.end() ? FlowSnapshot::Number() : was->second,
                                     entry, kept == loaded.settings.end() ? core::Json::object() : kept->second, now);
            status.version = answers.live->flow->version();
            status.since = answers.live->since;
            if (answers.candidate) status.candidate = answers.candidate->flow->version();
            status.percent = answers.trial.percent;
            status.note = note_of(*business);
            next.numbers.emplace(number, std::move(answers));
        }
        if (auto held = loaded.held_back.find(number); held != loaded.held_back.end())
            problems.insert(problems.end(), held->second.begin(), held->second.end());
        status.error = lines(problems);
        next.number_status.push_back(std::move(status));
    }
    for (const auto& [number, entry] : loaded.unanswered) {
        next.number_status.push_back({entry});
        next.number_status.back().error = lines(loaded.held_back.at(number));
    }
    std::sort(next.number_status.begin(), next.number_status.end(),
              [](const auto& a, const auto& b) { return a.entry.number < b.entry.number; });
    return next;
}

}  // namespace switchhook::script

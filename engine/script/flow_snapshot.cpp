#include "script/flow_snapshot.hpp"

#include <tuple>
#include <utility>

namespace switchhook::script {
namespace {

// Whether a caller cannot tell one entry from the other: its line in the file is no difference.
bool answers_alike(const NumberEntry& a, const NumberEntry& b) {
    return std::tie(a.number, a.flow, a.provider, a.account, a.settings) ==
           std::tie(b.number, b.flow, b.provider, b.account, b.settings);
}

std::shared_ptr<const Live> live_of(const FlowSnapshot& before, const NumberEntry& entry,
                                    const std::shared_ptr<const Flow>& flow, core::Time now) {
    auto found = before.numbers.find(entry.number);
    if (found != before.numbers.end()) {
        const auto& was = *found->second;
        if (was.flow == flow && answers_alike(was.entry, entry)) return found->second;
    }
    auto settings = flow->settings();
    settings.update(entry.settings);
    return std::make_shared<const Live>(Live{flow, entry, std::move(settings), now});
}

}  // namespace

FlowSnapshot snapshot_of(const LoadedFlows& loaded, const FlowSnapshot& before, core::Time now) {
    FlowSnapshot next;
    for (const auto& [name, business] : loaded.businesses) {
        if (business.live) next.flows.emplace(name, business.live);
        next.flow_status.push_back(
            {name, business.live ? business.live->version() : "", business.since, lines(business.problems)});
    }
    for (const auto& [number, entry] : loaded.entries) {
        auto found = loaded.businesses.find(entry.flow);
        auto* business = found == loaded.businesses.end() ? nullptr : &found->second;
        NumberStatus status{entry, {}, {}, lines(business ? business->problems : Problems())};
        if (business && business->live) {
            auto number_live = live_of(before, entry, business->live, now);
            status.version = number_live->flow->version();
            status.since = number_live->since;
            next.numbers.emplace(number, std::move(number_live));
        }
        if (!loaded.numbers_problems.empty())
            status.error += (status.error.empty() ? "" : "\n") + lines(loaded.numbers_problems);
        next.number_status.push_back(std::move(status));
    }
    return next;
}

}  // namespace switchhook::script

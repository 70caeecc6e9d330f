#include "script/flow_choices.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace switchhook::script {
namespace {

using core::Errc;
using core::FlowVersions;

std::map<std::string, std::string> files_of(const Bundle& bundle) {
    std::map<std::string, std::string> files{{bundle.main.path, bundle.main.text}};
    for (const auto& [name, source] : bundle.modules) files[source.path] = source.text;
    return files;
}

std::set<std::string> chosen_versions(const FlowVersions& chosen) {
    std::set<std::string> versions{chosen.all.live, chosen.all.candidate};
    for (const auto& [number, choice] : chosen.numbers) versions.insert({choice.live, choice.candidate});
    versions.erase("");
    return versions;
}

}  // namespace

FlowChoices::FlowChoices(core::Versions* versions, const Limits& limits, const core::Clock& clock, core::Log& log,
                         LoadedFlows& loaded)
    : versions_(versions), limits_(limits), clock_(clock), log_(log), loaded_(loaded) {}

bool FlowChoices::read() {
    if (!versions_) return false;
    auto kept = versions_->chosen();
    if (!kept) return false;
    bool changed = false;
    std::set<std::string> names;
    for (auto& one : *kept) {
        names.insert(one.flow);
        auto& business = loaded_.businesses[one.flow];
        if (business.unkept) {
            keep(business, one);
        } else if (business.chosen.revision != one.revision) {
            business.chosen = std::move(one);
            changed = true;
        }
    }
    for (auto& [name, business] : loaded_.businesses)
        if (business.unkept && !names.contains(name)) keep(business, {name, {}});
    return changed;
}

// What went live while the store could not be reached goes there now; it is the newest.
void FlowChoices::keep(Business& business, const FlowVersions& kept) {
    const auto& flow = *business.live;
    if (kept.all.live == flow.version()) {
        business.chosen = kept;
        business.unkept = false;
    } else if (put(business, core::edited(kept, flow.version()), flow, "edited while the store was out of reach")) {
        log_.info("version_kept", {{"flow", flow.name()}, {"version", flow.version()}});
    }
}

core::Result<void> FlowChoices::put(Business& business, FlowVersions now, const Flow& flow, std::string what) {
    if (versions_) {
        core::VersionChange change{flow.name(), {}, flow.version()};
        change.what = std::move(what);
        change.at = clock_.now();
        auto done = versions_->put(now, change, to_json(flow.bundle()));
        if (!done) return done;
        ++now.revision;
    }
    business.chosen = std::move(now);
    business.unkept = false;
    return {};
}

FlowChoices::Fate FlowChoices::offer(const std::string& name, std::shared_ptr<const Flow> flow, bool at_start) {
    auto& business = loaded_.businesses[name];
    auto what = business.live ? edit_between(business.live->bundle(), flow->bundle()) : "new";
    auto before = std::exchange(business.on_disk, flow);
    business.unkept = false;
    for (;;) {
        const auto& live = business.chosen.all.live;
        if (live == flow->version()) return Fate::unchanged;
        bool touched = !before || before->version() != flow->version();
        if (!live.empty() && (!touched || stays_out(business, *flow, at_start))) return Fate::not_live;

        auto now = core::edited(business.chosen, flow->version());
        now.flow = name;
        auto done = put(business, now, *flow, what);
        if (!done && done.error() == Errc::conflict && read()) continue;
        if (!done) {
            log_.error("version_not_kept",
                       {{"flow", name}, {"version", flow->version()}, {"why", done.error().message()}});
            business.chosen = std::move(now);
            business.unkept = true;
        }
        business.live = std::move(flow);
        business.since = clock_.now();
        return Fate::live;
    }
}

bool FlowChoices::stays_out(const Business& business, const Flow& flow, bool at_start) {
    if (business.chosen.sets_aside(flow.version())) return true;
    if (!at_start || !versions_) return false;
    auto history = versions_->history(flow.name());
    return history && std::any_of(history->begin(), history->end(), [&](const auto& change) {
               return change.version == flow.version() && change.kind != core::VersionChange::Kind::trial;
           });
}

bool FlowChoices::load() {
    bool any = false;
    for (auto& [name, business] : loaded_.businesses) {
        if (business.loaded == business.chosen) continue;
        load(name, business);
        any = true;
    }
    return any;
}

void FlowChoices::load(const std::string& name, Business& business) {
    std::map<std::string, std::shared_ptr<const Flow>> versions;
    business.load_problems.clear();
    business.loaded = business.chosen;
    for (const auto& version : chosen_versions(business.chosen))
        if (auto flow = obtain(name, business, version)) versions[version] = std::move(flow);
    auto live = versions.find(business.chosen.all.live);
    if (live != versions.end() && live->second != business.live) {
        auto was = business.live ? business.live->version() : "none";
        business.live = live->second;
        business.since = clock_.now();
        if (was != business.live->version())
            log_.info("flow_live", {{"flow", name},
                                    {"version", business.live->version()},
                                    {"was", was},
                                    {"by", what_happened(name, business.live->version())}});
    }
    business.versions = std::move(versions);
}

// One that is loaded, or one from the store; null where there is none, which is a problem of the business.
std::shared_ptr<const Flow> FlowChoices::obtain(const std::string& name, Business& business,
                                                const std::string& version) {
    for (const auto& flow : {business.live, business.on_disk})
        if (flow && flow->version() == version) return flow;
    if (auto found = business.versions.find(version); found != business.versions.end()) return found->second;

    auto refuse = [&](const std::string& why) {
        log_.error("version_not_loaded", {{"flow", name}, {"version", version}, {"why", why}});
        business.load_problems.push_back(
            {name, 0, "version " + version + " is chosen, but cannot be loaded: " + why, {}});
        return nullptr;
    };
    if (!versions_) return nullptr;
    auto sources = versions_->sources(name, version);
    if (!sources) {
        business.loaded = {};  // again next time
        return refuse(sources.error().message());
    }
    if (!*sources) return refuse("its sources are not in the store");
    auto bundle = bundle_from_json(**sources);
    if (!bundle || bundle->name != name || bundle->version() != version)
        return refuse("its sources in the store are not those that it was made of");
    auto compiled = Flow::compile(std::move(*bundle), limits_);
    if (auto* problems = std::get_if<Problems>(&compiled)) return refuse(lines(*problems));
    return std::get<std::shared_ptr<const Flow>>(std::move(compiled));
}

std::string FlowChoices::what_happened(const std::string& name, const std::string& version) {
    auto history = versions_ ? versions_->history(name) : std::vector<core::VersionChange>();
    if (!history) return "unknown";
    auto change =
        std::find_if(history->rbegin(), history->rend(), [&](const auto& one) { return one.version == version; });
    return change == history->rend() ? "unknown" : change->what;
}

std::string edit_between(const Bundle& was, const Bundle& now) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> edited;
    auto before = files_of(was), after = files_of(now);
    for (const auto& [path, text] : after)
        if (auto found = before.find(path); found == before.end() || found->second != text) edited.push_back(path);
    for (const auto& [path, text] : before)
        if (!after.contains(path)) edited.push_back(path);
    std::string text = "edited ";
    for (std::size_t i = 0; i < std::min(shown, edited.size()); ++i) text += (i == 0 ? "" : ", ") + edited[i];
    if (edited.size() > shown) text += " and " + std::to_string(edited.size() - shown) + " more";
    return text;
}

}  // namespace switchhook::script

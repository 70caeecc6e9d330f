#include "core/versions.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::core {
namespace {

Json json_of(const VersionChoice& choice) {
    Json json{{"live", choice.live}};
    if (!choice.candidate.empty()) {
        json["candidate"] = choice.candidate;
        json["percent"] = choice.percent;
    }
    return json;
}

VersionChoice choice_of(const Json& json) {
    return {json.value("live", ""), json.value("candidate", ""), json.value("percent", 0U)};
}

}  // namespace

const VersionChoice& FlowVersions::of(const std::string& number) const {
    auto found = numbers.find(number);
    return found == numbers.end() ? all : found->second;
}

bool FlowVersions::sets_aside(const std::string& version) const {
    return std::find(set_aside.begin(), set_aside.end(), version) != set_aside.end();
}

Json to_json(const FlowVersions& versions) {
    auto numbers = Json::object();
    for (const auto& [number, choice] : versions.numbers) numbers[number] = json_of(choice);
    return {{"all", json_of(versions.all)}, {"numbers", std::move(numbers)}, {"set_aside", versions.set_aside}};
}

FlowVersions flow_versions_from_json(const Json& json) {
    FlowVersions versions;
    versions.all = choice_of(json.at("all"));
    for (const auto& [number, choice] : json.at("numbers").items()) versions.numbers[number] = choice_of(choice);
    versions.set_aside = json.at("set_aside").get<std::vector<std::string>>();
    return versions;
}

FlowVersions published(FlowVersions was, const std::string& version) {
    was.all = {version};
    was.numbers.clear();
    was.set_aside.clear();
    return was;
}

FlowVersions published(FlowVersions was, const std::string& version, const std::string& number) {
    if (was.all == VersionChoice{version})
        was.numbers.erase(number);
    else
        was.numbers[number] = {version};
    std::erase(was.set_aside, version);
    return was;
}

FlowVersions edited(FlowVersions was, const std::string& version) {
    auto trial = was.all;
    auto now = published(std::move(was), version);
    if (trial.candidate != version) now.all = {version, trial.candidate, trial.percent};
    return now;
}

FlowVersions rolled_back(FlowVersions was, const std::string& version, const std::string& number) {
    if (!number.empty()) return published(std::move(was), version, number);
    auto set_aside = std::move(was.set_aside);
    auto before = was.all.live;
    auto now = published(std::move(was), version);
    now.set_aside = std::move(set_aside);
    if (!now.sets_aside(before)) now.set_aside.push_back(before);
    std::erase(now.set_aside, version);
    return now;
}

FlowVersions tried(FlowVersions was, const std::string& version, unsigned percent) {
    was.all.candidate = version;
    was.all.percent = percent;
    return was;
}

FlowVersions promoted(FlowVersions was) {
    auto candidate = was.all.candidate;
    return published(std::move(was), candidate);
}

FlowVersions withdrawn(FlowVersions was) {
    was.all = {was.all.live};
    return was;
}

std::optional<std::string> version_before(const std::vector<VersionChange>& history, const std::string& number) {
    // What went live, each with the index of what was live then; a rollback moves back on these chains.
    struct Step {
        std::string version;
        std::optional<std::size_t> before;
    };
    std::vector<Step> steps;
    std::optional<std::size_t> live;
    for (const auto& change : history) {
        if (change.kind == VersionChange::Kind::trial) continue;
        if (!change.number.empty() && change.number != number) continue;
        auto at = live;
        if (change.kind == VersionChange::Kind::rolled_back)
            while (at && steps[*at].version != change.version) at = steps[*at].before;
        if (change.kind == VersionChange::Kind::rolled_back && at) {
            live = at;
        } else if (!live || steps[*live].version != change.version) {
            steps.push_back({change.version, live});
            live = steps.size() - 1;
        }
    }
    if (!live || !steps[*live].before) return std::nullopt;
    return steps[*steps[*live].before].version;
}

}  // namespace switchhook::core

#include "app/kept_settings.hpp"

#include "app/key_from_environment.hpp"
#include "core/did_you_mean.hpp"
#include "core/phone_number.hpp"
#include "script/flow_library.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <stdexcept>

namespace switchhook::app {
namespace {

using core::Json;
using From = script::SettingValue::From;

core::Vault open_vault() {
    auto key = key_from_environment();
    if (auto problem = key_problem(key); !problem.empty()) throw std::invalid_argument(problem);
    return core::Vault(sealing_key(key));
}

// The number as numbers.lua has it.
script::NumberEntry entry_of(const VersionOptions& options, core::Versions& versions, const std::string& number) {
    std::set<std::string> flows;
    for (const auto& one : value_of(versions.chosen())) flows.insert(one.flow);
    auto file = (options.flows / "numbers.lua").string();
    auto numbers = script::FlowLibrary::numbers({.root = options.flows}, flows);
    auto found = numbers.entries.find(number);
    if (found != numbers.entries.end()) return found->second;
    if (numbers.entries.empty() && !numbers.problems.empty())
        throw std::runtime_error(file + " cannot be read: " + numbers.problems.front().text());
    std::vector<std::string> known;
    known.reserve(numbers.entries.size());
    for (const auto& [each, entry] : numbers.entries) known.push_back(each);
    std::string of_flow;
    for (const auto& [each, entry] : numbers.entries)
        if (entry.flow == number) of_flow += (of_flow.empty() ? "" : ", ") + each;
    if (!of_flow.empty())
        throw std::invalid_argument("settings are those of a number, and " + number + " is a flow: name " + of_flow);
    auto meant = core::closest(number, known);
    throw std::invalid_argument("there is no number " + number + " in " + file +
                                (meant.empty() ? "" : ": did you mean " + meant + "?"));
}

// What answers the number: the version that engines have live, else the flow's files.
std::shared_ptr<const script::Flow> flow_of(const VersionOptions& options, core::Versions& versions,
                                            const script::NumberEntry& entry) {
    for (const auto& chosen : value_of(versions.chosen())) {
        if (chosen.flow != entry.flow) continue;
        auto sources = value_of(versions.sources(entry.flow, chosen.of(entry.number).live));
        auto bundle =
            sources ? script::bundle_from_json(*sources) : core::Result<script::Bundle>(core::Errc::not_found);
        if (!bundle) continue;
        auto compiled = script::Flow::compile(std::move(*bundle), {});
        if (auto* flow = std::get_if<std::shared_ptr<const script::Flow>>(&compiled)) return *flow;
    }
    core::SystemClock clock;
    core::Log log({core::LogLevel::off, core::LogFormat::text, false, {}}, [](std::string_view) {});
    core::Metrics metrics;
    script::FlowLibrary library({.root = options.flows, .run_tests = {}}, clock, log, metrics);
    library.refresh({entry.flow});
    if (auto flow = library.flow(entry.flow)) return flow;
    throw std::runtime_error("the flow " + entry.flow + " cannot be loaded:\n" +
                             script::lines(library.problems({entry.flow})));
}

constexpr std::string_view rolled_back_to = "rolled back to ";

// The revision that was left for the one that is current now: what a rollback left is as if it had never been.
std::optional<std::uint64_t> revision_before(const std::vector<core::SettingsChange>& history) {
    auto at = history.size();
    while (at > 0 && history[at - 1].what.starts_with(rolled_back_to))
        at = std::min(at - 1, std::size_t{std::stoul(history[at - 1].what.substr(rolled_back_to.size()))});
    return at > 0 ? std::optional(at - 1) : std::nullopt;
}

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

KeptSettings::KeptSettings(const VersionOptions& options, const std::string& number)
    : kept_(options), number_(number), vault_(open_vault()) {
    auto entry = entry_of(options, kept_.versions(), number);
    flow_ = flow_of(options, kept_.versions(), entry);
    of_number_ = std::move(entry.settings);
    read();
}

void KeptSettings::read() {
    now_ = {number_};
    for (auto& one : value_of(kept_.settings().current()))
        if (one.number == number_) now_ = std::move(one);
}

std::vector<KeptSettings::Line> KeptSettings::list() {
    std::vector<Line> lines;
    const auto& declared = script::declared_settings(*flow_);
    for (auto& [name, value] : script::setting_values(*flow_, of_number_, now_.values)) {
        auto found = declared.find(name);
        if (found == declared.end()) continue;
        lines.push_back({name, &found->second, value.value, shown(name, found->second, value), value.from});
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const auto& a, const auto& b) { return a.setting->line < b.setting->line; });
    return lines;
}

std::string KeptSettings::shown(const std::string& name, const script::Setting& setting,
                                const script::SettingValue& value) {
    if (!setting.secret) return script::setting_text(setting, value.value);
    if (value.from == From::nobody) return "not set";
    if (!vault_.has_key()) return "set";
    auto opened = vault_.open_settings({{name, value.value}}, number_);
    return opened.problem.empty() ? "set" : "set, but this SWITCHHOOK_KEY does not open it";
}

std::vector<std::string> KeptSettings::notes() const {
    std::vector<std::string> notes;
    const auto values = script::setting_values(*flow_, of_number_, now_.values);
    const auto& declared = script::declared_settings(*flow_);
    for (const auto& [name, value] : now_.values.items()) {
        auto found = declared.find(name);
        if (found == declared.end())
            notes.push_back("`" + name + "` is set, but " + flow() + " has no such setting");
        else if (values.at(name).from != From::store)
            notes.push_back("`" + name + "` is set to what " + flow() + " does not take any more: set it again");
    }
    for (const auto& [name, setting] : declared)
        if (setting.required && values.at(name).from == From::nobody)
            notes.push_back("`" + name + "` is missing: " + flow() + " needs it");
    return notes;
}

std::vector<core::SettingsChange> KeptSettings::history() {
    return value_of(kept_.settings().history(number_));
}

const script::Setting& KeptSettings::setting(const std::string& name) const {
    const auto& declared = script::declared_settings(*flow_);
    if (auto found = declared.find(name); found != declared.end()) return found->second;
    if (declared.empty()) throw std::invalid_argument(flow() + " has no settings");
    std::vector<std::string> names;
    for (const auto& [known, each] : declared) names.push_back(known);
    throw std::invalid_argument(flow() + " has no setting `" + name + "`: " + core::did_you_mean(name, names));
}

Json KeptSettings::value_of_text(const std::string& name, const std::string& text) const {
    const auto& declared = setting(name);
    auto typed = script::typed_setting(declared, text);
    if (auto* fault = std::get_if<script::SettingFault>(&typed))
        throw std::invalid_argument("`" + name + "` " + fault->what + ": " + fault->fix);
    auto& value = std::get<Json>(typed);
    if (!declared.secret) return std::move(value);
    if (!vault_.has_key())
        throw std::invalid_argument(
            "`" + name +
            "` is a secret, and SWITCHHOOK_KEY is not set: make a key with `openssl rand -base64 "
            "32`, and give it to this command and to every engine");
    return vault_.seal_setting(text, number_, name);
}

// A number does not lose what its flow needs.
void KeptSettings::check(const Json& values) const {
    for (const auto& [name, value] : script::setting_values(*flow_, of_number_, values)) {
        const auto& declared = script::declared_settings(*flow_);
        auto found = declared.find(name);
        if (found != declared.end() && found->second.required && value.from == From::nobody &&
            script::setting_values(*flow_, of_number_, now_.values).at(name).from != From::nobody)
            throw std::invalid_argument(flow() + " needs `" + name + "`: set another value instead");
    }
}

void KeptSettings::change(const SettingsEdit& edit) {
    auto values = now_.values;
    std::vector<std::string> set;
    for (const auto& [name, text] : edit.set) {
        values[name] = value_of_text(name, text);
        set.push_back(name);
    }
    for (const auto& name : edit.unset) {
        if (!values.contains(name)) {
            setting(name);
            throw std::invalid_argument("`" + name + "` is not set for " + number_);
        }
        values.erase(name);
    }
    auto what = set.empty() ? std::string() : "set " + list_of(set);
    if (!edit.unset.empty()) what += (what.empty() ? "unset " : ", unset ") + list_of(edit.unset);
    put(std::move(values), what);
}

void KeptSettings::roll_back(const std::string& revision) {
    auto history = this->history();
    auto to = now_.revision;
    if (revision.empty()) {
        auto before = revision_before(history);
        if (!before) throw std::invalid_argument("nothing was set for " + number_ + " before");
        to = *before;
    } else {
        auto [end, error] = std::from_chars(revision.data(), revision.data() + revision.size(), to);
        if (error != std::errc() || end != revision.data() + revision.size() || to > now_.revision)
            throw std::invalid_argument("there is no revision `" + revision + "`: see `switchhook settings " + number_ +
                                        " --history`");
    }
    auto values = Json::object();
    for (const auto& change : history)
        if (change.revision == to) values = change.values;
    put(std::move(values), std::string(rolled_back_to) + std::to_string(to));
}

void KeptSettings::put(Json values, const std::string& what) {
    check(values);
    if (values == now_.values) return;
    auto done = kept_.settings().put({number_, std::move(values), now_.revision}, what, kept_.clock().now());
    if (done.error() == core::Errc::conflict)
        throw std::runtime_error("somebody else has just changed the settings of " + number_ + ": look, and try again");
    if (!done) throw std::runtime_error(done.error().message());
    read();
}

}  // namespace switchhook::app

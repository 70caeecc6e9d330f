#include "script/numbers.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/phone_number.hpp"
#include "script/bytecode.hpp"
#include "script/compiled_flow.hpp"
#include "script/effective_settings.hpp"
#include "script/flow_state.hpp"
#include "script/lua_json.hpp"
#include "script/phone_fix.hpp"
#include "script/setting.hpp"
#include "script/table_keys.hpp"

#include <lua.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace switchhook::script {
namespace {

using core::Json;

constexpr const char* example = "write [\"+15550100\"] = { flow = \"lexi\" }";

std::string in_quotes(const std::string& text) {
    return "\"" + text + "\"";
}

std::vector<std::string> names_of(const std::map<std::string, std::shared_ptr<const Flow>>& flows) {
    std::vector<std::string> names;
    for (const auto& [name, flow] : flows) names.push_back(name);
    return names;
}

std::vector<std::string> names_of(const DeclaredSettings& settings) {
    std::vector<std::string> names;
    for (const auto& [name, setting] : settings) names.push_back(name);
    return names;
}

// What the file returns, as plain data; or why there is none.
std::variant<Json, Problem> evaluate(const Source& source, const Limits& limits, core::Time now) {
    auto bytecode = compile_to_bytecode(source.text, "@" + source.path, false);
    if (!bytecode)
        return Problem{source.path, bytecode.error().line, bytecode.error().what, "look there, and at the line before"};

    Flow::Compiled compiled;
    compiled.bundle.name = "numbers";
    compiled.bundle.main = source;
    compiled.main = {"@" + source.path, *bytecode};
    FlowState state(compiled, limits, source.path);
    if (auto failed = state.load(now)) {
        auto colon = failed->where.rfind(':');
        auto line = colon == std::string::npos ? 0 : std::atoi(failed->where.c_str() + colon + 1);
        return Problem{source.path, line, failed->what, {}};
    }
    state.push_returned();
    auto json = to_json(state.lua(), -1);
    if (!json) return Problem{source.path, 0, "returns more than plain data, " + json.error().text(), example};
    return *json;
}

class Check {
public:
    Check(const Source& source, const NumbersContext& context)
        : file_(source.path), keys_(source.text), context_(context) {
        for (const auto& twice : keys_.twice()) {
            about_ = twice.key;
            problem(
                twice.line,
                in_quotes(twice.key) + " stands twice in one table, first in line " + std::to_string(twice.first_line),
                "remove one of the two");
        }
        about_.clear();
    }

    void table(const Json& returned) {
        if (!returned.is_object()) {
            problem(0, "numbers.lua must return a table from phone number to flow", example);
            return;
        }
        for (const auto& [number, value] : returned.items()) {
            about_ = number;
            entry(number, value);
        }
    }

    Numbers take() {
        std::stable_sort(numbers_.problems.begin(), numbers_.problems.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        return std::move(numbers_);
    }

private:
    void problem(int line, std::string what, std::string fix) {
        Problem found{file_, line, std::move(what), std::move(fix)};
        if (core::is_e164(about_)) numbers_.faults[about_].push_back(found);
        numbers_.problems.push_back(std::move(found));
    }

    void entry(const std::string& number, const Json& value) {
        NumberEntry entry;
        entry.number = number;
        entry.line = keys_.line_of({number});
        if (!core::is_e164(number)) {
            problem(entry.line, in_quotes(number) + " is no phone number in E.164",
                    number.empty() ? example : phone_fix(number));
            return;
        }
        if (value.is_string())
            entry.flow = value.get<std::string>();
        else if (value.is_object())
            fields(entry, value);
        else
            problem(entry.line, number + " must have a table or the name of a flow", example);
        if (entry.flow.empty()) {
            if (value.is_string() || (value.is_object() && !value.contains("flow")))
                problem(entry.line, number + " names no flow", example);
        } else {
            check_flow(entry);
        }
        numbers_.entries.emplace(number, std::move(entry));
    }

    void fields(NumberEntry& entry, const Json& value) {
        static const std::vector<std::string> known = {"account", "flow", "provider", "settings", "test_callers"};
        for (const auto& [key, field] : value.items()) {
            auto line = keys_.line_of({entry.number, key});
            if (key == "settings") {
                if (field.is_object())
                    entry.settings = field;
                else
                    problem(line, "settings must be a table with names",
                            "write settings = { front_desk = \"+15550109\" }");
            } else if (key == "test_callers") {
                test_callers(entry, field, line);
            } else if (std::find(known.begin(), known.end(), key) == known.end()) {
                problem(line, "unknown key " + in_quotes(key), core::did_you_mean(key, known));
            } else if (!field.is_string() || field.get_ref<const std::string&>().empty()) {
                problem(line, key + " must be a text", "write " + key + " = \"…\"");
            } else {
                (key == "flow"      ? entry.flow
                 : key == "account" ? entry.account
                                    : entry.provider) = field.get<std::string>();
            }
        }
        const auto& providers = context_.providers;
        if (std::find(providers.begin(), providers.end(), entry.provider) == providers.end())
            problem(keys_.line_of({entry.number, "provider"}), "unknown provider " + in_quotes(entry.provider),
                    core::did_you_mean(entry.provider, providers));
    }

    void test_callers(NumberEntry& entry, const Json& list, int line) {
        constexpr const char* fix = "write test_callers = { \"+15551230147\" }";
        // An empty table may be either kind.
        if (!list.is_array() && !(list.is_object() && list.empty()))
            problem(line, "test_callers must be a list of phone numbers", fix);
        else
            for (const auto& caller : list) {
                const auto* text = caller.get_ptr<const std::string*>();
                if (text && core::is_e164(*text))
                    entry.test_callers.insert(*text);
                else
                    problem(line, "test_callers: " + core::dump(caller) + " is no phone number in E.164",
                            text ? phone_fix(*text) : fix);
            }
    }

    void check_flow(const NumberEntry& entry) {
        auto found = context_.flows.find(entry.flow);
        if (found == context_.flows.end()) {
            auto names = names_of(context_.flows);
            auto best = core::closest(entry.flow, names);
            problem(keys_.line_of({entry.number, "flow"}), "there is no flow " + in_quotes(entry.flow),
                    best.empty() ? "create " + entry.flow + "/flow.lua" : "did you mean " + in_quotes(best) + "?");
            return;
        }
        if (!found->second) return;
        const auto& declared = declared_settings(*found->second);
        if (declared.empty()) return;
        for (auto& [name, value] : entry.settings.items()) check_setting(entry, declared, name, value);
        for (const auto& [name, setting] : declared)
            if (setting.required && !entry.settings.contains(name)) check_kept(entry, name, setting);
    }

    void check_setting(const NumberEntry& entry, const DeclaredSettings& declared, const std::string& name,
                       const Json& value) {
        auto line = keys_.line_of({entry.number, "settings", name});
        auto found = declared.find(name);
        if (found == declared.end())
            return problem(line, entry.flow + " has no setting " + in_quotes(name),
                           core::did_you_mean(name, names_of(declared)));
        if (found->second.secret)
            return problem(line, "the setting `" + name + "` is a secret, and what stands in a file is none",
                           "take it away and run `" + setting_command(entry.number, name, found->second) + "`");
        auto checked = checked_setting(found->second, value);
        if (auto* fault = std::get_if<SettingFault>(&checked))
            problem(line, "the setting `" + name + "` " + fault->what, fault->fix);
    }

    // A setting that numbers.lua does not give must be in the store. Where nobody looks there, only what cannot stand
    // in numbers.lua may be.
    void check_kept(const NumberEntry& entry, const std::string& name, const Setting& setting) {
        if (!context_.kept && setting.secret) return;
        auto kept = Json::object();
        if (context_.kept)
            if (auto found = context_.kept->find(entry.number); found != context_.kept->end()) kept = found->second;
        auto values = setting_values(*context_.flows.at(entry.flow), entry.settings, kept);
        if (!values.at(name).value.is_null()) return;
        auto fix = "run `" + setting_command(entry.number, name, setting) + "`";
        if (!setting.secret) fix = "write it into the number's settings, or " + fix;
        problem(entry.line,
                entry.number + " has no `" + name + "`, a setting that " + entry.flow + " needs" +
                    (setting.label.empty() ? "" : " (" + setting.label + ")"),
                fix);
    }

    static std::string setting_command(const std::string& number, const std::string& name, const Setting& setting) {
        return "switchhook settings " + number + " " + name + (setting.secret ? "=-" : "=…");
    }

    std::string file_;
    TableKeys keys_;
    const NumbersContext& context_;
    std::string about_;  // the key whose entry is looked at
    Numbers numbers_;
};

}  // namespace

Numbers read_numbers(const Source& source, const NumbersContext& context, const Limits& limits, core::Time now) {
    auto returned = evaluate(source, limits, now);
    if (auto* problem = std::get_if<Problem>(&returned)) return {{}, {std::move(*problem)}, {}};
    Check check(source, context);
    check.table(std::get<Json>(returned));
    return check.take();
}

}  // namespace switchhook::script

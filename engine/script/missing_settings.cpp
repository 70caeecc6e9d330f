#include "script/missing_settings.hpp"

#include "core/did_you_mean.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// A place where a flow needs a setting to be there.
struct Use {
    std::string setting;
    Code at;
};

// Reads of settings whose value is used as it is. What is compared, or has an `or` behind it, may be missing.
class Uses {
public:
    explicit Uses(const ReadFlow& flow) : flow_(flow) {
        for (const auto& file : flow.code.files()) visit({&file, &file.tree}, false);
    }

    // A setting that the flow looks at to see whether it is there may be missing everywhere.
    std::vector<Use> needed() const {
        std::vector<Use> needed;
        for (const auto& use : uses_)
            if (!looked_at_.contains(use.setting)) needed.push_back(use);
        return needed;
    }

private:
    void visit(Code at, bool looks) {
        const auto& node = *at.node;
        if (is_setting(at)) {
            const auto& name = node.parts[1].text;
            if (looks)
                looked_at_.insert(name);
            else
                uses_.push_back({name, at});
            return;
        }
        for (std::size_t i = 0; i < node.parts.size(); ++i) visit(at.part(i), looks_at(node, i, looks));
    }

    // Whether a part of a node is only looked at: whether it is there, or which of several it is.
    static bool looks_at(const LuaNode& node, std::size_t part, bool looks) {
        switch (node.kind) {
            case Kind::binary:
                if (node.text == "and" || node.text == "or") return part == 0 || looks;
                return node.text == "==" || node.text == "~=";
            case Kind::unary:
                return node.text == "not";
            case Kind::parentheses:
                return looks;
            case Kind::if_chain:
                return part % 2 == 0 && part + 1 < node.parts.size();
            case Kind::while_loop:
                return part == 0;
            case Kind::repeat_loop:
                return part == 1;
            case Kind::assignment:
                return part == 0;  // what is given
            default:
                return false;
        }
    }

    // `call.settings.name` of what is a call or a message.
    bool is_setting(Code at) const {
        const auto& node = *at.node;
        if (!node.is(Kind::index) || !node.parts[1].is(Kind::string)) return false;
        const auto& settings = bare(node.parts[0]);
        if (!settings.is(Kind::index) || !settings.parts[1].is(Kind::string) || settings.parts[1].text != "settings")
            return false;
        for (const auto* rules : flow_.types.classes_of(at.at(settings.parts[0])))
            if (rules->name == "Call" || rules->name == "Message") return true;
        return false;
    }

    const ReadFlow& flow_;
    std::vector<Use> uses_;
    std::set<std::string> looked_at_;
};

std::vector<std::string> names_in(const core::Json& settings) {
    std::vector<std::string> names;
    for (const auto& [name, value] : settings.items()) names.push_back(name);
    return names;
}

}  // namespace

void find_missing_settings(const ReadFlow& flow, Findings& findings) {
    auto declared = flow.code.settings();
    if (!declared.is(Kind::table)) return;  // only numbers.lua gives them: looked at there
    auto data = flow.code.data_of(declared);
    if (!data.is_object()) return;
    auto names = names_in(data);
    for (const auto& use : Uses(flow).needed()) {
        if (data.contains(use.setting)) continue;
        auto meant = core::closest(use.setting, names);
        findings.add("missing-setting", use.at, "the flow has no setting `" + use.setting + "`",
                     meant.empty() ? "add it to `settings`, or write what holds without it: `call.settings." +
                                         use.setting + " or …`"
                                   : "did you mean `" + meant + "`?");
    }
}

void find_missing_settings_of_numbers(const Source& source, const Numbers& numbers,
                                      const std::map<std::string, const Bundle*>& flows, Findings& findings) {
    std::map<std::string, std::unique_ptr<ReadFlow>> read;  // the uses refer to it
    std::map<std::string, std::vector<Use>> needed;
    for (const auto& [number, entry] : numbers.entries) {
        auto bundle = flows.find(entry.flow);
        if (bundle == flows.end()) continue;
        auto [flow, added] = read.try_emplace(entry.flow);
        if (added) {
            flow->second = std::make_unique<ReadFlow>(*bundle->second);
            // A flow that has settings of its own is told about those that it lacks.
            if (!flow->second->code.settings()) needed[entry.flow] = Uses(*flow->second).needed();
        }
        std::set<std::string> told;
        for (const auto& use : needed[entry.flow]) {
            if (entry.settings.contains(use.setting) || !told.insert(use.setting).second) continue;
            findings.add("missing-setting", source, entry.line,
                         number + " has no setting `" + use.setting + "`, which " + use.at.file->source.path + ":" +
                             std::to_string(use.at.node->line) + " reads",
                         "write settings = { " + use.setting + " = … }, here or in the flow");
        }
    }
}

}  // namespace switchhook::script

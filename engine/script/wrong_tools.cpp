#include "core/did_you_mean.hpp"
#include "script/code_rules.hpp"

#include <algorithm>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// What a function reads of its argument.
struct Reads {
    std::map<std::string, Code> fields;  // with a place where each is read
    bool whole = false;                  // the argument itself goes where nobody sees what is read of it
};

class ArgumentReads {
public:
    explicit ArgumentReads(const ReadFlow& flow) : flow_(flow) {}

    Reads of(Code function, std::size_t parameter) {
        Reads reads;
        follow(function, parameter, reads, 0);
        return reads;
    }

private:
    void follow(Code function, std::size_t parameter, Reads& reads, int depth) {
        const auto& names = function.node->parts[0].parts;
        if (parameter >= names.size()) return;
        if (depth > 6 || !names[parameter].is(Kind::name)) {
            reads.whole = true;
            return;
        }
        const auto* variable = function.file->names.of(names[parameter]);
        if (variable == nullptr || !variable->given.empty() || !variable->fields.empty()) {
            reads.whole = true;
            return;
        }
        visit(function.at(function.node->parts[1]), variable, reads, depth);
    }

    void visit(Code at, const LuaVariable* argument, Reads& reads, int depth) {
        const auto& node = *at.node;
        auto is_argument = [&](const LuaNode& part) {
            return bare(part).is(Kind::name) && at.file->names.of(bare(part)) == argument;
        };
        if (node.is(Kind::name)) {
            if (is_argument(node)) reads.whole = true;
            return;
        }
        if (node.is(Kind::index) && is_argument(node.parts[0])) {
            if (node.parts[1].is(Kind::string))
                reads.fields.emplace(node.parts[1].text, at);
            else
                reads.whole = true;
            return;
        }
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
            bool handed_on = i > 0 && (node.is(Kind::call) || node.is(Kind::method)) && is_argument(node.parts[i]);
            if (!handed_on) {
                visit(at.part(i), argument, reads, depth);
                continue;
            }
            auto own = flow_.types.own_function(at);
            if (own)
                follow(own, i - (node.is(Kind::method) ? 0 : 1), reads, depth + 1);
            else
                reads.whole = true;
        }
    }

    const ReadFlow& flow_;
};

// "address?" is `address`.
std::string plain(std::string name) {
    while (name.ends_with('?')) name.pop_back();
    return name;
}

void check(const ReadFlow& flow, Code tool, Findings& findings) {
    auto run = flow.code.value_of(flow.code.field(tool, "run"));
    if (!run.is(Kind::function)) return;
    auto field = flow.code.field(tool, "params");
    auto params = flow.code.value_of(field);
    if (field && !params.is(Kind::table)) return;
    std::map<std::string, Code> known;
    if (params)
        for (const auto& part : params.node->parts) {
            if (!part.is(Kind::pair) || !part.parts[0].is(Kind::string)) return;
            known.emplace(plain(part.parts[0].text), params.at(part));
        }
    std::vector<std::string> names;
    for (const auto& [name, at] : known) names.push_back(name);

    auto reads = ArgumentReads(flow).of(run, 0);
    for (const auto& [name, at] : reads.fields) {
        if (known.contains(name)) continue;
        auto meant = core::closest(name, names);
        findings.add("tool", at, "`run` reads `" + name + "`, which the tool's params do not have",
                     meant.empty() ? "add it: params = { " + name + " = \"string: what it is\" }"
                                   : "did you mean `" + meant + "`?");
    }
    if (reads.whole) return;
    for (const auto& [name, at] : known)
        if (!reads.fields.contains(name))
            findings.add("unused-parameter", at, "the model is asked for `" + name + "`, and `run` never reads it",
                         "read it, or take it out of params");
}

}  // namespace

void find_wrong_tools(const ReadFlow& flow, Findings& findings) {
    for (const auto& tool : flow.types.tools()) check(flow, tool, findings);
}

}  // namespace switchhook::script

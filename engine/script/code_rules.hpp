#pragma once

#include "script/code_problem.hpp"
#include "script/flow_code.hpp"
#include "script/flow_types.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace switchhook::script {

// Something that `switchhook check` looks for in the code of a flow.
struct CodeRule {
    std::string_view name;  // by which a line allows it
    Severity severity;
    std::string_view about;  // for --help
};

std::span<const CodeRule> code_rules();

// Collects what the rules find.
//
// A comment `-- check: allow voice, secret` in a line allows what these rules find there; alone in a line, in the next.
class Findings {
public:
    // REQUIRES: `rule` is one of code_rules().
    void add(std::string_view rule, const Source& source, int line, std::string what, std::string fix);
    void add(std::string_view rule, Code at, std::string what, std::string fix) {
        add(rule, at.file->source, at.node->line, std::move(what), std::move(fix));
    }

    // By file and line, each once.
    CodeProblems take();

private:
    bool is_allowed(const Source& source, int line, std::string_view rule);

    CodeProblems problems_;
    std::map<std::string, std::map<int, std::set<std::string, std::less<>>>> allowed_;  // by file and line
};

// A flow as the rules see it.
struct ReadFlow {
    explicit ReadFlow(const Bundle& of) : bundle(of), code(of), types(code, Annotations::embedded()) {}

    const Bundle& bundle;
    FlowCode code;
    FlowTypes types;
};

// Each looks for what its file is named after.
void find_wrong_verbs(const ReadFlow& flow, Findings& findings);
void find_unknown_names(const ReadFlow& flow, Findings& findings);
void find_wrong_operators(const ReadFlow& flow, Findings& findings);
void find_unreachable_code(const ReadFlow& flow, Findings& findings);
void find_missing_settings(const ReadFlow& flow, Findings& findings);
void find_wrong_tools(const ReadFlow& flow, Findings& findings);
void find_unknown_voices(const ReadFlow& flow, Findings& findings);
void find_dead_ends(const ReadFlow& flow, Findings& findings);
void find_long_texts(const ReadFlow& flow, Findings& findings);
void find_secrets(const Source& source, const LuaNode& tree, Findings& findings);

}  // namespace switchhook::script

#include "script/code_check.hpp"

#include "script/lua_reader.hpp"
#include "script/missing_settings.hpp"

#include <utility>

namespace switchhook::script {

CodeProblems check_code(const Bundle& bundle) {
    ReadFlow flow(bundle);
    Findings findings;
    find_wrong_verbs(flow, findings);
    find_unknown_names(flow, findings);
    find_wrong_operators(flow, findings);
    find_unreachable_code(flow, findings);
    find_missing_settings(flow, findings);
    find_wrong_tools(flow, findings);
    find_unknown_voices(flow, findings);
    find_dead_ends(flow, findings);
    find_long_texts(flow, findings);
    for (const auto& file : flow.code.files()) find_secrets(file.source, file.tree, findings);
    return findings.take();
}

CodeProblems check_numbers_code(const Source& source, const Numbers& numbers,
                                const std::map<std::string, const Bundle*>& flows) {
    Findings findings;
    find_missing_settings_of_numbers(source, numbers, flows, findings);
    if (auto tree = read_lua(source.text)) find_secrets(source, *tree, findings);
    return findings.take();
}

Problems fatal(const CodeProblems& found) {
    Problems problems;
    for (const auto& one : found) {
        if (one.severity != Severity::fatal) continue;
        problems.push_back(one.problem);
        problems.back().fix += " [" + one.rule + "]";
    }
    return problems;
}

CodeProblems remarks(CodeProblems found) {
    std::erase_if(found, [](const auto& one) { return one.severity == Severity::fatal; });
    return found;
}

}  // namespace switchhook::script

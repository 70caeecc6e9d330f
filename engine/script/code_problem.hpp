#pragma once

#include "script/problem.hpp"

#include <string>
#include <vector>

namespace switchhook::script {

// What something that is wrong in a flow's code means for it.
enum class Severity {
    fatal,    // it would break a call: the flow does not go live
    error,    // `switchhook check` fails
    warning,  // `switchhook check --strict` fails
};

// Something that is wrong in a flow's code.
struct CodeProblem {
    Problem problem;
    std::string rule;
    Severity severity = Severity::fatal;

    // As a Problem's, the rule behind it and a warning marked: "lexi/flow.lua:12: warning: what: what to do [voice]".
    std::string text() const;
};

using CodeProblems = std::vector<CodeProblem>;

}  // namespace switchhook::script

#pragma once

#include "core/json.hpp"
#include "script/annotations.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// What is wrong with an ask, by the annotations in scripts/call.lua, in words for the flow's author:
// "gather: there is no option `digit`; did you mean `digits`?". Nothing if all is well; that costs no allocation.
//
// `handler` is where the flow is: "on_call", "on_message", "on_call_ended", or empty while its file loads.
// A kind with a dot, "Call.gahter", stands for a member that does not exist: there is always something wrong with it.
std::optional<std::string> check_options(std::string_view kind, const core::Json& options, std::string_view handler);

// The same for a table that a module of scripts/ was given: `verb` is "ivr.menu", `class_name` the annotated class of
// the table. Functions in it stand as binary values.
std::optional<std::string> check_table(std::string_view verb, std::string_view class_name, const core::Json& table);

// What is wrong with an option, in words, and where it stands: {"prompts", "#2", "voice"}.
struct OptionProblem {
    std::string what;
    std::vector<std::string> path;
    bool phone_number = false;  // it is no phone number in E.164
};

// What is wrong with what a function is given for a parameter, as far as it is known: what is not is a discarded value
// (Json::is_discarded), which is never wrong. Where the parameter may be left out, so may its fields.
std::optional<OptionProblem> check_argument(std::string_view verb, const AnnotatedField& parameter,
                                            const core::Json& value);

// Why a verb that works in `phases` does not work in a handler; empty if it does.
std::string why_not_there(std::string_view verb, const std::vector<std::string>& phases, std::string_view handler);

}  // namespace switchhook::script

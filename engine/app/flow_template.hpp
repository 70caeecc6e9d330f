#pragma once

#include <span>
#include <string>
#include <string_view>

namespace switchhook::app {

// A flow that a new one can begin as: a folder of scripts/templates.
struct FlowTemplate {
    std::string_view kind;      // its folder
    std::string_view about;     // for people: "a restaurant: …"
    std::string_view business;  // whom it speaks for, wherever it names the business
};

// The first is what a new flow is like if nobody says otherwise.
std::span<const FlowTemplate> flow_templates();

// The files of a new flow.
struct NewFlow {
    std::string flow;  // flow.lua
    std::string test;  // flow_test.lua
};

// A template as the flow of this name, which speaks for the business that the name stands for.
NewFlow make_flow(const FlowTemplate& from, const std::string& name);

// What is wrong with a name for a flow's folder, and what to write instead; empty if nothing is.
std::string flow_name_problem(const std::string& name);

}  // namespace switchhook::app

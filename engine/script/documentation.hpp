#pragma once

#include "script/annotations.hpp"

#include <string>

namespace switchhook::script {

// The reference of the flow API, in Markdown: scripts/README.md. Every module that opens with `---@meta` is a chapter,
// those for tests (test, test_…) are one together; what is in a chapter follows in the order written, with the options
// of a verb right below the verb.
std::string flow_reference(const Annotations& annotations);

}  // namespace switchhook::script

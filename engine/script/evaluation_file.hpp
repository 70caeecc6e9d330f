#pragma once

#include "script/bundle_reader.hpp"
#include "script/evaluation_run.hpp"
#include "script/flow_library.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace switchhook::script {

// The flow_eval.lua of a flow.
struct EvaluationFile {
    Source source;
    std::vector<Evaluation> evaluations;
    Problems problems;  // why it does not load; then there are no evaluations
};

// Reads the file beside a flow below `root` and loads it; runs none of it. Nothing where there is none. REQUIRES: on a
// thread that a Watchdog watches.
std::optional<EvaluationFile> read_evaluations(const std::filesystem::path& root, std::shared_ptr<const Flow> flow,
                                               const Limits& limits);

// What is wrong with the evaluations of what `paths` name, as FlowLibrary::check takes them. Flows that do not load are
// passed over.
Problems check_evaluations(const FlowLibrary::Options& options, const std::set<std::filesystem::path>& paths = {});

}  // namespace switchhook::script

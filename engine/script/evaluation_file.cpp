#include "script/evaluation_file.hpp"

#include "script/flow_thread.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <variant>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "flow_eval.lua";

// "lexi/flow_eval.lua:9: what" as a problem of that line.
Problem problem_of(const std::string& path, const std::string& message) {
    Problem problem{path, 0, message, {}};
    if (!message.starts_with(path + ":")) return problem;
    const char* number = message.data() + path.size() + 1;
    const char* end = message.data() + message.size();
    auto [after, error] = std::from_chars(number, end, problem.line);
    if (error == std::errc() && std::string_view(after, end).starts_with(": ")) problem.what.assign(after + 2, end);
    return problem;
}

// Whether a flow is among what was named; a shared module names every flow that may require it.
bool is_named(const std::set<fs::path>& paths, const std::string& name) {
    return paths.empty() || std::any_of(paths.begin(), paths.end(), [&](const auto& path) {
               return *path.begin() == name || *path.begin() == BundleReader::shared_folder;
           });
}

Problems problems_in(const FlowLibrary::Options& options, const std::set<fs::path>& paths) {
    Problems problems;
    BundleReader reader(options.root, options.limits.source_bytes);
    for (const auto& name : reader.businesses()) {
        if (!is_named(paths, name) || !fs::exists(options.root / name / file_name)) continue;
        auto reading = reader.read(name);
        if (!reading.problems.empty()) continue;
        auto compiled = Flow::compile(std::move(reading.bundle), options.limits);
        auto* flow = std::get_if<std::shared_ptr<const Flow>>(&compiled);
        if (flow == nullptr) continue;
        if (auto file = read_evaluations(options.root, *flow, options.limits))
            problems.insert(problems.end(), file->problems.begin(), file->problems.end());
    }
    return problems;
}

}  // namespace

std::optional<EvaluationFile> read_evaluations(const fs::path& root, std::shared_ptr<const Flow> flow,
                                               const Limits& limits) {
    const auto path = flow->name() + "/" + file_name;
    if (!fs::exists(root / path)) return std::nullopt;
    EvaluationFile file;
    auto read = BundleReader(root, limits.source_bytes).read_file(path);
    if (auto* problem = std::get_if<Problem>(&read)) {
        file.problems = {std::move(*problem)};
        return file;
    }
    file.source = std::get<Source>(std::move(read));
    EvaluationRun run(file.source, std::move(flow), {.limits = limits, .render = {}, .root = root});
    if (auto failure = run.load())
        file.problems = {problem_of(path, *failure)};
    else
        file.evaluations = run.evaluations();
    return file;
}

Problems check_evaluations(const FlowLibrary::Options& options, const std::set<fs::path>& paths) {
    return on_flow_thread([&] { return problems_in(options, paths); });
}

}  // namespace switchhook::script

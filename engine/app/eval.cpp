#include "app/carrier_documents.hpp"
#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/evaluation_player.hpp"
#include "app/flow_paths.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/lower_case.hpp"
#include "core/metrics.hpp"
#include "script/evaluation_file.hpp"
#include "script/flow_library.hpp"
#include "script/flow_thread.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace switchhook::app {
namespace {

using namespace std::chrono_literals;

struct EvalOptions {
    std::vector<std::string> paths;
    std::string flows = "flows";
    std::string filter;
    std::size_t repeat = 1;
    std::size_t jobs = 4;
    std::string model;
    std::string caller_model;
    std::string judge_model;
    std::vector<std::string> prices;
    bool transcripts = false;
    openai::Account account;
};

bool is_openai(const openai::Account& account) {
    return account.base_url.starts_with("https://api.openai.com/");
}

std::map<std::string, std::string> models_of(const EvalOptions& options) {
    std::map<std::string, std::string> models;
    for (const auto& [role, own] : {std::pair{"caller", options.caller_model}, std::pair{"assistant", std::string()},
                                    std::pair{"judge", options.judge_model}})
        if (const auto& model = own.empty() ? options.model : own; !model.empty()) models[role] = model;
    return models;
}

// What is to be run, of the flows that were named.
struct Plan {
    std::vector<PlannedEvaluation> evaluations;
    script::Problems problems;
};

Plan plan_of(const FlowPaths& named, const EvalOptions& options) {
    core::SystemClock clock;
    core::Log unread({}, [](std::string_view) {});
    core::Metrics metrics;
    script::FlowLibrary library({.root = named.root, .run_tests = {}}, clock, unread, metrics);
    Plan plan;
    plan.problems = library.refresh();
    if (!named.paths.empty()) plan.problems = library.problems(named.paths);
    for (const auto& status : library.flows()) {
        auto is_it = [&](const auto& path) { return path.begin()->string() == status.name; };
        if (!named.paths.empty() && std::none_of(named.paths.begin(), named.paths.end(), is_it)) continue;
        auto flow = library.flow(status.name);
        auto file = flow ? script::read_evaluations(named.root, flow, script::Limits{}) : std::nullopt;
        if (!file) continue;
        plan.problems.insert(plan.problems.end(), file->problems.begin(), file->problems.end());
        auto source = std::make_shared<const script::Source>(std::move(file->source));
        for (std::size_t i = 0; i < file->evaluations.size(); ++i)
            if (core::contains_in_any_case(file->evaluations[i].name, options.filter))
                plan.evaluations.push_back({flow, source, i, file->evaluations[i]});
    }
    return plan;
}

std::vector<PlayedEvaluation> play(const FlowPaths& named, const Plan& plan, const EvalOptions& options,
                                   const ModelPrices& prices) {
    core::SystemClock clock;
    core::Log log({.level = core::LogLevel::warn, .secrets = {options.account.api_key}});
    const net::HttpClient client;
    // Nobody is on the line: a model may take its time.
    const openai::ChatClient chat({.account = options.account, .timeout = 60s, .begin_within = 30s}, client, clock,
                                  log);
    EvaluationPlayer::Options how;
    how.models = models_of(options);
    how.repeat = options.repeat;
    how.at_once = options.jobs;
    how.runs.render = carrier_documents();
    how.runs.root = named.root;
    how.nonce = "eval-" + std::to_string(std::random_device()());
    EvaluationPlayer player(std::move(how), chat, clock);
    const EvaluationReportOptions reporting{.colour = isatty(STDOUT_FILENO) == 1, .transcripts = options.transcripts};
    std::string file;
    return player.play(plan.evaluations, [&](const PlannedEvaluation& planned, const PlayedEvaluation& played) {
        if (planned.file->path != file) std::cout << (file.empty() ? "" : "\n") << planned.file->path << '\n';
        file = planned.file->path;
        std::cout << report(played, prices, reporting) << std::flush;
    });
}

int evaluate(const FlowPaths& named, const EvalOptions& options, const ModelPrices& prices) {
    auto plan = plan_of(named, options);
    for (const auto& problem : plan.problems) std::cerr << problem.text() << '\n';
    if (plan.evaluations.empty()) {
        if (plan.problems.empty())
            std::cerr << "switchhook: there is no evaluation"
                      << (options.filter.empty() ? ": write one in flow_eval.lua beside a flow.lua"
                                                 : " whose name contains `" + options.filter + "`")
                      << '\n';
        return failure;
    }
    auto played = play(named, plan, options, prices);
    const auto source =
        is_openai(options.account) ? "OpenAI's prices of " + std::string(ModelPrices::read_on) : std::string();
    std::cout << '\n' << summary(played, prices, source);
    const bool hold = std::all_of(played.begin(), played.end(), [](const auto& one) { return one.holds(); });
    return plan.problems.empty() && hold ? success : failure;
}

// What is wrong with the command line or the environment; empty if nothing is.
std::string problem_of(EvalOptions& options, ModelPrices& prices) {
    options.account.api_key = core::Secret(environment({"OPENAI_API_KEY"}));
    if (options.account.api_key.empty()) return "evaluations talk with a real model: set OPENAI_API_KEY";
    if (auto problem = options.account.problem(); !problem.empty()) return problem;
    for (const auto& price : options.prices)
        if (auto problem = prices.add(price); !problem.empty()) return problem;
    return {};
}

int eval(EvalOptions options) {
    // Another server's prices are its own, whatever it calls its models.
    auto prices = is_openai(options.account) ? ModelPrices::of_openai() : ModelPrices();
    if (auto problem = problem_of(options, prices); !problem.empty()) {
        std::cerr << "switchhook: " << problem << '\n';
        return usage;
    }
    auto named = flow_paths(options.paths, options.flows);
    if (!named.problem.empty()) {
        std::cerr << "switchhook: " << named.problem << '\n';
        return unavailable;
    }
    try {
        return script::on_flow_thread([&] { return evaluate(named, options, prices); });
    } catch (const std::exception& error) {
        std::cerr << "switchhook: " << error.what() << '\n';
        return failure;
    }
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<EvalOptions>();
    auto* cli =
        app.add_subcommand("eval", "Runs the evaluations, flow_eval.lua beside each flow.lua, with real models");
    add_flow_paths(*cli, options->paths, options->flows);
    cli->add_option("--filter", options->filter, "Runs only evaluations whose name contains this");
    cli->add_option("--repeat", options->repeat, "Runs every evaluation so often")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    cli->add_option("--jobs", options->jobs, "Most runs at the same time")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    cli->add_flag("--transcripts", options->transcripts, "Prints the transcripts of runs that passed, too");
    cli->add_option("--model", options->model, "The model, where nothing else says one; by default gpt-6-luna");
    cli->add_option("--caller-model", options->caller_model, "The model that plays the caller");
    cli->add_option("--judge-model", options->judge_model, "The model that judges");
    cli->add_option("--price", options->prices,
                    "What a model costs: MODEL=IN/OUT or MODEL=IN/CACHED/OUT, in USD per million tokens");
    cli->add_option("--openai-base-url", options->account.base_url, "Where OpenAI's endpoints are")
        ->envname("OPENAI_BASE_URL")
        ->capture_default_str();
    cli->footer(
        "A model plays the caller, another one is the flow's assistant, in text; their tools run, and all else is as "
        "in\n"
        "a flow test: nobody is rung or texted. Then the evaluation's `expect` looks at what has become of it, and a\n"
        "third model judges the transcript. OPENAI_API_KEY is needed, and tokens are used: what they cost is printed\n"
        "where the price is known.\n"
        "Exit code 1 if fewer runs of an evaluation passed than have to, or something does not load; 2 without a "
        "key.\n");
    cli->callback([options, &exit_code] { exit_code = eval(*options); });
}

}  // namespace switchhook::app

#include "app/evaluation_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <sstream>

namespace switchhook::app {
namespace {

using Outcome = script::EvaluationResult::Outcome;

std::string dollars(double cost) {
    if (cost > 0 && cost < 0.0001) return "under $0.0001";
    char text[32];
    std::snprintf(text, sizeof text, "$%.4f", cost);
    return text;
}

std::string in_words(const TokenCount& tokens) {
    auto text = std::to_string(tokens.input) + " tokens in";
    if (tokens.cached > 0) text += " (" + std::to_string(tokens.cached) + " cached)";
    return text + ", " + std::to_string(tokens.output) + " out";
}

void add(TokensByModel& sum, const TokensByModel& more) {
    for (const auto& [model, tokens] : more) sum[model] += tokens;
}

TokensByModel tokens_of(const PlayedEvaluation& played) {
    TokensByModel sum;
    for (const auto& run : played.runs) add(sum, run.tokens);
    return sum;
}

// Nothing where the price of one of them is not known.
std::optional<double> cost_of(const TokensByModel& tokens, const ModelPrices& prices) {
    double sum = 0;
    for (const auto& [model, count] : tokens) {
        auto cost = prices.cost(model, count);
        if (!cost) return std::nullopt;
        sum += *cost;
    }
    return sum;
}

std::string used(const TokensByModel& tokens, const ModelPrices& prices) {
    TokenCount all;
    for (const auto& [model, count] : tokens) all += count;
    auto cost = cost_of(tokens, prices);
    return in_words(all) + (cost ? ", " + dollars(*cost) : "");
}

std::string painted(const std::string& text, const char* code, bool colour) {
    return colour ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

std::string in_lines(const PlayedRun& run, std::size_t number, bool colour) {
    const auto outcome = run.result.outcome;
    auto how = "run " + std::to_string(number) +
               (outcome == Outcome::passed   ? " passed"
                : outcome == Outcome::broken ? " broke off: " + run.result.why
                                             : " failed: " + run.result.why);
    auto text = "      " + painted(how, outcome == Outcome::passed ? "32" : "31", colour) + "\n";
    std::istringstream lines(run.result.transcript);
    for (std::string line; std::getline(lines, line);)
        text += "      " + painted(line, line.starts_with('>') ? "31" : "2", colour) + "\n";
    return text;
}

}  // namespace

std::size_t PlayedEvaluation::passed() const {
    return static_cast<std::size_t>(
        std::count_if(runs.begin(), runs.end(), [](const auto& run) { return run.result.outcome == Outcome::passed; }));
}

std::size_t PlayedEvaluation::needed() const {
    constexpr double rounding = 1e-9;  // 0.7 of 10 runs are 7
    return static_cast<std::size_t>(std::ceil(evaluation.at_least * static_cast<double>(runs.size()) - rounding));
}

std::string report(const PlayedEvaluation& played, const ModelPrices& prices, const EvaluationReportOptions& options) {
    const auto colour = options.colour;
    const auto holds = played.holds();
    auto text = "  " + painted(holds ? "✓" : "✗", holds ? "32" : "31", colour) + " " + played.evaluation.name + "  " +
                std::to_string(played.passed()) + " of " + std::to_string(played.runs.size()) +
                (played.runs.size() == 1 ? " run" : " runs");
    if (!holds) text += ", needed " + std::to_string(played.needed());
    text += painted("  (" + used(tokens_of(played), prices) + ")", "2", colour) + "\n";
    for (std::size_t i = 0; i < played.runs.size(); ++i)
        if (options.transcripts || played.runs[i].result.outcome != Outcome::passed)
            text += in_lines(played.runs[i], i + 1, colour);
    return text;
}

std::string summary(const std::vector<PlayedEvaluation>& all, const ModelPrices& prices, const std::string& source) {
    const auto held = std::count_if(all.begin(), all.end(), [](const auto& one) { return one.holds(); });
    auto text = std::to_string(held) + " passed, " + std::to_string(static_cast<std::ptrdiff_t>(all.size()) - held) +
                " failed\n";
    TokensByModel tokens;
    for (const auto& played : all) add(tokens, tokens_of(played));
    for (const auto& [model, count] : tokens) {
        auto cost = prices.cost(model, count);
        text += model + ": " + in_words(count) + ": " +
                (cost ? dollars(*cost)
                      : "no price is known; --price " + model + "=IN/OUT says it, in USD per million tokens") +
                "\n";
    }
    if (auto cost = cost_of(tokens, prices); cost && !tokens.empty())
        text += "cost: " + dollars(*cost) + (source.empty() ? "" : " by " + source) + "\n";
    return text;
}

}  // namespace switchhook::app

#pragma once

#include "app/model_prices.hpp"
#include "script/evaluation_run.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace switchhook::app {

using TokensByModel = std::map<std::string, TokenCount>;

// One run of an evaluation, and what it took.
struct PlayedRun {
    script::EvaluationResult result;
    TokensByModel tokens;
};

// An evaluation with all its runs.
struct PlayedEvaluation {
    script::Evaluation evaluation;
    std::vector<PlayedRun> runs;

    std::size_t passed() const;
    // How many of its runs have to.
    std::size_t needed() const;
    bool holds() const { return passed() >= needed(); }
};

struct EvaluationReportOptions {
    bool colour = false;       // ANSI escapes: only where a terminal reads them
    bool transcripts = false;  // of runs that passed, too
};

// For people: how one fared, each run that did not pass with its reason and its transcript, and what it took.
std::string report(const PlayedEvaluation& played, const ModelPrices& prices,
                   const EvaluationReportOptions& options = {});

// How all of them fared, and what each model took and costs. `source` says whose prices these are, as "OpenAI's prices
// of 2026-11-20"; empty: those of the command line alone.
std::string summary(const std::vector<PlayedEvaluation>& all, const ModelPrices& prices, const std::string& source);

}  // namespace switchhook::app

#pragma once

#include "app/evaluation_report.hpp"
#include "openai/chat_client.hpp"
#include "script/flow_tester.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace switchhook::app {

// An evaluation that is to be run.
struct PlannedEvaluation {
    std::shared_ptr<const script::Flow> flow;
    std::shared_ptr<const script::Source> file;  // its flow_eval.lua
    std::size_t index = 0;                       // among those of the file
    script::Evaluation evaluation;
};

// Runs evaluations, asking the models for what the runs need. On a thread that a Watchdog watches, with an io_context
// of its own.
class EvaluationPlayer {
public:
    struct Options {
        std::map<std::string, std::string> models;  // by role; where one is missing, what the flow or ChatClient says
        std::size_t repeat = 1;                     // runs of each
        std::size_t at_once = 1;                    // runs
        script::FlowTester::Options runs;           // `seed` is that of the first run of each
        std::string nonce;                          // makes the requests' keys differ from those of any other program
    };
    // As soon as an evaluation and those before it have their runs.
    using OnPlayed = std::function<void(const PlannedEvaluation&, const PlayedEvaluation&)>;

    // `chat` and `clock` outlive it.
    EvaluationPlayer(Options options, const openai::ChatClient& chat, const core::Clock& clock)
        : options_(std::move(options)), chat_(chat), clock_(clock) {}

    // In the order of `plan`.
    std::vector<PlayedEvaluation> play(const std::vector<PlannedEvaluation>& plan, const OnPlayed& on_played);

private:
    struct Progress;
    boost::asio::awaitable<void> play_on(Progress& progress) const;
    boost::asio::awaitable<PlayedRun> play_run(const PlannedEvaluation& planned, std::size_t run) const;

    const Options options_;
    const openai::ChatClient& chat_;
    const core::Clock& clock_;
};

}  // namespace switchhook::app

#pragma once

#include "core/ask.hpp"
#include "core/event.hpp"
#include "script/flow.hpp"
#include "sim/assistants.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// Runs a script that plays the model (scripts/scenario_assistant.lua) without a carrier: once for each conversation.
class ModelScript {
public:
    struct Options {
        script::Source source;  // an empty text: the script that ships with the engine, which repeats what it hears
        std::function<void(std::string_view)> print;
    };

    ModelScript(Options options);

    // Options for the Assistants that this plays, who wait for as long as a caller likes to talk.
    Assistants::Options assistants(bool tones);

    // Runs the script for conversation after conversation. Gives what is wrong with the script where it ends before it
    // has one; otherwise it goes on until the executor ends, which this outlives. REQUIRES: `assistants` were made with
    // assistants().
    boost::asio::awaitable<std::string> play(std::shared_ptr<Assistants> assistants);

private:
    struct Run {
        std::vector<std::uint64_t> assistants;  // whom it plays
        bool over = false;
        std::string problem;
    };
    boost::asio::awaitable<void> run(std::shared_ptr<Assistants> assistants, std::shared_ptr<Run> run);
    boost::asio::awaitable<core::Answer> perform(Assistants& assistants, core::Ask ask, Run& run);

    Options options_;
    bool taken_ = false;
    std::unique_ptr<core::Event> changed_ = std::make_unique<core::Event>();
};

}  // namespace switchhook::sim

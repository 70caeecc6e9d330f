#include "sim/model_script.hpp"

#include "script/embedded.hpp"
#include "script/scenario_run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sstream>
#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;
using core::Answer;

ModelScript::ModelScript(Options options) : options_(std::move(options)) {
    if (!options_.source.text.empty()) return;
    for (const auto& script : script::embedded_scripts())
        if (script.name == "model") options_.source = {"model.lua", std::string(script.text)};
}

Assistants::Options ModelScript::assistants(bool tones) {
    auto taken = [this] {
        taken_ = true;
        changed_->set();
    };
    return {.tones = tones, .patience = std::chrono::hours(24), .on_taken = taken};
}

asio::awaitable<std::string> ModelScript::play(std::shared_ptr<Assistants> assistants) {
    while (true) {
        taken_ = false;
        auto next = std::make_shared<Run>();
        asio::co_spawn(co_await asio::this_coro::executor, run(assistants, next), asio::detached);
        while (!taken_ && !next->over) co_await changed_->wait();
        if (!taken_)
            co_return next->problem.empty() ? "the script takes no conversation: it wants an assistant()"
                                            : next->problem;
    }
}

asio::awaitable<void> ModelScript::run(std::shared_ptr<Assistants> assistants, std::shared_ptr<Run> run) {
    script::ScenarioRun script(options_.source);
    auto step = script.start();
    while (auto* ask = std::get_if<core::Ask>(&step)) {
        auto answer = co_await perform(*assistants, *ask, *run);
        step = script.resume(answer);
    }
    if (auto* failed = std::get_if<script::Failed>(&step))
        run->problem = failed->where.empty() ? failed->what : failed->where + ": " + failed->what;
    run->over = true;
    for (auto assistant : run->assistants) assistants->leave(assistant);
    options_.print(run->problem.empty() ? "── a conversation is over" : "── " + run->problem);
    changed_->set();
}

asio::awaitable<Answer> ModelScript::perform(Assistants& assistants, core::Ask ask, Run& run) {
    if (ask.kind.starts_with("assistant.")) {
        const bool sits = ask.kind == "assistant.sit";
        auto answer = co_await assistants.perform(std::move(ask));
        if (sits) run.assistants.push_back(answer.value.at("id"));
        co_return answer;
    }
    if (ask.kind == "note" || ask.kind == "narrate") {
        std::istringstream lines(ask.options.at("text").get<std::string>());
        for (std::string line; std::getline(lines, line);) options_.print("   " + line);
        co_return Answer::of(nullptr, {});
    }
    if (ask.kind == "wait") {
        auto time = std::chrono::duration<double>(ask.options.at("seconds").get<double>());
        asio::steady_timer timer(co_await asio::this_coro::executor,
                                 std::chrono::duration_cast<std::chrono::nanoseconds>(time));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return Answer::of(nullptr, {});
    }
    co_return Answer::raise("there is no carrier beside this model: a call belongs into a scenario", {});
}

}  // namespace switchhook::sim

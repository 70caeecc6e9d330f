#include "app/evaluation_player.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace switchhook::app {

namespace asio = boost::asio;

// Which runs have begun, and which evaluations are done.
struct EvaluationPlayer::Progress {
    const std::vector<PlannedEvaluation>& plan;
    const OnPlayed& on_played;
    std::size_t repeat;
    std::vector<PlayedEvaluation> played;
    std::vector<std::size_t> left;  // runs of each
    std::size_t next = 0;           // run to begin, among all
    std::size_t told = 0;           // evaluations

    Progress(const std::vector<PlannedEvaluation>& the_plan, const OnPlayed& tell, std::size_t runs_of_each)
        : plan(the_plan), on_played(tell), repeat(runs_of_each), left(the_plan.size(), runs_of_each) {
        for (const auto& planned : plan) played.push_back({planned.evaluation, std::vector<PlayedRun>(repeat)});
    }

    void take(std::size_t run, PlayedRun done) {
        const auto at = run / repeat;
        played[at].runs[run % repeat] = std::move(done);
        --left[at];
        for (; told < plan.size() && left[told] == 0; ++told) on_played(plan[told], played[told]);
    }
};

asio::awaitable<PlayedRun> EvaluationPlayer::play_run(const PlannedEvaluation& planned, std::size_t run) const {
    PlayedRun played;
    auto options = options_.runs;
    options.seed += run;
    script::EvaluationRun evaluation(*planned.file, planned.flow, options);
    if (auto problem = evaluation.load()) {
        played.result = {script::EvaluationResult::Outcome::broken, *problem, {}};
        co_return played;
    }
    const auto name = planned.evaluation.where + "#" + std::to_string(run + 1);
    auto step = evaluation.start(planned.index, clock_.now());
    for (int request = 1; auto* asked = std::get_if<script::ModelRequest>(&step); ++request) {
        auto chat = std::move(asked->chat);
        auto model = options_.models.find(asked->role);
        if (model != options_.models.end() && !chat.contains("model")) chat["model"] = model->second;
        const std::string used = openai::chat_request(chat)["model"];
        auto key = options_.nonce + ":" + name + ":" + std::to_string(request);
        auto answer = co_await chat_.complete(std::move(chat), std::move(key), name);
        if (answer.value.is_object()) played.tokens[used] += TokenCount::of(answer.value.value("usage", core::Json()));
        step = evaluation.resume(answer);
    }
    played.result = std::get<script::EvaluationResult>(std::move(step));
    co_return played;
}

asio::awaitable<void> EvaluationPlayer::play_on(Progress& progress) const {
    while (progress.next < progress.plan.size() * progress.repeat) {
        const auto run = progress.next++;
        auto played = co_await play_run(progress.plan[run / progress.repeat], run % progress.repeat);
        progress.take(run, std::move(played));
    }
}

std::vector<PlayedEvaluation> EvaluationPlayer::play(const std::vector<PlannedEvaluation>& plan,
                                                     const OnPlayed& on_played) {
    Progress progress(plan, on_played, options_.repeat);
    std::exception_ptr failure;
    asio::io_context context(1);
    for (std::size_t i = 0; i < std::min(options_.at_once, plan.size() * options_.repeat); ++i)
        asio::co_spawn(context, play_on(progress), [&](std::exception_ptr failed) {
            if (!failed) return;
            failure = failed;
            context.stop();
        });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(progress.played);
}

}  // namespace switchhook::app

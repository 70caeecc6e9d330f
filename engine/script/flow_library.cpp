#include "script/flow_library.hpp"

#include "core/thread_priority.hpp"
#include "script/flow_refresh.hpp"
#include "script/flow_snapshot.hpp"
#include "script/flow_thread.hpp"

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <boost/smart_ptr/make_shared.hpp>

#include <mutex>
#include <utility>

namespace switchhook::script {

namespace fs = std::filesystem;

struct FlowLibrary::State {
    State(Options options, const core::Clock& the_clock, core::Log& log, core::Metrics& the_metrics)
        : clock(the_clock), metrics(the_metrics), refresh(std::move(options), the_clock, log, the_metrics) {}

    // Runs where Lua may run.
    template <class Work>
    Problems on_lua_thread(Work work) {
        std::lock_guard lock(refreshing);
        return on_flow_thread([&] {
            core::let_others_go_first();
            return work();
        });
    }

    // REQUIRES: on the Lua thread.
    Problems take(const std::set<std::string>& names) {
        auto outcome = refresh.run(names);
        if (outcome.looked) publish();
        return std::move(outcome.problems);
    }

    void publish() {
        auto next = boost::make_shared<const FlowSnapshot>(snapshot_of(refresh.loaded(), *live.load(), clock.now()));
        metrics.flows_loaded.Set(static_cast<double>(next->flows.size()));
        live.store(std::move(next));
    }

    const core::Clock& clock;
    core::Metrics& metrics;

    std::mutex refreshing;  // guards `refresh`
    FlowRefresh refresh;

    // Held only while a pointer is copied. libstdc++ 12's own atomic pointer unlocks without the order that it needs.
    boost::atomic_shared_ptr<const FlowSnapshot> live{boost::make_shared<const FlowSnapshot>()};
};

FlowLibrary::FlowLibrary(Options options, const core::Clock& clock, core::Log& log, core::Metrics& metrics)
    : state_(std::make_unique<State>(std::move(options), clock, log, metrics)) {}

FlowLibrary::~FlowLibrary() = default;

Problems FlowLibrary::refresh() {
    return state_->on_lua_thread([&] { return state_->take(state_->refresh.all()); });
}

Problems FlowLibrary::refresh(const std::set<fs::path>& changed) {
    return state_->on_lua_thread([&] { return state_->take(state_->refresh.concerned(changed)); });
}

void FlowLibrary::follow() {
    state_->on_lua_thread([&] {
        if (state_->refresh.follow()) state_->publish();
        return Problems();
    });
}

std::shared_ptr<const Live> FlowLibrary::find(std::string_view number, std::string_view caller) const {
    auto snapshot = state_->live.load();
    auto found = snapshot->numbers.find(number);
    return found == snapshot->numbers.end() ? nullptr : found->second.answers(caller);
}

std::shared_ptr<const Flow> FlowLibrary::flow(std::string_view name) const {
    auto snapshot = state_->live.load();
    auto found = snapshot->flows.find(name);
    return found == snapshot->flows.end() ? nullptr : found->second;
}

std::vector<NumberStatus> FlowLibrary::status() const {
    return state_->live.load()->number_status;
}

std::vector<FlowStatus> FlowLibrary::flows() const {
    return state_->live.load()->flow_status;
}

FlowLibrary::Checked FlowLibrary::check(Options options, const std::set<fs::path>& paths) {
    core::SystemClock clock;
    core::Log log({core::LogLevel::off, core::LogFormat::text, false, {}}, [](std::string_view) {});
    core::Metrics metrics;
    FlowLibrary library(std::move(options), clock, log, metrics);
    Checked checked{library.refresh(), {}};
    if (!paths.empty()) checked.problems = library.problems(paths);
    const auto& refresh = library.state_->refresh;
    const auto& loaded = refresh.loaded().businesses;
    for (const auto& name : paths.empty() ? refresh.all() : refresh.concerned(paths))
        if (auto found = loaded.find(name); found != loaded.end())
            checked.remarks.insert(checked.remarks.end(), found->second.remarks.begin(), found->second.remarks.end());
    return checked;
}

Problems FlowLibrary::problems(const std::set<fs::path>& paths) const {
    std::lock_guard lock(state_->refreshing);
    const auto& refresh = state_->refresh;
    const auto& loaded = refresh.loaded();
    Problems problems;
    for (const auto& name : refresh.concerned(paths)) {
        auto found = loaded.businesses.find(name);
        const auto* of_one = name == FlowRefresh::numbers_file  ? &loaded.numbers_problems
                             : found != loaded.businesses.end() ? &found->second.problems
                                                                : nullptr;
        if (of_one)
            problems.insert(problems.end(), of_one->begin(), of_one->end());
        else if (name != BundleReader::shared_folder)
            problems.push_back({name, 0, "there is no flow here", "name a folder with a flow.lua in it"});
    }
    return problems;
}

Numbers FlowLibrary::numbers(const Options& options, const std::set<std::string>& flows) {
    BundleReader reader(options.root, options.limits.source_bytes);
    auto source = reader.read_file(FlowRefresh::numbers_file);
    if (auto* problem = std::get_if<Problem>(&source)) return {{}, {*problem}, {}};
    NumbersContext context{{}, options.providers};
    for (const auto& name : flows) context.flows[name] = nullptr;
    for (const auto& name : reader.businesses()) context.flows[name] = nullptr;
    return on_flow_thread(
        [&] { return read_numbers(std::get<Source>(source), context, options.limits, core::SystemClock().now()); });
}

}  // namespace switchhook::script

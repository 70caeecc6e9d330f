#include "script/flow_library.hpp"

#include "script/bundle_reader.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <boost/smart_ptr/make_shared.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr const char* numbers_file = "numbers.lua";

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// All that is live at one moment. Never changed once published.
struct Snapshot {
    std::unordered_map<std::string, std::shared_ptr<const Live>, TextHash, std::equal_to<>> numbers;
    std::map<std::string, std::shared_ptr<const Flow>, std::less<>> flows;
    std::vector<NumberStatus> number_status;
    std::vector<FlowStatus> flow_status;
};

// A folder: what of it is live, and what became of the content last seen.
struct Business {
    std::shared_ptr<const Flow> live;
    core::Time since{};
    std::string seen;                 // stands for the content last tried
    std::set<std::string> looked_at;  // by the reader, for that content
    Problems problems;
};

// A business whose content has changed, on its way to go live or not.
struct Candidate {
    std::string name;
    Reading reading;
    std::string seen;
    std::shared_ptr<const Flow> flow;  // null if there are problems
    Problems problems;
    std::size_t tests = 0;
    SteadyClock::duration took{};
};

std::string lines(const Problems& problems) {
    std::string text;
    for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
    return text;
}

// For one line of the log: the first few.
std::string one_line(const Problems& problems) {
    constexpr std::size_t shown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, problems.size()); ++i)
        text += (i == 0 ? "" : "; ") + problems[i].text();
    if (problems.size() > shown) text += "; and " + std::to_string(problems.size() - shown) + " more";
    return text;
}

double milliseconds(SteadyClock::duration time) {
    return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(time).count()) / 1000;
}

// Equal for equal content. Problems are part of it: a file that was missing may have come.
std::string fingerprint(const Reading& reading) {
    auto text = reading.bundle.version() + "\n" + lines(reading.problems) + "\n";
    return reading.test ? text + reading.test->text : text;
}

// "lexi/flow_test.lua:9: expected …" as a problem of that line.
Problem problem_of(const TestResult& result) {
    Problem problem{result.where, 0, result.failure, {}};
    auto end = result.failure.find(": ");
    if (end != std::string::npos && result.failure.rfind(':', end - 1) != std::string::npos) {
        problem.file = result.failure.substr(0, end);
        problem.what = result.failure.substr(end + 2);
    }
    if (auto colon = problem.file.rfind(':'); colon != std::string::npos) {
        std::from_chars(problem.file.data() + colon + 1, problem.file.data() + problem.file.size(), problem.line);
        problem.file.resize(colon);
    }
    if (!result.name.empty()) problem.what = "the test \"" + result.name + "\" fails: " + problem.what;
    return problem;
}

// Whether a caller cannot tell one entry from the other: its line in the file is no difference.
bool answers_alike(const NumberEntry& a, const NumberEntry& b) {
    return std::tie(a.number, a.flow, a.provider, a.account, a.settings) ==
           std::tie(b.number, b.flow, b.provider, b.account, b.settings);
}

// Whether `path` is `changed`, or lies in the folder that `changed` is.
bool is_touched(const std::string& path, const std::string& changed) {
    return path == changed ||
           (path.size() > changed.size() && path.starts_with(changed) && path[changed.size()] == '/');
}

}  // namespace

struct FlowLibrary::State {
    State(Options given, const core::Clock& the_clock, core::Log& the_log, core::Metrics& the_metrics)
        : options(std::move(given)),
          clock(the_clock),
          log(the_log),
          metrics(the_metrics),
          reader(options.root, options.limits.source_bytes) {}

    // Runs where Lua may run.
    template <class Work>
    Problems on_lua_thread(Work work) {
        std::lock_guard lock(refreshing);
        Problems problems;
        std::exception_ptr failure;
        {
            WorkerThread thread([&] {
                try {
                    Watchdog::Registration registration(watchdog);
                    problems = work();
                } catch (...) {
                    failure = std::current_exception();
                }
            });
        }
        if (failure) std::rethrow_exception(failure);
        return problems;
    }

    Problems refresh(const std::set<std::string>& names) {
        auto candidates = read(names);
        for (auto& candidate : candidates) compile(candidate);
        for (auto& candidate : candidates) test(candidate, candidates);
        Problems problems;
        for (auto& candidate : candidates) {
            problems.insert(problems.end(), candidate.problems.begin(), candidate.problems.end());
            settle(candidate);
        }
        auto of_numbers = refresh_numbers(!candidates.empty());
        if (!candidates.empty() || of_numbers) publish();
        if (of_numbers) problems.insert(problems.end(), of_numbers->begin(), of_numbers->end());
        return problems;
    }

    // The businesses among these whose content is not what was last tried.
    std::vector<Candidate> read(const std::set<std::string>& names) {
        std::vector<Candidate> candidates;
        auto on_disk = reader.businesses();
        for (const auto& name : names) {
            auto started = SteadyClock::now();
            bool known = businesses.count(name) > 0;
            bool there = std::binary_search(on_disk.begin(), on_disk.end(), name);
            if (!known && !there) continue;
            Candidate candidate{name, {}, "gone", nullptr, {}, 0, {}};
            if (there) {
                candidate.reading = reader.read(name);
                candidate.seen = fingerprint(candidate.reading);
                candidate.problems = candidate.reading.problems;
            } else {
                candidate.reading.looked_at = {name + "/flow.lua"};
                candidate.problems = {{name + "/flow.lua", 0, "the flow is gone, its last good version keeps answering",
                                       "restore it, or take its numbers out of numbers.lua"}};
            }
            if (known) businesses[name].looked_at = candidate.reading.looked_at;
            if (known && businesses[name].seen == candidate.seen) continue;
            candidate.took = SteadyClock::now() - started;
            candidates.push_back(std::move(candidate));
        }
        return candidates;
    }

    void compile(Candidate& candidate) {
        if (!candidate.problems.empty()) return;
        auto started = SteadyClock::now();
        auto compiled = Flow::compile(candidate.reading.bundle, options.limits);
        if (auto* problems = std::get_if<Problems>(&compiled))
            candidate.problems = std::move(*problems);
        else
            candidate.flow = std::get<std::shared_ptr<const Flow>>(std::move(compiled));
        candidate.took += SteadyClock::now() - started;
    }

    void test(Candidate& candidate, const std::vector<Candidate>& others) {
        if (!candidate.flow || !candidate.reading.test || !options.run_tests) return;
        auto started = SteadyClock::now();
        // A test that spans several flows meets those that are to go live together.
        auto find = [&](const std::string& name) -> std::shared_ptr<const Flow> {
            for (const auto& other : others)
                if (other.name == name && other.flow) return other.flow;
            auto found = businesses.find(name);
            return found == businesses.end() ? nullptr : found->second.live;
        };
        auto results = options.run_tests(*candidate.reading.test, candidate.flow, {{}, options.limits}, find);
        for (const auto& result : results)
            if (!result.failure.empty()) candidate.problems.push_back(problem_of(result));
        candidate.tests = results.size();
        candidate.took += SteadyClock::now() - started;
    }

    // Takes a candidate for live or refuses it.
    void settle(Candidate& candidate) {
        auto& business = businesses[candidate.name];
        business.looked_at = std::move(candidate.reading.looked_at);
        business.seen = std::move(candidate.seen);
        business.problems = std::move(candidate.problems);
        auto was = business.live ? business.live->version() : "";
        if (!business.problems.empty()) {
            metrics.reloads_refused_total.Increment();
            log.error("flow_refused", {{"flow", candidate.name},
                                       {"live", was.empty() ? "none" : was},
                                       {"ms", milliseconds(candidate.took)},
                                       {"problems", one_line(business.problems)}});
            return;
        }
        if (was == candidate.flow->version()) {
            // Back to what is live, or only the tests have changed: calls see no difference.
            log.info("flow_unchanged", {{"flow", candidate.name},
                                        {"version", was},
                                        {"tests", candidate.tests},
                                        {"ms", milliseconds(candidate.took)}});
            return;
        }
        business.live = std::move(candidate.flow);
        business.since = clock.now();
        metrics.reloads_live_total.Increment();
        log.info("flow_live", {{"flow", candidate.name},
                               {"version", business.live->version()},
                               {"was", was.empty() ? "none" : was},
                               {"tests", candidate.tests},
                               {"ms", milliseconds(candidate.took)}});
    }

    // Looks at numbers.lua again if it or the flows that it is checked against have changed.
    // Gives its problems; nothing if there was no need to look.
    std::optional<Problems> refresh_numbers(bool flows_changed) {
        auto started = SteadyClock::now();
        auto read = reader.read_file(numbers_file);
        auto* source = std::get_if<Source>(&read);
        auto content = source ? "text " + source->text : std::get<Problem>(read).text();
        bool changed = content != numbers_seen;
        if (!changed && !flows_changed) return std::nullopt;
        numbers_seen = std::move(content);

        Numbers candidate;
        if (source) {
            NumbersContext context{{}, options.providers};
            for (const auto& [name, business] : businesses) context.flows[name] = business.live;
            candidate = read_numbers(*source, context, options.limits, clock.now());
        } else {
            candidate.problems = {std::get<Problem>(read)};
        }
        bool refused = !candidate.problems.empty();
        bool as_before = lines(candidate.problems) == lines(numbers_problems);
        numbers_problems = candidate.problems;
        if (refused) {
            if (changed || !as_before)
                log.error("numbers_refused", {{"live", entries.size()}, {"problems", one_line(numbers_problems)}});
        } else {
            take_numbers(std::move(candidate.entries), changed || !as_before, SteadyClock::now() - started);
        }
        return numbers_problems;
    }

    void take_numbers(std::map<std::string, NumberEntry> now, bool tell, SteadyClock::duration took) {
        std::size_t added = 0, moved = 0;
        for (const auto& [number, entry] : now) {
            auto before = entries.find(number);
            if (before == entries.end())
                ++added;
            else if (before->second.flow != entry.flow)
                ++moved;
        }
        auto removed = entries.size() + added - now.size();
        entries = std::move(now);
        if (tell)
            log.info("numbers_live", {{"numbers", entries.size()},
                                      {"added", added},
                                      {"moved", moved},
                                      {"removed", removed},
                                      {"ms", milliseconds(took)}});
    }

    // Swaps in what is live now. Numbers that nothing has happened to keep their Live.
    void publish() {
        drop_unused();
        auto before = live.load();
        auto next = boost::make_shared<Snapshot>();
        for (const auto& [name, business] : businesses) {
            if (business.live) next->flows.emplace(name, business.live);
            next->flow_status.push_back(
                {name, business.live ? business.live->version() : "", business.since, lines(business.problems)});
        }
        for (const auto& [number, entry] : entries) {
            auto found = businesses.find(entry.flow);
            auto* business = found == businesses.end() ? nullptr : &found->second;
            NumberStatus status{entry, {}, {}, lines(business ? business->problems : Problems())};
            if (business && business->live) {
                auto number_live = live_of(*before, entry, business->live);
                status.version = number_live->flow->version();
                status.since = number_live->since;
                next->numbers.emplace(number, std::move(number_live));
            }
            if (!numbers_problems.empty()) status.error += (status.error.empty() ? "" : "\n") + lines(numbers_problems);
            next->number_status.push_back(std::move(status));
        }
        metrics.flows_loaded.Set(static_cast<double>(next->flows.size()));
        live.store(std::move(next));
    }

    std::shared_ptr<const Live> live_of(const Snapshot& before, const NumberEntry& entry,
                                        const std::shared_ptr<const Flow>& flow) const {
        auto found = before.numbers.find(entry.number);
        if (found != before.numbers.end()) {
            const auto& was = *found->second;
            if (was.flow == flow && answers_alike(was.entry, entry)) return found->second;
        }
        auto settings = flow->settings();
        settings.update(entry.settings);
        return std::make_shared<const Live>(Live{flow, entry, std::move(settings), clock.now()});
    }

    // Forgets folders that are gone and answer no number.
    void drop_unused() {
        std::erase_if(businesses, [&](const auto& one) {
            return one.second.seen == "gone" && std::none_of(entries.begin(), entries.end(), [&](const auto& number) {
                       return number.second.flow == one.first;
                   });
        });
    }

    // The businesses that a change to these paths may concern.
    std::set<std::string> concerned(const std::set<fs::path>& changed) const {
        std::set<std::string> names;
        for (const auto& given : changed) {
            auto path = given.lexically_normal();
            if (path.is_absolute()) path = path.lexically_relative(options.root.lexically_normal());
            if (path.empty()) continue;
            names.insert(path.begin()->string());
            for (const auto& [name, business] : businesses)
                if (std::any_of(business.looked_at.begin(), business.looked_at.end(),
                                [&](const auto& file) { return is_touched(file, path.generic_string()); }))
                    names.insert(name);
        }
        return names;
    }

    std::set<std::string> all() const {
        auto on_disk = reader.businesses();
        std::set<std::string> names(on_disk.begin(), on_disk.end());
        for (const auto& [name, business] : businesses) names.insert(name);
        return names;
    }

    const Options options;
    const core::Clock& clock;
    core::Log& log;
    core::Metrics& metrics;
    const BundleReader reader;
    Watchdog watchdog;

    std::mutex refreshing;  // guards the members up to `live`
    std::map<std::string, Business> businesses;
    std::map<std::string, NumberEntry> entries;  // the last good ones
    std::string numbers_seen;
    Problems numbers_problems;

    // Held only while a pointer is copied. libstdc++ 12's own atomic pointer unlocks without the order that it needs.
    boost::atomic_shared_ptr<const Snapshot> live{boost::make_shared<const Snapshot>()};
};

FlowLibrary::FlowLibrary(Options options, const core::Clock& clock, core::Log& log, core::Metrics& metrics)
    : state_(std::make_unique<State>(std::move(options), clock, log, metrics)) {}

FlowLibrary::~FlowLibrary() = default;

Problems FlowLibrary::refresh() {
    return state_->on_lua_thread([&] { return state_->refresh(state_->all()); });
}

Problems FlowLibrary::refresh(const std::set<fs::path>& changed) {
    return state_->on_lua_thread([&] { return state_->refresh(state_->concerned(changed)); });
}

std::shared_ptr<const Live> FlowLibrary::find(std::string_view number) const {
    auto snapshot = state_->live.load();
    auto found = snapshot->numbers.find(number);
    return found == snapshot->numbers.end() ? nullptr : found->second;
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

Problems FlowLibrary::check(Options options, const std::set<fs::path>& paths) {
    core::SystemClock clock;
    core::Log log({core::LogLevel::off, core::LogFormat::text, false, {}}, [](std::string_view) {});
    core::Metrics metrics;
    FlowLibrary library(std::move(options), clock, log, metrics);
    auto problems = library.refresh();
    if (paths.empty()) return problems;

    auto& state = *library.state_;
    problems.clear();
    for (const auto& name : state.concerned(paths)) {
        auto found = state.businesses.find(name);
        const auto* of_one = name == numbers_file              ? &state.numbers_problems
                             : found != state.businesses.end() ? &found->second.problems
                                                               : nullptr;
        if (of_one)
            problems.insert(problems.end(), of_one->begin(), of_one->end());
        else if (name != BundleReader::shared_folder)
            problems.push_back({name, 0, "there is no flow here", "name a folder with a flow.lua in it"});
    }
    return problems;
}

}  // namespace switchhook::script

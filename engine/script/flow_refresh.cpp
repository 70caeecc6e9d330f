#include "script/flow_refresh.hpp"

#include "script/code_check.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

// For one line of the log: the first few.
std::string one_line(const Problems& problems) {
    constexpr std::size_t shown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, problems.size()); ++i)
        text += (i == 0 ? "" : "; ") + problems[i].text();
    if (problems.size() > shown) text += "; and " + std::to_string(problems.size() - shown) + " more";
    return text;
}

// The same for what a flow goes live with.
void log_remarks(core::Log& log, const std::string& file, const CodeProblems& remarks) {
    if (remarks.empty()) return;
    Problems problems;
    for (const auto& remark : remarks) problems.push_back(remark.problem);
    log.warn("flow_remarks", {{"flow", file}, {"problems", one_line(problems)}});
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

// Whether `path` is `changed`, or lies in the folder that `changed` is.
bool is_touched(const std::string& path, const std::string& changed) {
    return path == changed ||
           (path.size() > changed.size() && path.starts_with(changed) && path[changed.size()] == '/');
}

}  // namespace

FlowRefresh::FlowRefresh(FlowLibrary::Options options, const core::Clock& clock, core::Log& log, core::Metrics& metrics)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      metrics_(metrics),
      reader_(options_.root, options_.limits.source_bytes),
      choices_(options_.versions, options_.limits, clock, log, loaded_),
      kept_numbers_(options_.kept_numbers) {}

FlowRefresh::Outcome FlowRefresh::run(const std::set<std::string>& names) {
    auto candidates = read(names);
    for (auto& candidate : candidates) compile(candidate);
    for (auto& candidate : candidates) test(candidate, candidates);
    choices_.read();
    Outcome outcome;
    auto& problems = outcome.problems;
    for (auto& candidate : candidates) {
        problems.insert(problems.end(), candidate.problems.begin(), candidate.problems.end());
        settle(candidate);
    }
    bool loaded = choices_.load();
    loaded = read_settings() || loaded;
    auto of_numbers = refresh_numbers(!candidates.empty() || loaded);
    outcome.looked = !candidates.empty() || loaded || of_numbers;
    if (outcome.looked) drop_unused();
    if (of_numbers) problems.insert(problems.end(), of_numbers->begin(), of_numbers->end());
    return outcome;
}

bool FlowRefresh::follow() {
    choices_.read();
    bool loaded = choices_.load();
    if (!read_settings() && !loaded) return false;
    refresh_numbers(true);
    return true;
}

// Learns what has been set in the store. True if it is something else than before; what cannot be learned stays.
bool FlowRefresh::read_settings() {
    if (!options_.settings) return false;
    auto current = options_.settings->current();
    if (!current) return false;
    std::map<std::string, core::Json> now;
    for (auto& one : *current) now[one.number] = std::move(one.values);
    if (now == loaded_.settings) return false;
    loaded_.settings = std::move(now);
    return true;
}

// The businesses among these whose content is not what was last tried.
std::vector<FlowRefresh::Candidate> FlowRefresh::read(const std::set<std::string>& names) {
    std::vector<Candidate> candidates;
    auto on_disk = reader_.businesses();
    for (const auto& name : names) {
        auto started = SteadyClock::now();
        auto loaded = loaded_.businesses.find(name);
        bool known = loaded != loaded_.businesses.end() && !loaded->second.seen.empty();
        bool there = std::binary_search(on_disk.begin(), on_disk.end(), name);
        if (!known && !there) continue;
        Candidate candidate{name, {}, "gone", nullptr, {}, {}, 0, {}};
        if (there) {
            candidate.reading = reader_.read(name);
            candidate.seen = fingerprint(candidate.reading);
            candidate.problems = candidate.reading.problems;
        } else {
            candidate.reading.looked_at = {name + "/flow.lua"};
            candidate.problems = {{name + "/flow.lua", 0, "the flow is gone, its last good version keeps answering",
                                   "restore it, or take its numbers out of numbers.lua"}};
        }
        if (known) loaded_.businesses[name].looked_at = candidate.reading.looked_at;
        if (known && loaded_.businesses[name].seen == candidate.seen) continue;
        candidate.took = SteadyClock::now() - started;
        candidates.push_back(std::move(candidate));
    }
    return candidates;
}

void FlowRefresh::compile(Candidate& candidate) {
    if (!candidate.problems.empty()) return;
    auto started = SteadyClock::now();
    auto compiled = Flow::compile(candidate.reading.bundle, options_.limits);
    if (auto* problems = std::get_if<Problems>(&compiled))
        candidate.problems = std::move(*problems);
    else
        candidate.flow = std::get<std::shared_ptr<const Flow>>(std::move(compiled));
    auto found = check_code(candidate.reading.bundle);
    if (candidate.flow) {
        candidate.problems = fatal(found);
        if (!candidate.problems.empty()) candidate.flow = nullptr;
    }
    candidate.remarks = remarks(std::move(found));
    if (candidate.flow) log_remarks(log_, candidate.name, candidate.remarks);
    candidate.took += SteadyClock::now() - started;
}

void FlowRefresh::test(Candidate& candidate, const std::vector<Candidate>& others) {
    if (!candidate.flow || !candidate.reading.test || !options_.run_tests) return;
    auto started = SteadyClock::now();
    // A test that spans several flows meets those that are to go live together.
    auto find = [&](const std::string& name) -> std::shared_ptr<const Flow> {
        for (const auto& other : others)
            if (other.name == name && other.flow) return other.flow;
        auto found = loaded_.businesses.find(name);
        return found == loaded_.businesses.end() ? nullptr : found->second.live;
    };
    FlowTester::Options how{.limits = options_.limits, .render = options_.render, .root = options_.root};
    auto results = options_.run_tests(*candidate.reading.test, candidate.flow, how, find);
    for (const auto& result : results)
        if (!result.failure.empty()) candidate.problems.push_back(problem_of(result));
    candidate.tests = results.size();
    candidate.took += SteadyClock::now() - started;
}

// Takes a candidate for live or refuses it.
void FlowRefresh::settle(Candidate& candidate) {
    auto& business = loaded_.businesses[candidate.name];
    bool at_start = business.seen.empty();
    business.looked_at = std::move(candidate.reading.looked_at);
    business.seen = std::move(candidate.seen);
    business.problems = std::move(candidate.problems);
    business.remarks = std::move(candidate.remarks);
    auto was = business.live ? business.live->version() : "";
    if (!business.problems.empty()) {
        metrics_.reloads_refused_total.Increment();
        log_.error("flow_refused", {{"flow", candidate.name},
                                    {"live", was.empty() ? "none" : was},
                                    {"ms", milliseconds(candidate.took)},
                                    {"problems", one_line(business.problems)}});
        return;
    }
    auto version = candidate.flow->version();
    auto fate = choices_.offer(candidate.name, std::move(candidate.flow), at_start);
    if (fate == FlowChoices::Fate::live) {
        metrics_.reloads_live_total.Increment();
        log_.info("flow_live", {{"flow", candidate.name},
                                {"version", version},
                                {"was", was.empty() ? "none" : was},
                                {"tests", candidate.tests},
                                {"ms", milliseconds(candidate.took)}});
    } else if (fate == FlowChoices::Fate::not_live) {
        log_.warn("flow_not_live", {{"flow", candidate.name},
                                    {"version", version},
                                    {"live", business.chosen.all.live},
                                    {"why", "another version was chosen: `switchhook publish` puts this one live"}});
    } else if (!was.empty()) {
        // Back to what is live, or only the tests have changed: calls see no difference.
        log_.info("flow_unchanged", {{"flow", candidate.name},
                                     {"version", version},
                                     {"tests", candidate.tests},
                                     {"ms", milliseconds(candidate.took)}});
    }
}

// Looks at numbers.lua again if it or the flows that it is checked against have changed.
// Gives its problems; nothing if there was no need to look.
std::optional<Problems> FlowRefresh::refresh_numbers(bool flows_changed) {
    auto started = SteadyClock::now();
    auto read = reader_.read_file(numbers_file);
    auto* source = std::get_if<Source>(&read);
    auto content = source ? "text " + source->text : std::get<Problem>(read).text();
    bool changed = content != numbers_seen_;
    if (!changed && !flows_changed) return std::nullopt;
    numbers_seen_ = std::move(content);

    Numbers candidate;
    NumbersContext context{{}, options_.providers};
    for (const auto& [name, business] : loaded_.businesses) context.flows[name] = business.live;
    if (options_.settings) context.kept = loaded_.settings;
    if (source)
        candidate = read_numbers(*source, context, options_.limits, clock_.now());
    else
        candidate.problems = {std::get<Problem>(read)};
    bool tell = changed || lines(candidate.problems) != lines(loaded_.numbers_problems);
    if (tell) keep_or_restore(source, context, candidate.problems);
    loaded_.numbers_problems = candidate.problems;
    hold_back(candidate);
    take_numbers(std::move(candidate.entries), tell, SteadyClock::now() - started);
    return loaded_.numbers_problems;
}

// What is good is kept for the next start; at a start with something that is not, what was kept is what was live.
void FlowRefresh::keep_or_restore(const Source* source, const NumbersContext& context, const Problems& problems) {
    const bool at_start = std::exchange(at_start_, false);
    if (problems.empty()) {
        if (!kept_numbers_.write(*source))
            log_.warn("numbers_not_kept", {{"file", kept_numbers_.file().string()},
                                           {"why",
                                            "it cannot be written: an engine that starts with a mistake in "
                                            "numbers.lua will not know what was live before"}});
        return;
    }
    auto kept = at_start ? kept_numbers_.read() : std::nullopt;
    if (!kept) return;
    auto before = read_numbers(*kept, context, options_.limits, clock_.now());
    for (const auto& [number, faults] : before.faults) before.entries.erase(number);
    loaded_.entries = std::move(before.entries);
    log_.warn("numbers_restored", {{"numbers", loaded_.entries.size()}, {"from", kept_numbers_.file().string()}});
}

// Who shares numbers.lua with others does not answer for their mistakes: a number goes live if nothing is wrong with
// its own entry. One with a mistake stays as it was, and so does one that is not there: the mistake may be its key.
void FlowRefresh::hold_back(Numbers& candidate) {
    loaded_.unanswered.clear();
    loaded_.held_back = candidate.faults;
    if (candidate.problems.empty()) return;
    for (const auto& [number, problems] : candidate.faults)
        if (auto faulty = candidate.entries.extract(number); !faulty.empty() && !loaded_.entries.contains(number))
            loaded_.unanswered.insert(std::move(faulty));
    for (const auto& [number, entry] : loaded_.entries)
        if (candidate.entries.emplace(number, entry).second) loaded_.held_back.emplace(number, candidate.problems);
}

void FlowRefresh::take_numbers(std::map<std::string, NumberEntry> now, bool tell, SteadyClock::duration took) {
    std::size_t added = 0, moved = 0;
    for (const auto& [number, entry] : now) {
        auto before = loaded_.entries.find(number);
        if (before == loaded_.entries.end())
            ++added;
        else if (before->second.flow != entry.flow)
            ++moved;
    }
    auto removed = loaded_.entries.size() + added - now.size();
    loaded_.entries = std::move(now);
    const auto& problems = loaded_.numbers_problems;
    if (tell && !problems.empty())
        log_.error("numbers_refused", {{"live", loaded_.entries.size()}, {"problems", one_line(problems)}});
    if (tell && (problems.empty() || added + moved > 0))
        log_.info("numbers_live", {{"numbers", loaded_.entries.size()},
                                   {"added", added},
                                   {"moved", moved},
                                   {"removed", removed},
                                   {"ms", milliseconds(took)}});
}

// Forgets folders that are gone and answer no number.
void FlowRefresh::drop_unused() {
    std::erase_if(loaded_.businesses, [&](const auto& one) {
        return one.second.seen == "gone" && !one.second.unkept &&
               std::none_of(loaded_.entries.begin(), loaded_.entries.end(),
                            [&](const auto& number) { return number.second.flow == one.first; });
    });
}

std::set<std::string> FlowRefresh::concerned(const std::set<fs::path>& changed) const {
    std::set<std::string> names;
    for (const auto& given : changed) {
        auto path = given.lexically_normal();
        if (path.is_absolute()) path = path.lexically_relative(options_.root.lexically_normal());
        if (path.empty()) continue;
        names.insert(path.begin()->string());
        for (const auto& [name, business] : loaded_.businesses)
            if (std::any_of(business.looked_at.begin(), business.looked_at.end(),
                            [&](const auto& file) { return is_touched(file, path.generic_string()); }))
                names.insert(name);
    }
    return names;
}

std::set<std::string> FlowRefresh::all() const {
    auto on_disk = reader_.businesses();
    std::set<std::string> names(on_disk.begin(), on_disk.end());
    for (const auto& [name, business] : loaded_.businesses) names.insert(name);
    return names;
}

}  // namespace switchhook::script

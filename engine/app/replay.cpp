#include "app/commands.hpp"
#include "app/flow_paths.hpp"
#include "app/past_calls.hpp"
#include "app/show_numbers.hpp"
#include "app/timeline_text.hpp"
#include "core/json_text.hpp"
#include "script/bundle_reader.hpp"
#include "script/flow_thread.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace switchhook::app {
namespace {

using core::Json;
using script::Difference;
using Flow = std::shared_ptr<const script::Flow>;

// How much of what came before is shown with a difference.
constexpr std::size_t most_before = 12;

struct ReplayOptions : StoreOptions {
    std::string call;
    std::string against;
    bool json = false;
    bool show_numbers = false;
};

// A call and a flow, and where they part.
struct Outcome {
    std::string flow;  // what it was compared with, for people
    core::CallRecord record;
    std::vector<TimelineEntry> entries;
    std::vector<Difference> differences;
    std::size_t steps = 0;
    std::optional<Deed> unknown;  // the flow itself asks something else now: what the answer to the old ask was
};

// The flow in a folder, or its problems.
std::variant<Flow, script::Problems> flow_at(const std::string& path, const std::string& name) {
    auto found = flow_paths({path}, ".");
    if (!found.problem.empty()) throw std::runtime_error(found.problem);
    auto business = found.paths.empty() ? name : found.paths.begin()->begin()->string();
    script::Limits limits;
    auto read = script::BundleReader(found.root, limits.source_bytes).read(business);
    if (!read.problems.empty()) return std::move(read.problems);
    return script::Flow::compile(std::move(read.bundle), limits);
}

// The recording as if the call had come to this flow: what the number itself sets stays.
script::Recording with_settings_of(script::Recording recording, const script::Flow& flow) {
    for (auto& handler : recording.handlers) {
        auto own = own_settings(handler.info, *recording.flow);
        handler.info.settings = flow.settings();
        handler.info.settings.update(own);
    }
    return recording;
}

Outcome outcome_of(const session::KeptCall& call, const Flow& against, const std::string& name) {
    session::PastRun run(call, {});
    Outcome outcome{name, call.record, timeline(call, run), {}, 0, {}};
    for (const auto& handler : run.recording().handlers) outcome.steps += handler.asked.size() + 1;
    if (run.diverged()) {
        const auto& handler = run.recording().handlers.back();
        const auto& answer = run.answer_then();
        outcome.unknown = Deed{"", answer.reason.empty() ? core::dump(answer.value) : answer.reason};
        outcome.differences.push_back(
            {run.recording().handlers.size() - 1, handler.asked.size(), {}, {handler.last}, true});
    } else if (against) {
        outcome.differences = script::compare(with_settings_of(run.recording(), *against), against, {});
    }
    return outcome;
}

// The lines of a step, as `then` or `now`.
std::vector<TimelineEntry> entries_of(const script::Step& step) {
    std::vector<TimelineEntry> entries;
    if (auto* ask = std::get_if<core::Ask>(&step))
        for (auto& text : ask_texts(*ask)) entries.push_back({{}, {"flow", std::move(text)}, ask->where});
    else if (auto* failed = std::get_if<script::Failed>(&step))
        entries.push_back({{}, {"flow", "breaks: " + failed->what}, failed->where});
    else if (const auto& value = std::get<script::Finished>(step).value; value.is_null())
        entries.push_back({{}, {"flow", "is done"}});
    else
        entries.push_back({{}, {"flow", "is done, with " + core::dump(value)}});
    return entries;
}

std::vector<TimelineEntry> entries_of(const std::vector<script::Step>& steps) {
    std::vector<TimelineEntry> entries;
    for (const auto& step : steps)
        for (auto& entry : entries_of(step)) entries.push_back(std::move(entry));
    return entries;
}

// What is the same on both sides is no difference.
void leave_out_what_is_the_same(std::vector<TimelineEntry>& then, std::vector<TimelineEntry>& now) {
    auto same = [](const TimelineEntry& a, const TimelineEntry& b) { return a.deed.what == b.deed.what; };
    auto end = std::mismatch(then.begin(), then.end(), now.begin(), now.end(), same);
    // Two asks may read alike and differ in what is not told.
    if (end.first == then.end() && end.second == now.end()) return;
    then.erase(then.begin(), end.first);
    now.erase(now.begin(), end.second);
}

class Printer {
public:
    Printer(const Outcome& outcome, std::ostream& out) : outcome_(outcome), out_(out) {}

    void print() {
        for (const auto& difference : outcome_.differences) {
            print_before(difference);
            print(difference);
        }
        out_ << (outcome_.differences.empty() ? "" : "\n") << verdict() << '\n';
    }

private:
    static bool is_before(const TimelineEntry& entry, const Difference& difference) {
        return std::tie(entry.handler, entry.step) < std::tie(difference.handler, difference.step);
    }

    void print_before(const Difference& difference) {
        auto end = next_;
        while (end < outcome_.entries.size() && is_before(outcome_.entries[end], difference)) ++end;
        if (end - next_ > most_before) {
            out_ << "         …\n";
            next_ = end - most_before;
        }
        for (; next_ < end; ++next_)
            out_ << timeline_text(outcome_.entries[next_], outcome_.record.info.started) << '\n';
    }

    void print(const Difference& difference) {
        auto then = entries_of(difference.then), now = entries_of(difference.now);
        leave_out_what_is_the_same(then, now);
        if (outcome_.unknown) {
            then.push_back({{}, {"flow", "did something else, which had this answer:"}});
            then.push_back({{}, *outcome_.unknown});
        }
        for (const auto& entry : then) out_ << timeline_text(entry, {}, "then") << '\n';
        for (const auto& entry : now) out_ << timeline_text(entry, {}, "now") << '\n';
        if (then.empty()) out_ << "   then  nothing\n";
        if (now.empty()) out_ << "    now  nothing\n";
        // What the call did in its place is told.
        while (next_ < outcome_.entries.size() && outcome_.entries[next_].handler == difference.handler &&
               outcome_.entries[next_].step < difference.step + difference.then.size() &&
               outcome_.entries[next_].deed.who == "flow")
            ++next_;
    }

    std::string verdict() const {
        const auto& all = outcome_.differences;
        auto steps = std::to_string(outcome_.steps) + (outcome_.steps == 1 ? " step" : " steps");
        auto it = "with " + outcome_.flow + (outcome_.record.is_text() ? " the text goes" : " the call goes");
        if (all.empty()) return it + " the same way: " + steps;
        if (all.back().leads_away) return it + " another way from here on";
        return it + " the same way, with other words in " + std::to_string(all.size()) +
               (all.size() == 1 ? " place" : " places");
    }

    const Outcome& outcome_;
    std::ostream& out_;
    std::size_t next_ = 0;  // of the entries
};

Json to_json(const std::vector<script::Step>& steps) {
    auto list = Json::array();
    for (const auto& entry : entries_of(steps)) {
        Json line{{"what", entry.deed.what}};
        if (!entry.where.empty()) line["where"] = entry.where;
        list.push_back(std::move(line));
    }
    return list;
}

Json to_json(const Outcome& outcome) {
    auto list = Json::array();
    for (const auto& difference : outcome.differences)
        list.push_back({{"handler", handler_name(outcome.record, difference.handler)},
                        {"step", difference.step + 1},
                        {"then", to_json(difference.then)},
                        {"now", to_json(difference.now)},
                        {"leads_away", difference.leads_away}});
    return {{outcome.record.is_text() ? "text" : "call", outcome.record.info.id},
            {"with", outcome.flow},
            {"same", outcome.differences.empty()},
            {"steps", outcome.steps},
            {"differences", std::move(list)}};
}

int replay(const ReplayOptions& options) {
    PastCalls past(options);
    auto record = past.find(options.call);
    if (!record) {
        std::cerr << "switchhook: " << record.error() << '\n';
        return failure;
    }
    auto call = past.open(*record);
    if (!call) throw std::runtime_error(call.error());
    auto work = [&]() -> std::variant<Outcome, script::Problems> {
        if (options.against.empty())
            return outcome_of(*call, nullptr, "version " + record->version + " of " + record->flow);
        auto flow = flow_at(options.against, record->flow);
        if (auto* problems = std::get_if<script::Problems>(&flow)) return std::move(*problems);
        return outcome_of(*call, std::get<Flow>(flow), options.against);
    };
    auto done = script::on_flow_thread(work);
    if (auto* problems = std::get_if<script::Problems>(&done)) {
        for (const auto& problem : *problems) std::cerr << problem.text() << '\n';
        return failure;
    }
    const auto& outcome = std::get<Outcome>(done);
    std::ostringstream out;
    if (options.json)
        out << core::dump(to_json(outcome), 2) << '\n';
    else
        Printer(outcome, out).print();
    std::cout << shown(out.str(), options.show_numbers);
    return outcome.differences.empty() ? success : failure;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ReplayOptions>();
    auto* cli = app.add_subcommand("replay", "Runs a past call again, with its own flow or an edited one");
    cli->add_option("CALL", options->call, "As `switchhook calls` lists it, or how it begins")->required();
    cli->add_option("--against", options->against,
                    "A flow's folder, as it is on disk; none: the version that the call ran on")
        ->type_name("PATH");
    cli->add_flag("--json", options->json, "Prints JSON");
    add_show_numbers(*cli, options->show_numbers);
    add_store_options(*cli, *options);
    cli->footer(
        "The caller, the carrier, the assistant and the network do what they did then. Nothing is dialled, sent or\n"
        "kept. Exit code 0 if the call goes the same way with the same words, 1 if not.\n");
    cli->callback([options, &exit_code] { exit_code = replay(*options); });
}

}  // namespace switchhook::app

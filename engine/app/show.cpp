#include "app/call_timeline.hpp"
#include "app/commands.hpp"
#include "app/past_calls.hpp"
#include "app/show_numbers.hpp"
#include "app/time_text.hpp"
#include "app/timeline_text.hpp"
#include "core/json_text.hpp"
#include "script/flow_thread.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

namespace switchhook::app {
namespace {

using core::Json;

struct ShowOptions : StoreOptions {
    std::string call;
    bool json = false;
    bool show_numbers = false;
};

// What is known of a call, from its beginning to its end.
struct Told {
    core::CallRecord record;
    Json usage;
    std::vector<TimelineEntry> entries;
    std::optional<script::Failed> failed;  // how the flow broke
    std::string problem;                   // why the entries are not all; empty if they are
};

Told told(PastCalls& past, core::CallRecord record) {
    Told told{record, past.usage(record), {}, {}, {}};
    auto call = past.open(record);
    if (!call) {
        told.problem = call.error() + ": what happened cannot be told";
        return told;
    }
    session::PastRun run(*call, {});
    told.entries = timeline(*call, run);
    for (const auto& handler : run.recording().handlers)
        if (auto* failed = std::get_if<script::Failed>(&handler.last)) told.failed = *failed;
    if (run.diverged())
        told.problem = "run again, the flow asks something else here than it did then: `switchhook replay " +
                       record.info.id + "` tells what";
    return told;
}

std::string state_of(const core::CallRecord& call) {
    if (!call.ended) return "goes on";
    return (call.is_text() ? "" : length_text(*call.ended - call.info.started) + ", ") + call.status;
}

std::string usage_text(const Json& usage) {
    std::string text;
    for (const auto& [name, number] : usage.items()) {
        if (number == 0) continue;
        auto words = name;
        std::replace(words.begin(), words.end(), '_', ' ');
        char value[32];
        std::snprintf(value, sizeof value, "%.10g", number.get<double>());
        text += (text.empty() ? "" : ", ") + words + " " + value;
    }
    return text;
}

void print(const Told& told, std::ostream& out) {
    const auto& call = told.record;
    out << call.info.id << "  " << call.flow << ", version " << call.version << '\n'
        << "from " << call.info.from << " to " << call.info.to << ", " << time_text(call.info.started) << " UTC, "
        << state_of(call) << "\n\n";
    std::size_t handler = 0;
    for (const auto& entry : told.entries) {
        if (std::exchange(handler, entry.handler) != entry.handler) out << '\n' << handler_name(call, handler) << '\n';
        out << timeline_text(entry, call.info.started) << '\n';
    }
    if (!told.problem.empty()) out << told.problem << '\n';
    if (told.failed) out << "\nthe flow broke at " << told.failed->where << ": " << told.failed->what << '\n';
    if (auto usage = usage_text(told.usage); !usage.empty()) out << "\nmodels: " << usage << '\n';
}

Json to_json(const Told& told) {
    const auto& call = told.record;
    auto steps = Json::array();
    for (const auto& entry : told.entries) {
        Json step{{"at", std::chrono::duration<double>(entry.at - call.info.started).count()},
                  {"handler", handler_name(call, entry.handler)},
                  {"who", entry.deed.who},
                  {"what", entry.deed.what}};
        if (!entry.where.empty()) step["where"] = entry.where;
        steps.push_back(std::move(step));
    }
    auto all = call_json(call, told.usage);
    all["steps"] = std::move(steps);
    if (told.failed) all["broke"] = {{"where", told.failed->where}, {"what", told.failed->what}};
    if (!told.problem.empty()) all["problem"] = told.problem;
    return all;
}

int show(const ShowOptions& options) {
    PastCalls past(options);
    auto record = past.find(options.call);
    if (!record) {
        std::cerr << "switchhook: " << record.error() << '\n';
        return failure;
    }
    auto all = script::on_flow_thread([&] { return told(past, *record); });
    std::ostringstream out;
    if (options.json)
        out << core::dump(to_json(all), 2) << '\n';
    else
        print(all, out);
    std::cout << shown(out.str(), options.show_numbers);
    return success;
}

}  // namespace

void add_show(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ShowOptions>();
    auto* cli = app.add_subcommand("show", "Tells what happened on a call or with a text, step by step");
    cli->add_option("CALL", options->call, "As `switchhook calls` lists it, or how it begins")->required();
    cli->add_flag("--json", options->json, "Prints JSON");
    add_show_numbers(*cli, options->show_numbers);
    add_store_options(*cli, *options);
    cli->footer(
        "The times are minutes and seconds since the call began. Behind what the flow did stands the line of the\n"
        "author's file that did it, in the version that the call ran on.\n");
    cli->callback([options, &exit_code] { exit_code = show(*options); });
}

}  // namespace switchhook::app

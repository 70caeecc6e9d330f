#include "app/commands.hpp"
#include "app/moment.hpp"
#include "app/past_calls.hpp"
#include "app/show_numbers.hpp"
#include "app/time_text.hpp"
#include "core/json_text.hpp"

#include <iomanip>
#include <iostream>
#include <memory>

namespace switchhook::app {
namespace {

using core::Json;

struct CallsOptions : StoreOptions {
    core::CallFilter filter;
    std::string since;
    std::string until;
    bool active = false;
    bool ended = false;
    bool texts = false;
    bool json = false;
    bool show_numbers = false;

    bool asks_for_all() const {
        const auto& f = filter;
        return f.flow.empty() && f.number.empty() && f.caller.empty() && !f.active && !f.since && !f.until;
    }
};

void print_json(PastCalls& past, const std::vector<core::CallRecord>& calls, const CallsOptions& options) {
    auto list = Json::array();
    for (const auto& call : calls) list.push_back(call_json(call, past.usage(call)));
    std::cout << shown(core::dump(list, 2), options.show_numbers) << '\n';
}

void print(const std::vector<core::CallRecord>& calls, const CallsOptions& options) {
    if (calls.empty()) {
        const std::string what = options.texts ? "text message" : "call";
        std::cout << (options.asks_for_all() ? "no " + what + " has come in yet\n" : "there is no such " + what + "\n");
        return;
    }
    const int numbers = options.show_numbers ? 17 : 11;
    std::cout << std::left << std::setw(36) << (options.texts ? "TEXT" : "CALL") << std::setw(21)
              << (options.texts ? "CAME (UTC)" : "BEGAN (UTC)");
    if (!options.texts) std::cout << std::setw(9) << "LENGTH";
    std::cout << std::setw(18) << "FLOW" << std::setw(numbers) << "FROM" << std::setw(numbers) << "TO"
              << "STATE\n";
    for (const auto& call : calls) {
        auto number = [&](const std::string& text) {
            auto masked = shown(text, options.show_numbers);
            // The ellipsis is three bytes wide and one column.
            auto width = numbers + (masked.starts_with("…") ? 2 : 0);
            return masked + std::string(std::max<int>(1, width - static_cast<int>(masked.size())), ' ');
        };
        std::cout << std::left << std::setw(36) << call.info.id << std::setw(21) << time_text(call.info.started);
        if (!options.texts)
            std::cout << std::setw(9) << (call.ended ? length_text(*call.ended - call.info.started) : "-");
        std::cout << std::setw(18) << call.flow << number(call.info.from) << number(call.info.to)
                  << (call.ended ? call.status : "active") << '\n';
    }
    if (calls.size() == options.filter.most)
        std::cout << "these are the newest " << calls.size() << ": --most lists more\n";
}

std::optional<core::Time> moment(const std::string& text, const char* option) {
    if (text.empty()) return std::nullopt;
    auto found = moment_of(text, core::SystemClock().now());
    if (!found)
        throw CLI::ValidationError(option,
                                   "takes a time in UTC as \"2026-03-02 22:30\" or 2026-03-02, or how long ago "
                                   "as 30m, 2h, 7d, not `" +
                                       text + "`");
    return found;
}

}  // namespace

void add_calls(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<CallsOptions>();
    auto* cli = app.add_subcommand("calls", "Lists the calls that an engine has kept, the newest first");
    auto& filter = options->filter;
    cli->add_option("--flow", filter.flow, "Only this flow's");
    cli->add_option("--number", filter.number, "Only those to this number: in E.164, or its last digits");
    cli->add_option("--caller", filter.caller, "Only those from this number, likewise");
    auto* active = cli->add_flag("--active", options->active, "Only those that go on");
    cli->add_flag("--ended", options->ended, "Only those that are over")->excludes(active);
    cli->add_flag("--texts", options->texts, "Lists the text messages that came in, not the calls");
    cli->add_option("--since", options->since,
                    "Only those that began then or later: \"2026-03-02 22:30\" (UTC), 2h, 7d")
        ->type_name("TIME");
    cli->add_option("--until", options->until, "Only those that began before")->type_name("TIME");
    cli->add_option("--most", filter.most, "No more than this many")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    cli->add_flag("--json", options->json, "Prints JSON, with what each call used of models");
    add_show_numbers(*cli, options->show_numbers);
    add_store_options(*cli, *options);
    cli->footer("`switchhook show CALL` tells what happened on one of them, or with a text message.\n");
    cli->callback([options, &exit_code] {
        options->filter.since = moment(options->since, "--since");
        options->filter.until = moment(options->until, "--until");
        if (options->active || options->ended) options->filter.active = options->active;
        options->filter.texts = options->texts;
        PastCalls past(*options);
        auto calls = past.list(options->filter);
        if (options->json)
            print_json(past, calls, *options);
        else
            print(calls, *options);
        exit_code = success;
    });
}

}  // namespace switchhook::app

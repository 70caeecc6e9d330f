#include "app/commands.hpp"
#include "app/kept_settings.hpp"
#include "app/time_text.hpp"
#include "core/json_text.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace switchhook::app {
namespace {

using core::Json;
using From = script::SettingValue::From;

struct SettingsOptions : VersionOptions {
    std::string number;
    std::vector<std::string> assignments;
    std::vector<std::string> unset;
    std::vector<std::string> revision;  // of a rollback: none or one
    bool history = false;
    bool json = false;
};

// Everything that stands on standard input, without the line's end.
std::string read_input() {
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
}

const char* text_of(From from) {
    switch (from) {
        case From::store:
            return "store";
        case From::numbers:
            return "numbers.lua";
        case From::flow:
            return "default";
        case From::nobody:
            break;
    }
    return "-";
}

// Long values end in "…", where a terminal would break the line.
std::string in_column(std::string text, std::size_t width) {
    std::size_t characters = 0, bytes = 0;
    for (; bytes < text.size(); ++bytes)
        if ((text[bytes] & 0xC0) != 0x80 && ++characters > width - 2) break;
    bool cut = bytes < text.size();
    auto shown = text.substr(0, bytes);
    if (cut) shown += "…";
    auto used = std::min(characters, width - 1);
    return shown + std::string(width > used ? width - used : 1, ' ');
}

void print(KeptSettings& settings) {
    const auto revision = settings.now().revision;
    std::cout << settings.number() << " runs " << settings.flow()
              << (revision ? ", revision " + std::to_string(revision) : std::string()) << "\n"
              << in_column("SETTING", 22) << in_column("VALUE", 48) << in_column("FROM", 13) << "WHAT IT IS\n";
    for (const auto& one : settings.list())
        std::cout << in_column(one.name, 22) << in_column(one.shown, 48) << in_column(text_of(one.from), 13)
                  << one.setting->label << (one.setting->label.empty() || one.setting->help.empty() ? "" : ": ")
                  << one.setting->help << '\n';
    for (const auto& note : settings.notes()) std::cout << "note: " << note << '\n';
}

void print_json(KeptSettings& settings) {
    auto list = Json::array();
    for (const auto& one : settings.list()) {
        Json line{{"name", one.name},
                  {"type", script::name_of(one.setting->type)},
                  {"label", one.setting->label},
                  {"help", one.setting->help},
                  {"required", one.setting->required},
                  {"secret", one.setting->secret},
                  {"from", text_of(one.from)},
                  {"set", one.from != From::nobody}};
        if (!one.setting->secret) line["value"] = one.value;
        if (!one.setting->standard.is_null()) line["default"] = one.setting->standard;
        if (!one.setting->choices.empty()) line["choices"] = one.setting->choices;
        if (one.setting->min) line["min"] = *one.setting->min;
        if (one.setting->max) line["max"] = *one.setting->max;
        list.push_back(std::move(line));
    }
    Json all{{"number", settings.number()},
             {"flow", settings.flow()},
             {"revision", settings.now().revision},
             {"settings", std::move(list)}};
    std::cout << core::dump(all, 2) << '\n';
}

int print_history(KeptSettings& settings, bool as_json) {
    auto history = settings.history();
    if (as_json) {
        auto list = Json::array();
        for (const auto& change : history)
            list.push_back(
                {{"revision", change.revision}, {"at", change.at.time_since_epoch().count()}, {"change", change.what}});
        std::cout << core::dump(list, 2) << '\n';
        return success;
    }
    if (history.empty()) std::cout << "nothing was ever set for " << settings.number() << '\n';
    if (!history.empty()) std::cout << "REVISION  WHEN (UTC)           CHANGE\n";
    for (auto change = history.rbegin(); change != history.rend(); ++change)
        std::cout << std::left << std::setw(10) << change->revision << std::setw(21) << time_text(change->at)
                  << change->what << '\n';
    return success;
}

// What the command line says is to change. Throws std::invalid_argument, with a line for the operator.
SettingsEdit edit_of(const SettingsOptions& options) {
    SettingsEdit edit;
    edit.unset = options.unset;
    bool input = false;
    for (const auto& assignment : options.assignments) {
        auto equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0)
            throw std::invalid_argument("write a setting as name=value, not `" + assignment.substr(0, equals) + "`");
        auto value = assignment.substr(equals + 1);
        if (value == "-") {
            if (std::exchange(input, true)) throw std::invalid_argument("only one setting can be read from the input");
            value = read_input();
        }
        edit.set.emplace_back(assignment.substr(0, equals), std::move(value));
    }
    return edit;
}

int run(const SettingsOptions& options, bool roll_back) {
    bool edits = !options.assignments.empty() || !options.unset.empty();
    if (edits + roll_back + options.history > 1) {
        std::cerr << "switchhook: set values, roll back, or list the history: one at a time\n";
        return usage;
    }
    try {
        KeptSettings settings(options, options.number);
        if (options.history) return print_history(settings, options.json);
        if (edits) settings.change(edit_of(options));
        if (roll_back) settings.roll_back(options.revision.empty() ? "" : options.revision.front());
        if (options.json)
            print_json(settings);
        else
            print(settings);
        return success;
    } catch (const std::invalid_argument& error) {
        std::cerr << "switchhook: " << error.what() << '\n';
        return failure;
    }
}

}  // namespace

void add_settings(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<SettingsOptions>();
    auto* cli = app.add_subcommand("settings", "Shows the settings of a number, and sets them");
    cli->add_option("NUMBER", options->number, "One of numbers.lua, in E.164")->required();
    cli->add_option("SETTINGS", options->assignments,
                    "Sets these; `name=-` takes the value from standard input, so that no shell remembers it")
        ->type_name("NAME=VALUE");
    cli->add_option("--unset", options->unset, "Takes back what was set: numbers.lua or the flow decides again")
        ->type_name("NAME")
        ->expected(1)
        ->take_all();
    cli->add_flag("--history", options->history, "Lists what was set, and when");
    auto* roll_back = cli->add_option("--rollback", options->revision,
                                      "Sets what an earlier revision had; by default the one before, 0 for nothing")
                          ->type_name("REVISION")
                          ->expected(0, 1);
    cli->add_flag("--json", options->json, "Prints JSON");
    add_version_options(*cli, *options);
    cli->footer(
        "What is set here comes before numbers.lua, and that before the flow. Engines that run on the store take it\n"
        "within a second, for the next call; calls in progress keep what they began with.\n"
        "Secrets are sealed under SWITCHHOOK_KEY (AES-256-GCM), which the engines need too. Make one with\n"
        "  openssl rand -base64 32\n"
        "and keep it where you keep the other tokens: without it they cannot be read again, only set anew.\n"
        "Hours are typed as \"mon-fri 9:00-12:00, 14:00-17:00; sat 10:00-14:00\".\n");
    cli->callback([options, roll_back, &exit_code] { exit_code = run(*options, roll_back->count() > 0); });
}

}  // namespace switchhook::app

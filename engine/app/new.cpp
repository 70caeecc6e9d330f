#include "app/commands.hpp"
#include "app/editor_setup.hpp"
#include "app/flow_template.hpp"
#include "app/new_file.hpp"
#include "app/numbers_file.hpp"
#include "app/phone_number_option.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <vector>

namespace switchhook::app {
namespace {

namespace fs = std::filesystem;

struct NewOptions {
    std::string name;
    std::string like{flow_templates().front().kind};
    std::string number;  // E.164; empty: one that is free
    fs::path flows = "flows";
};

int refuse(ExitCode code, const std::string& why) {
    std::cerr << "switchhook: " << why << '\n';
    return code;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A number that nobody has, and that neither text names; empty if all are taken.
std::string free_number(const std::string& numbers, const std::string& flow) {
    for (int last = 100; last < 200; ++last) {
        auto number = "+15550" + std::to_string(last);
        if (numbers.find(number) == numbers.npos && flow.find(number) == flow.npos) return number;
    }
    return {};
}

std::vector<std::string> kinds() {
    std::vector<std::string> names;
    for (const auto& each : flow_templates()) names.emplace_back(each.kind);
    return names;
}

std::string kinds_explained() {
    std::ostringstream text;
    for (const auto& each : flow_templates())
        text << "  " << each.kind << std::string(14 - each.kind.size(), ' ') << each.about << '\n';
    return text.str();
}

void tell_next_steps(const NewOptions& options) {
    auto with_flows = options.flows == "flows" ? std::string() : " --flows " + options.flows.string();
    auto line = [&](const std::string& command, const std::string& about) {
        auto whole = "  switchhook " + command + " " + options.name + with_flows;
        std::cout << whole << std::string(whole.size() < 44 ? 44 - whole.size() : 2, ' ') << about << '\n';
    };
    std::cout << "\nNext:\n";
    line("test", "plays the calls in its flow_test.lua");
    line("call", "calls it here: you are the caller");
    line("publish", "puts it live, once its tests pass");
}

int create(const NewOptions& options) {
    if (auto problem = flow_name_problem(options.name); !problem.empty()) return refuse(usage, problem);
    const auto folder = options.flows / options.name, numbers = options.flows / "numbers.lua";
    if (fs::exists(folder) && !fs::is_empty(folder))
        return refuse(failure, folder.string() + " is there already, and stays as it is: choose another name");

    auto templates = flow_templates();
    auto made = make_flow(*std::ranges::find(templates, options.like, &FlowTemplate::kind), options.name);
    auto before = fs::exists(numbers) ? read_file(numbers) : new_numbers_file();
    auto number = options.number.empty() ? free_number(before, made.flow) : options.number;
    if (number.empty()) return refuse(failure, "all made-up numbers are taken: name yours with --number");
    if (has_number(before, number))
        return refuse(failure, number + " is in " + numbers.string() + " already: name another one with --number");
    auto after = with_number(before, number, options.name,
                             options.number.empty() ? "a made-up number: put yours in its place" : "");

    // An engine that watches the folder takes no flow without its tests, and no number without its flow.
    fs::create_directories(folder);
    write_file(folder / "flow_test.lua", made.test);
    write_file(folder / "flow.lua", made.flow);
    if (after) write_file(numbers, *after);
    bool editors = set_up_editors(options.flows);

    auto entry = "[\"" + number + "\"] = \"" + options.name + "\"";
    std::cout << (folder / "flow.lua").string() << "  what happens on a call\n"
              << (folder / "flow_test.lua").string() << "  calls to try it with\n";
    if (after) std::cout << numbers.string() << "  " << entry << '\n';
    if (editors) std::cout << (options.flows / ".luarc.json").string() << "  completion in your editor\n";
    if (!after)
        std::cout << "\n"
                  << numbers.string() << " does not end with the table that it returns. Add yourself:\n  " << entry
                  << ",\n";
    tell_next_steps(options);
    return success;
}

}  // namespace

void add_new(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<NewOptions>();
    auto* cli = app.add_subcommand("new", "Writes a flow to begin with, its tests, and its line in numbers.lua");
    cli->add_option("NAME", options->name, "The name of its folder, as ascend_dental")->required();
    cli->add_option("--like", options->like, "What it is like; see below")
        ->check(CLI::IsMember(kinds()))
        ->capture_default_str();
    cli->add_option("--number", options->number, "The number that callers dial, in E.164; else a made-up one")
        ->check(check_phone_number);
    cli->add_option("--flows", options->flows, "Folder with numbers.lua and a folder per business")
        ->envname("SWITCHHOOK_FLOWS")
        ->capture_default_str();
    cli->footer(kinds_explained() + "\nNothing that is there is overwritten.\n");
    cli->callback([options, &exit_code] {
        try {
            exit_code = create(*options);
        } catch (const std::exception& error) {
            exit_code = refuse(unavailable, error.what());
        }
    });
}

}  // namespace switchhook::app

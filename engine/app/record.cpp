#include "app/commands.hpp"
#include "app/flow_test_writer.hpp"
#include "app/past_calls.hpp"
#include "script/flow_thread.hpp"

#include <iostream>
#include <memory>
#include <stdexcept>

namespace switchhook::app {
namespace {

struct RecordOptions : StoreOptions {
    std::string call;
    bool unmasked = false;
};

int record(const RecordOptions& options) {
    PastCalls past(options);
    auto found = past.find(options.call);
    if (!found) {
        std::cerr << "switchhook: " << found.error() << '\n';
        return failure;
    }
    if (found->is_text()) {
        std::cerr << "switchhook: " << found->info.id << " is a text message, and only calls are written as tests: "
                  << "`switchhook show " << found->info.id << "` tells what happened\n";
        return failure;
    }
    auto call = past.open(*found);
    if (!call) throw std::runtime_error(call.error());
    auto test = script::on_flow_thread([&] { return write_flow_test(*call, !options.unmasked); });
    std::cout << test.text;
    if (!test.breaks.empty())
        std::cerr << "switchhook: on this call the flow broke at " << test.breaks
                  << "\nswitchhook: the test passes once that is mended\n";
    if (test.problem.empty()) return success;
    std::cerr << "switchhook: the call cannot be told as a test that passes: " << test.problem << '\n';
    return failure;
}

}  // namespace

void add_record(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<RecordOptions>();
    auto* cli = app.add_subcommand("record", "Writes a past call as a flow test");
    cli->add_option("CALL", options->call, "As `switchhook calls` lists it, or how it begins")->required();
    cli->add_flag("--unmasked", options->unmasked,
                  "Leaves names, numbers and addresses as they were; secrets never stand in it");
    add_store_options(*cli, *options);
    cli->footer(
        "Made-up data stands for phone numbers, e-mail addresses, names that were said, and what else tells who\n"
        "somebody is, as far as that can be seen: read the test before you share it. It has been run on the version\n"
        "that the call ran on.\n"
        "Exit code 1 if it does not pass there; standard error tells why.\n");
    cli->callback([options, &exit_code] { exit_code = record(*options); });
}

}  // namespace switchhook::app

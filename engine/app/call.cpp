#include "app/commands.hpp"
#include "app/console_call.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/phone_number.hpp"
#include "net/http_client.hpp"
#include "script/flow_library.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"
#include "session/call_session.hpp"
#include "session/services.hpp"
#include "store/memory_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fstream>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;

struct CallOptions {
    std::string target;
    std::string flows = "flows";
    std::string from = "+15550199";
    std::string script;
};

// Texts are shown, not sent.
class PrintedTexts final : public session::TextSender {
public:
    PrintedTexts(std::ostream& out, const core::Clock& clock) : out_(out), clock_(clock) {}

    asio::awaitable<core::Answer> send(session::OutgoingText text) override {
        out_ << "  [text to " << text.to << ": " << text.body << "]\n";
        co_return core::Answer::of({{"sid", "terminal"}, {"status", "sent"}}, clock_.now());
    }

private:
    std::ostream& out_;
    const core::Clock& clock_;
};

// Lines of a script, shown as if they were typed; or lines of a person.
ConsoleCall::ReadLine line_reader(std::istream& in, bool echo) {
    return [&in, echo](const std::string& prompt) -> std::optional<std::string> {
        std::cout << "  " << prompt << "> " << std::flush;
        std::string line;
        if (!std::getline(in, line)) {
            std::cout << '\n';
            return std::nullopt;
        }
        if (echo) std::cout << line << '\n';
        return line;
    };
}

std::shared_ptr<const script::Live> find_flow(const script::FlowLibrary& library, const std::string& target) {
    if (auto live = library.find(target)) return live;
    for (const auto& number : library.status())
        if (number.entry.flow == target)
            if (auto live = library.find(number.entry.number)) return live;
    auto flow = library.flow(target);
    if (!flow) return nullptr;
    auto live = std::make_shared<script::Live>();
    live->flow = flow;
    live->entry.number = "+15550100";
    live->entry.flow = flow->name();
    live->settings = flow->settings();
    return live;
}

int play(const CallOptions& options, std::shared_ptr<const script::Live> live, std::istream& in, bool echo,
         core::Log& log, core::Metrics& metrics) {
    core::SystemClock clock;
    store::MemoryStore store(clock);
    net::HttpClient client;
    PrintedTexts texts(std::cout, clock);
    session::Services services({.allow_private_network = true}, client, texts, store, clock, log);
    ConsoleCall port(std::cout, line_reader(in, echo), clock);

    core::CallInfo info;
    info.id = "terminal-" + std::to_string(clock.now().time_since_epoch().count());
    info.from = options.from;
    info.to = live->entry.number;
    info.provider = live->entry.provider;
    info.settings = live->settings;
    info.started = clock.now();
    std::cout << options.from << " calls " << info.to << " (" << live->flow->name() << ", version "
              << live->flow->version() << ")\n";

    asio::io_context context;
    std::exception_ptr failed;
    session::CallSession session(info, live, port, {services, store, clock, log, metrics, script::Limits()});
    asio::co_spawn(context, session.run(), [&](std::exception_ptr e) { failed = e; });
    context.run();
    if (failed) std::rethrow_exception(failed);
    return metrics.flow_failures_total.Value() > 0 ? failure : success;
}

int call(const CallOptions& options) {
    std::ifstream script;
    if (!options.script.empty()) {
        script.open(options.script);
        if (!script) {
            std::cerr << "switchhook: there is no script `" << options.script << "`\n";
            return unavailable;
        }
    }
    core::SystemClock clock;
    core::Log log({.level = core::LogLevel::warn, .show_phone_numbers = true});
    core::Metrics metrics;
    script::FlowLibrary library({.root = options.flows, .run_tests = {}}, clock, log, metrics);
    auto problems = library.refresh();
    auto live = find_flow(library, options.target);
    if (!live || !live->flow->handles("on_call")) {
        for (const auto& problem : problems) std::cerr << problem.text() << '\n';
        std::cerr << "switchhook: "
                  << (live ? "the flow `" + options.target + "` has no on_call, so it takes no calls"
                           : "no number and no flow in `" + options.flows + "` is called `" + options.target + "`")
                  << '\n';
        return unavailable;
    }
    bool scripted = script.is_open();
    int exit_code = failure;
    script::Watchdog watchdog;
    auto run = [&] {
        script::Watchdog::Registration registration(watchdog);
        try {
            std::istream& in = scripted ? static_cast<std::istream&>(script) : std::cin;
            exit_code = play(options, live, in, scripted || isatty(STDIN_FILENO) == 0, log, metrics);
        } catch (const std::exception& error) {
            std::cerr << "switchhook: " << error.what() << '\n';
        }
    };
    { script::WorkerThread thread(run); }
    return exit_code;
}

}  // namespace

void add_call(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<CallOptions>();
    auto* cli = app.add_subcommand("call", "A call in the terminal: you are the caller");
    cli->add_option("NUMBER|FLOW", options->target, "Whom to call: a number of numbers.lua, or a flow's folder")
        ->required();
    cli->add_option("--flows", options->flows, "Folder with numbers.lua and a folder per business")
        ->envname("SWITCHHOOK_FLOWS")
        ->capture_default_str();
    cli->add_option("--from", options->from, "The caller's number")->capture_default_str();
    cli->add_option("--script", options->script, "Takes what the caller does from this file, a line each");
    cli->footer(
        "Type what you say, or the keys you press; an empty line is silence, `hang up` or Ctrl-D hangs up.\n"
        "Nothing is dialled or texted, and no key is needed. Web requests of the flow are made.\n"
        "Exit code 1 if the flow broke.\n");
    cli->callback([options, &exit_code] { exit_code = call(*options); });
}

}  // namespace switchhook::app

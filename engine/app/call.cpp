#include "app/call_time.hpp"
#include "app/commands.hpp"
#include "app/console_call.hpp"
#include "app/kept_versions.hpp"
#include "app/line_difference.hpp"
#include "app/phone_number_option.hpp"
#include "core/clock.hpp"
#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "net/http_client.hpp"
#include "script/flow_library.hpp"
#include "script/flow_thread.hpp"
#include "session/call_session.hpp"
#include "session/services.hpp"
#include "store/memory_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;

struct CallOptions : VersionOptions {
    std::string target;
    std::string from = "+15550199";
    std::string script;
    std::string at;
    std::string zone;
    std::string against;
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
ConsoleCall::ReadLine line_reader(std::istream& in, bool echo, std::ostream& out) {
    return [&in, &out, echo](const std::string& prompt) -> std::optional<std::string> {
        out << "  " << prompt << "> " << std::flush;
        std::string line;
        if (!std::getline(in, line)) {
            out << '\n';
            return std::nullopt;
        }
        if (echo) out << line << '\n';
        return line;
    };
}

// Tells a person what the log has to say: where a flow broke as a compiler does. What follows from it is heard.
void tell(std::string_view line) {
    auto event = core::Json::parse(line, nullptr, false);
    auto name = core::text_of(event, "event");
    if (name == "call takes the fallback") return;
    std::cout.flush();
    if (name == "flow failed") {
        std::cerr << core::text_of(event, "at") << ": " << core::text_of(event, "what") << '\n';
        if (auto values = core::text_of(event, "values"); !values.empty()) std::cerr << "    with " << values << '\n';
        return;
    }
    for (const char* known : {"time", "level", "event", "call", "version"}) event.erase(known);
    std::cerr << name << ' ' << core::dump(event) << '\n';
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

// One call: who calls whom, and when.
struct OneCall {
    std::shared_ptr<const script::Live> live;
    std::string from;
    core::Time start;
};

// Whether the flow did what it is there for, and did not break.
bool play(const OneCall& call, std::istream& in, bool echo, std::ostream& out, core::Log& log) {
    ShiftedClock clock(call.start);
    core::Metrics metrics;
    store::MemoryStore store(clock);
    net::HttpClient client;
    PrintedTexts texts(out, clock);
    session::Services services({.allow_private_network = true}, client, texts, store, clock, log);
    ConsoleCall port(out, line_reader(in, echo, out), clock);

    core::CallInfo info;
    info.id = "terminal-" + std::to_string(call.start.time_since_epoch().count());
    info.from = call.from;
    info.to = call.live->entry.number;
    info.provider = call.live->entry.provider;
    info.settings = call.live->settings;
    info.started = clock.now();

    asio::io_context context;
    std::exception_ptr failed;
    session::CallSession session(info, call.live, port, {services, store, clock, log, metrics, script::Limits()});
    asio::co_spawn(context, session.run(), [&](std::exception_ptr e) { failed = e; });
    context.run();
    if (failed) std::rethrow_exception(failed);
    return metrics.flow_failures_total.Value() == 0;
}

// The flow as it is live in the store. Throws where there is none.
std::shared_ptr<const script::Flow> live_flow(const CallOptions& options, const std::string& name) {
    KeptVersions versions(options);
    auto version = versions.chosen(name).all.live;
    auto sources = versions.sources(name, version);
    if (!sources) throw std::runtime_error("no version of " + name + " is live: publish it first");
    auto bundle = script::bundle_from_json(*sources);
    if (!bundle) throw std::runtime_error("version " + version + " of " + name + " is not what this engine keeps");
    auto made = script::Flow::compile(std::move(*bundle), script::Limits());
    if (auto* problems = std::get_if<script::Problems>(&made)) throw std::runtime_error(script::lines(*problems));
    return std::get<std::shared_ptr<const script::Flow>>(made);
}

// The flow in a business's folder, or of this name in a flows folder. Throws where there is none.
std::shared_ptr<const script::Flow> flow_at(const std::filesystem::path& path, const std::string& name) {
    auto folder = std::filesystem::weakly_canonical(path);
    if (!std::filesystem::exists(folder / "flow.lua")) folder /= name;
    if (!std::filesystem::exists(folder / "flow.lua"))
        throw std::runtime_error("there is no flow at `" + path.string() + "`");
    core::SystemClock clock;
    core::Log log({core::LogLevel::off, core::LogFormat::text, false, {}}, [](std::string_view) {});
    core::Metrics metrics;
    script::FlowLibrary library({.root = folder.parent_path(), .run_tests = {}}, clock, log, metrics);
    library.refresh();
    auto flow = library.flow(folder.filename().string());
    if (!flow) throw std::runtime_error(script::lines(library.problems({folder.filename()})));
    return flow;
}

// The same call to another version of the flow.
OneCall to_other(const OneCall& call, const CallOptions& options) {
    auto other = std::make_shared<script::Live>(*call.live);
    other->flow = options.against == "live" ? live_flow(options, call.live->flow->name())
                                            : flow_at(options.against, call.live->flow->name());
    other->settings = other->flow->settings();
    other->settings.update(call.live->entry.settings);
    return {other, call.from, call.start};
}

// Plays the same lines to both, and prints where they part. Whether they do not, and neither broke.
bool compare(const OneCall& call, const OneCall& other, std::istream& in, core::Log& log) {
    const std::string lines{std::istreambuf_iterator<char>(in), {}};
    auto played = [&](const OneCall& one, std::ostringstream& heard) {
        std::istringstream again(lines);
        return play(one, again, true, heard, log);
    };
    std::ostringstream before, after;
    bool good = played(other, before);
    good = played(call, after) && good;
    std::cout << "- version " << other.live->flow->version() << "\n+ version " << call.live->flow->version() << '\n'
              << line_difference(before.str(), after.str());
    return good && before.str() == after.str();
}

// When the call is, and in which zone that was said.
core::Time start_of(const CallOptions& options, const script::Live& live) {
    core::SystemClock clock;
    if (options.at.empty()) return clock.now();
    auto zone = options.zone.empty() ? zone_of(*live.flow, live.settings) : options.zone;
    auto start = read_call_time(options.at, zone, clock.now());
    if (!start) throw std::invalid_argument("--at: " + start.error());
    std::cout << "It is " << show_call_time(*start, zone) << ".\n";
    return *start;
}

int play_or_compare(const CallOptions& options, const std::shared_ptr<const script::Live>& live, std::istream& in,
                    bool echo, core::Log& log) {
    OneCall call{live, options.from, {}};
    try {
        call.start = start_of(options, *live);
    } catch (const std::invalid_argument& wrong) {
        std::cerr << "switchhook: " << wrong.what() << '\n';
        return usage;
    }
    std::cout << call.from << " calls " << live->entry.number << " (" << live->flow->name();
    if (options.against.empty()) {
        std::cout << ", version " << live->flow->version() << ")\n";
        return play(call, in, echo, std::cout, log) ? success : failure;
    }
    std::cout << ")\n";
    return compare(call, to_other(call, options), in, log) ? success : failure;
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
    core::Log log({.level = core::LogLevel::warn, .format = core::LogFormat::json, .show_phone_numbers = true}, tell);
    core::Metrics metrics;
    script::FlowLibrary library({.root = options.flows, .run_tests = {}}, clock, log, metrics);
    auto problems = library.refresh();
    std::vector<std::string> known;
    for (const auto& number : library.status()) known.insert(known.end(), {number.entry.number, number.entry.flow});
    auto meant = core::closest(options.target, known);
    auto live = find_flow(library, options.target);
    if (!live || !live->flow->handles("on_call")) {
        for (const auto& problem : problems) std::cerr << problem.text() << '\n';
        std::cerr << "switchhook: "
                  << (live ? "the flow `" + options.target + "` has no on_call, so it takes no calls"
                           : "no number and no flow in `" + options.flows.string() + "` is called `" + options.target +
                                 "`" + (meant.empty() ? "" : ": did you mean `" + meant + "`?"))
                  << '\n';
        return unavailable;
    }
    bool scripted = script.is_open();
    return script::on_flow_thread([&] {
        std::istream& in = scripted ? static_cast<std::istream&>(script) : std::cin;
        return play_or_compare(options, live, in, scripted || isatty(STDIN_FILENO) == 0, log);
    });
}

}  // namespace

void add_call(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<CallOptions>();
    auto* cli = app.add_subcommand("call", "A call in the terminal: you are the caller");
    cli->add_option("NUMBER|FLOW", options->target, "Whom to call: a number of numbers.lua, or a flow's folder")
        ->required();
    add_version_options(*cli, *options);
    cli->add_option("--from", options->from, "The caller's number, or anonymous")
        ->check([](const std::string& text) { return text == "anonymous" ? "" : check_phone_number(text); })
        ->capture_default_str();
    auto* at =
        cli->add_option("--at", options->at, "When they call, as \"Sunday 03:00\" or 2026-12-24T13:00; else now");
    cli->add_option("--zone", options->zone, "The time zone of --at; else the flow's own")->needs(at);
    auto* script =
        cli->add_option("--script", options->script, "Takes what the caller does from this file, a line each");
    cli->add_option("--against", options->against,
                    "Plays the script to another version too, and marks what differs: `live`, for what is live in "
                    "--data or --store, or the folder of a flow or of flows")
        ->needs(script);
    cli->footer(
        "Type what you say, or the keys you press; an empty line is silence, `hang up` or Ctrl-D hangs up.\n"
        "Nothing is dialled or texted, and no key is needed. Web requests of the flow are made.\n"
        "Exit code 1 if the flow broke, or with --against if anything differs.\n");
    cli->callback([options, &exit_code] { exit_code = call(*options); });
}

}  // namespace switchhook::app

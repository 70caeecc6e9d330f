#include "app/child_process.hpp"
#include "app/commands.hpp"
#include "app/simulation.hpp"
#include "app/status_file.hpp"
#include "core/random_token.hpp"
#include "core/temporary_folder.hpp"
#include "net/http_client.hpp"
#include "script/embedded.hpp"
#include "sim/call_params.hpp"
#include "sim/signing.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <unistd.h>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::chrono::milliseconds reading_time{450};  // for each line, at a terminal
constexpr std::chrono::seconds start_time{10};
constexpr std::chrono::milliseconds look_every{10};

struct DemoOptions {
    fs::path flows = "flows";
    std::string scenario;  // a file; empty: the one that ships with the engine
    std::uint16_t port = 0;
    bool once = false;
    bool fast = false;
    bool voices = false;
};

// The port itself, or one that is free; 0 if it is taken.
std::uint16_t free_port(std::uint16_t wanted) {
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context);
    boost::system::error_code error;
    acceptor.open(asio::ip::tcp::v4(), error);
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
    acceptor.bind({asio::ip::address_v4::loopback(), wanted}, error);
    if (error) return 0;
    acceptor.listen(1, error);
    if (error) return 0;
    return acceptor.local_endpoint().port();
}

std::string read_file(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

script::Source demo_scenario() {
    for (const auto& script : script::embedded_scripts())
        if (script.name == "demo") return {"demo.lua", std::string(script.text)};
    return {};
}

std::string last_line(const fs::path& file) {
    std::istringstream lines(read_file(file));
    std::string line, last;
    while (std::getline(lines, line))
        if (!line.empty()) last = line;
    return last;
}

// A path as one would type it here.
std::string typed(const fs::path& path) {
    std::error_code error;
    auto relative = fs::relative(path, error);
    return error || relative.empty() || relative.begin()->string() == ".." ? path.string() : relative.string();
}

// The demo's own folder, and the engine that serves the copy of the flows in it.
class Demo {
public:
    Demo(const DemoOptions& options, std::uint16_t port)
        : options_(options),
          port_(port),
          url_("http://127.0.0.1:" + std::to_string(port)),
          token_(core::random_token(16)),
          simulation_({.server = url_,
                       .public_origin = {},
                       .auth_token = token_,
                       .rest = options.fast || isatty(STDOUT_FILENO) == 0 ? std::chrono::milliseconds(0) : reading_time,
                       .voices = options.voices}) {
        fs::copy(options.flows, flows_, fs::copy_options::recursive);
        start_engine();
    }

    int run() {
        std::cout << "The engine starts at " << url_ << " with a copy of " << typed(options_.flows) << "/ in "
                  << flows_.string() << ".\nYour own files stay as they are." << std::endl;
        Simulation::Play play;
        play.scenario = options_.scenario.empty() ? demo_scenario()
                                                  : script::Source{options_.scenario, read_file(options_.scenario)};
        play.flows = flows_;
        play.prepare = [this] { return wait_until_ready(); };
        play.status_url = [this] { return StatusFile::read(data_); };
        play.kill_engine = [this] { engine_->kill(); };
        play.start_engine = [this] { start_engine(); };
        auto differed = simulation_.play(std::move(play));
        if (!differed) return failure;
        if (differed->empty())
            std::cout << "\nEverything went as expected." << std::endl;
        else
            std::cout << std::flush, std::cerr << "\nswitchhook: " << *differed << '\n';
        if (!options_.once && engine_ready_) {
            invite();
            simulation_.wait_for_signal();
        }
        return differed->empty() ? success : engine_ready_ ? failure : unavailable;
    }

private:
    void start_engine() {
        fs::remove(data_ / StatusFile::name);  // of one that was killed
        engine_ready_ = false;
        engine_ = std::make_unique<ChildProcess>(engine_options());
    }

    ChildProcess::Options engine_options() const {
        ChildProcess::Options child;
        child.program = program_;
        child.arguments = {"serve", "--listen", "127.0.0.1:" + std::to_string(port_), "--flows", flows_.string(),
                           "--data", data_.string(), "--drain-seconds", "0",
                           // The web services that its flows ask are played on loopback, too.
                           "--allow-private-network"};
        child.environment = {"TWILIO_AUTH_TOKEN=" + token_.reveal(),
                             "TWILIO_ACCOUNT_SID=" + simulation_.account_sid(),
                             "TWILIO_API_URL=" + simulation_.api_url(),
                             "PUBLIC_URL=" + url_,
                             "OPENAI_API_KEY=simulated",
                             "OPENAI_BASE_URL=" + simulation_.openai_url(),
                             "OPENAI_REALTIME_URL=" + simulation_.realtime_url()};
        // The user's own settings are not the demo's: only what any program needs goes along.
        for (const char* name : {"PATH", "HOME", "TMPDIR", "TZDIR", "LD_LIBRARY_PATH"})
            if (const char* value = std::getenv(name)) child.environment.push_back(std::string(name) + "=" + value);
        child.folder = folder_.path();
        child.log = log_;
        return child;
    }

    asio::awaitable<std::string> wait_until_ready() {
        net::HttpClient client;
        asio::steady_timer timer(co_await asio::this_coro::executor);
        auto until = std::chrono::steady_clock::now() + start_time;
        while (std::chrono::steady_clock::now() < until) {
            if (auto code = engine_->exit_code())
                co_return "the engine ended at its start with code " + std::to_string(*code) + ": " + last_line(log_);
            if (!StatusFile::read(data_).empty()) {
                net::ClientRequest request;
                request.url = url_ + "/readyz";
                request.allow_private = true;
                auto response = co_await client.send(std::move(request));
                engine_ready_ = response && response->status == 200;
                if (engine_ready_) co_return "";
            }
            timer.expires_after(look_every);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return "the engine was not ready within " + std::to_string(start_time.count()) + " s: " + last_line(log_);
    }

    // How to go on by oneself.
    void invite() const {
        auto program = typed(program_);
        sim::CallFacts facts{"CA" + core::random_token(16), simulation_.account_sid(), "+12025550149", "+15550100"};
        auto params = sim::call_params(facts, "ringing");
        auto webhook = url_ + "/twilio/voice";
        std::cout << "\nThe engine goes on until Ctrl-C. Meanwhile, in another terminal:\n\n"
                  << "  be the caller            " << program << " call concya --flows " << flows_.string() << '\n'
                  << "  edit a flow              $EDITOR " << (flows_ / "concya" / "flow.lua").string() << '\n'
                  << "  see which one is live    " << program << " flows --data " << data_.string() << '\n'
                  << "  test it                  " << program << " test --flows " << flows_.string() << '\n'
                  << "  read the engine's log    tail -f " << log_.string() << '\n'
                  << "  send a signed webhook    curl -H 'X-Twilio-Signature: " << sim::sign(token_, webhook, params)
                  << "' -d '" << sim::encode(params) << "' " << webhook << '\n'
                  << std::endl;
    }

    const DemoOptions& options_;
    core::TemporaryFolder folder_{"switchhook-demo"};
    const fs::path flows_ = folder_.path() / "flows";
    const fs::path data_ = folder_.path() / "data";
    const fs::path log_ = folder_.path() / "engine.log";
    const fs::path program_ = fs::read_symlink("/proc/self/exe");
    const std::uint16_t port_;
    const std::string url_;
    const core::Secret token_;
    std::unique_ptr<ChildProcess> engine_;
    bool engine_ready_ = false;
    Simulation simulation_;
};

int demo(const DemoOptions& options) {
    auto refuse = [](const std::string& problem) {
        std::cerr << "switchhook: " << problem << '\n';
        return unavailable;
    };
    if (!fs::is_directory(options.flows))
        return refuse("there is no folder `" + options.flows.string() +
                      "`: name the folder of your flows with --flows");
    if (!options.scenario.empty() && !fs::is_regular_file(options.scenario))
        return refuse("there is no scenario `" + options.scenario + "`");
    auto port = free_port(options.port);
    if (port == 0)
        return refuse("port " + std::to_string(options.port) + " is taken: name another, or none, with --port");
    try {
        return Demo(options, port).run();
    } catch (const std::exception& error) {
        return refuse(error.what());
    }
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<DemoOptions>();
    auto* cli = app.add_subcommand("demo", "Shows it all: an engine, a simulated carrier, and calls between them");
    cli->add_flag("--once", options->once, "Ends after the last call; exit code 1 if anything differed");
    cli->add_flag("--fast", options->fast, "Does not wait for readers");
    cli->add_flag("--voices", options->voices, "Speaks with espeak-ng's voice where that is installed, not in tones");
    cli->add_option("--flows", options->flows, "Folder with numbers.lua and a folder per business; it is copied")
        ->capture_default_str();
    cli->add_option("--scenario", options->scenario, "Plays this scenario instead");
    cli->add_option("--port", options->port, "Port on 127.0.0.1 for the engine; one that is free if not given");
    cli->footer("Nothing leaves this machine, no key is needed, and no file of yours is changed.\n");
    cli->callback([options, &exit_code] { exit_code = demo(*options); });
}

}  // namespace switchhook::app

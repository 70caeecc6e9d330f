#include "app/commands.hpp"
#include "app/engine.hpp"
#include "app/serve_options.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <functional>
#include <iostream>
#include <memory>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds look_every{50};

// Serves until SIGTERM or SIGINT, then until the last call has ended, its time is up, or a second signal comes.
// SIGHUP looks at the flows and the certificate again. Until it listens, a signal ends it at once, as any program.
void serve_until_told(const ServeOptions& options) {
    asio::io_context context;
    asio::signal_set signals(context);
    Engine engine(options, [&signals] {
        for (int signal : {SIGTERM, SIGINT, SIGHUP}) signals.add(signal);
    });
    asio::steady_timer timer(context);
    auto until = std::chrono::steady_clock::time_point::max();

    std::function<void(boost::system::error_code)> look = [&](boost::system::error_code) {
        if (engine.active_calls() == 0 || std::chrono::steady_clock::now() >= until) return context.stop();
        timer.expires_after(look_every);
        timer.async_wait(look);
    };
    std::function<void(boost::system::error_code, int)> told = [&](boost::system::error_code, int signal) {
        if (signal == SIGHUP) {
            engine.reload();
        } else if (until != std::chrono::steady_clock::time_point::max()) {
            return context.stop();
        } else {
            until = std::chrono::steady_clock::now() + options.drain;
            engine.drain();
            look({});
        }
        signals.async_wait(told);
    };
    signals.async_wait(told);
    context.run();
}

int serve(ServeOptions& options) {
    read_secrets(options);
    if (auto problem = options.problem(); !problem.empty()) {
        std::cerr << "switchhook: " << problem << '\n';
        return usage;
    }
    // A file that may not grow any more is a write that fails, as on a full disk: not the end of all calls.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        serve_until_told(options);
        return success;
    } catch (const std::invalid_argument& error) {
        std::cerr << "switchhook: " << error.what() << '\n';
        return usage;
    } catch (const std::exception& error) {
        std::cerr << "switchhook: " << error.what() << '\n';
        return unavailable;
    }
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
    auto* cli = app.add_subcommand("serve", "Answers calls: runs the engine until it is told to stop");
    auto options = std::make_shared<ServeOptions>();
    add_serve_options(*cli, *options);
    cli->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace switchhook::app

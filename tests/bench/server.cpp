#include "bench/server.hpp"

#include <charconv>
#include <sstream>
#include <thread>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The port that the log's line "listening" tells; 0 before there is one.
std::uint16_t port_told(const std::string& log) {
    auto line = log.find(" listening ");
    if (line == std::string::npos) return 0;
    line = log.find("127.0.0.1:", line);
    std::uint16_t port = 0;
    if (line != std::string::npos) std::from_chars(log.data() + line + 10, log.data() + log.size(), port);
    return port;
}

}  // namespace

Server::Server(const std::filesystem::path& flows, std::vector<std::pair<std::string, std::string>> environment,
               std::vector<std::string> more_arguments, std::filesystem::path data) {
    const auto log = folder_ / "log";
    if (data.empty()) data = folder_ / "data";
    std::vector<std::string> arguments{"serve",    "--listen",     "127.0.0.1:0", "--threads",   "1",
                                       "--flows",  flows.string(), "--data",      data.string(), "--public-url",
                                       public_url, "--max-calls",  "1000000",     "--log-level", "info"};
    arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
    environment.emplace_back("TWILIO_AUTH_TOKEN", auth_token);
    child_ = std::make_unique<Child>(engine_binary(), std::move(arguments), std::move(environment), log);
    const auto until = std::chrono::steady_clock::now() + 10s;
    while ((port_ = port_told(text_of(log))) == 0) {
        if (!child_->running() || std::chrono::steady_clock::now() > until)
            throw std::runtime_error("`switchhook serve` does not start:\n" + text_of(log));
        std::this_thread::sleep_for(5ms);
    }
}

sim::LoadOptions Server::load(sim::LoadOptions::Kind kind) const {
    sim::LoadOptions options;
    options.kind = kind;
    options.port = port_;
    options.public_url = public_url;
    options.auth_token = core::Secret(auth_token);
    options.to = menu_number;
    options.expected = "For plants, press 2.";
    return options;
}

void write_menu(const script::FlowsFolder& folder) {
    folder.write("numbers.lua", std::string("return { [\"") + menu_number + "\"] = \"menu\" }\n");
    folder.write("menu/flow.lua", menu_flow);
}

}  // namespace switchhook::bench

#include "app/commands.hpp"
#include "app/status_file.hpp"
#include "app/time_text.hpp"
#include "app/trial_text.hpp"
#include "core/json_text.hpp"
#include "net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>

namespace switchhook::app {
namespace {

using core::Json;

core::Result<net::Response> fetch(const std::string& url) {
    boost::asio::io_context context;
    net::HttpClient client;
    net::ClientRequest request;
    request.url = url;
    request.allow_private = true;
    request.max_body = std::size_t{64} << 20;
    std::optional<core::Result<net::Response>> response;
    boost::asio::co_spawn(context, client.send(std::move(request)),
                          [&](std::exception_ptr, core::Result<net::Response> r) { response = std::move(r); });
    context.run();
    return *response;
}

void print(const Json& numbers) {
    std::cout << std::left << std::setw(18) << "NUMBER" << std::setw(20) << "FLOW" << std::setw(14) << "VERSION"
              << std::setw(21) << "LIVE SINCE (UTC)"
              << "CALLS\n";
    for (const auto& number : numbers) {
        auto version = number.value("version", "");
        std::string calls;
        for (const auto& [on, count] : number["calls"].items())
            calls += (calls.empty() ? "" : ", ") + count.dump() + (on == version ? "" : " on " + on);
        std::cout << std::left << std::setw(18) << number.value("number", "") << std::setw(20)
                  << number.value("flow", "") << std::setw(14) << (version.empty() ? "none" : version) << std::setw(21)
                  << (version.empty()
                          ? "-"
                          : time_text(core::Time(std::chrono::milliseconds(number.value("since", std::int64_t{0})))))
                  << (calls.empty() ? "0" : calls) << '\n';
        if (auto candidate = number.value("candidate", ""); !candidate.empty())
            std::cout << "    on trial: " << candidate << " for " << trial_text(number.value("percent", 0U)) << '\n';
        if (auto note = number.value("note", ""); !note.empty()) std::cout << "    not live: " << note << '\n';
        auto error = number.value("error", "");
        for (std::size_t at = 0; at < error.size();) {
            auto end = std::min(error.find('\n', at), error.size());
            std::cout << "    not live: " << error.substr(at, end - at) << '\n';
            at = end + 1;
        }
    }
}

int flows(const std::string& data, bool json) {
    auto url = StatusFile::read(data);
    if (url.empty()) {
        std::cerr << "switchhook: no engine runs with the data folder `" << data
                  << "`: start one with `switchhook serve`, or name its folder with --data\n";
        return unavailable;
    }
    auto response = fetch(url);
    if (!response || response->status != 200) {
        std::cerr << "switchhook: the engine of the data folder `" << data << "` does not answer ("
                  << (response ? "status " + std::to_string(response->status) : response.error().message())
                  << "): it may have ended without cleaning up\n";
        return unavailable;
    }
    auto numbers = Json::parse(response->body);
    if (json)
        std::cout << core::dump(numbers, 2) << '\n';
    else
        print(numbers);
    return success;
}

}  // namespace

void add_flows(CLI::App& app, int& exit_code) {
    struct Options {
        std::string data = "data";
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* cli = app.add_subcommand("flows", "Asks a running engine which number runs which version of which flow");
    cli->add_option("--data", options->data, "The data folder of the running engine")
        ->envname("SWITCHHOOK_DATA")
        ->capture_default_str();
    cli->add_flag("--json", options->json, "Prints JSON");
    cli->footer("Phone numbers are shown whole: this speaks to the engine's own operator.\n");
    cli->callback([options, &exit_code] { exit_code = flows(options->data, options->json); });
}

}  // namespace switchhook::app

#pragma once

#include "core/ask.hpp"
#include "net/http_client.hpp"
#include "script/flow.hpp"
#include "sim/assistants.hpp"
#include "sim/carrier.hpp"
#include "sim/web_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// Runs a scenario (scripts/scenario.lua) against an engine on a socket, and tells it line by line as it happens.
class Scenario {
public:
    struct Options {
        script::Source source;
        // The folder that edit{} may write in; empty: no edits.
        std::filesystem::path flows;
        // Answers which number runs what: a list of {number, version, error}, bare or under "numbers".
        std::string status_url;
        std::function<void(std::string_view)> print;
        // Those who play the model that the engine talks to; none: the scenario has none. Their sockets belong to
        // whoever serves the model, and do not outlive that here.
        std::weak_ptr<Assistants> assistants = {};
        WebServer* web = nullptr;  // takes the flows' requests; null: the scenario has none
        // Where the engine was started for the scenario: ends it as `kill -9` does, and starts it again. The second
        // returns once it serves, with the new status URL; it throws std::runtime_error where it does not.
        std::function<void()> kill_engine = {};
        std::function<boost::asio::awaitable<std::string>()> start_engine = {};
    };

    // `carrier` outlives the scenario, and runs on the same executor; so does `options.web`.
    Scenario(Carrier& carrier, Options options);

    // Runs to the end. Empty if everything was as told; otherwise "demo.lua:12: expected the caller to hear …".
    boost::asio::awaitable<std::string> run();

    // Prints an event of a call; for Carrier::Options::on_event.
    void show(const CarrierCall& call, const CallEvent& event);

private:
    boost::asio::awaitable<core::Answer> perform(core::Ask ask);
    boost::asio::awaitable<core::Answer> perform_on_call(core::Ask ask, CarrierCall& call);
    boost::asio::awaitable<core::Answer> perform_as_assistant(core::Ask ask);
    boost::asio::awaitable<core::Answer> start_call(core::Json options);
    StreamFaults stream_faults(const core::Json& options);
    boost::asio::awaitable<core::Answer> send_text(core::Json options);
    boost::asio::awaitable<core::Answer> status();
    boost::asio::awaitable<core::Answer> perform_on_engine(std::string kind);
    core::Answer edit(const core::Json& options);
    core::Answer perform_on_web(const std::string& kind, const core::Json& options);
    void record(CarrierCall& call, const std::filesystem::path& file);
    void print(const std::string& line);
    void end_transcripts();
    void tell_note(const std::string& text, const std::string& number);
    void note_names(const core::Json& options);
    std::string name_of(const std::string& number) const;

    Carrier& carrier_;
    Options options_;
    net::HttpClient client_;
    std::map<std::string, std::string> names_;  // number → what the transcript calls it

    // What is printed while a recorded call goes on.
    struct Transcript {
        const CarrierCall* call;
        std::ofstream file;
    };
    std::vector<Transcript> transcripts_;
};

}  // namespace switchhook::sim

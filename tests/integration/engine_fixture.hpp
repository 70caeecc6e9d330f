#pragma once

#include "awaited.hpp"
#include "integration/child_process.hpp"
#include "net/form.hpp"
#include "net/http_client.hpp"
#include "script/flows_folder.hpp"
#include "sim/signing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <regex>

namespace switchhook::tests {

// A running engine with a flows folder, a data folder and a port of its own.
class EngineTest : public ::testing::Test {
protected:
    static constexpr const char* token = "1f4d0a7be2c95d3386a0b1c2d3e4f567";
    static constexpr const char* caller = "+15551230147";
    static constexpr const char* number = "+15550100";

    void SetUp() override {
        flow("flows/numbers.lua", "return { ['+15550100'] = 'shop' }");
        flow("flows/shop/flow.lua", greeting("Hello"));
    }

    // What no engine may log, whatever it went through.
    void TearDown() override {
        if (!engine) return;
        auto log = engine->err() + engine->out();
        EXPECT_EQ(log.find(token), std::string::npos) << log;
        EXPECT_FALSE(std::regex_search(log, std::regex("\\+[0-9]{7,15}"))) << log;
        EXPECT_EQ(log.find("5551230147"), std::string::npos) << log;
    }

    // A flow that greets and waits for a key.
    static std::string greeting(const std::string& words) {
        return "return { fallback = { dial = '+15550190' }, on_call = function(call)\n"
               "  local choice = call:gather { say = '" +
               words +
               "', digits = 1 }\n"
               "  call:say('" +
               words + ", you pressed ' .. (choice and choice.digits or 'nothing'))\nend }\n";
    }

    // Writes a file of the test's folder, as an editor would.
    void flow(const std::string& path, const std::string& text) const { folder.write(path, text); }

    void start_serving(const std::vector<std::string>& more = {}, bool with_token = true) {
        std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0", "--threads", "2"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        if (with_token) environment["TWILIO_AUTH_TOKEN"] = token;
        std::filesystem::remove(folder / "data/engine.json");  // of one that was killed
        engine = std::make_unique<ChildProcess>(arguments, folder.root(), environment);
    }

    // Starts it, and waits until it serves.
    void serve(const std::vector<std::string>& more = {}, bool with_token = true) {
        start_serving(more, with_token);
        origin = origin_of(*engine);
        ASSERT_FALSE(origin.empty()) << engine->err();
        port = std::stoi(origin.substr(origin.rfind(':') + 1));
        ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "data/engine.json"); }));
    }

    // Another engine on the same database, with the folder `second` as its own.
    std::unique_ptr<ChildProcess> start_second(const std::string& store) const {
        std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0", "--threads", "1", "--store", store};
        return std::make_unique<ChildProcess>(std::move(arguments), folder / "second", environment);
    }

    // Where an engine listens, once it does: "http://127.0.0.1:40123". Empty where it ends instead.
    static std::string origin_of(ChildProcess& process) {
        static const std::regex listening("listening url=(https?://127\\.0\\.0\\.1:[0-9]+)");
        std::smatch match;
        std::string log;
        const bool known = eventually([&] {
            log = process.err();
            return std::regex_search(log, match, listening) || process.ended();
        });
        EXPECT_TRUE(known) << log;
        return match.empty() ? std::string() : match[1].str();
    }

    std::string url(const std::string& path) const { return origin + path; }

    net::Response send(net::ClientRequest request) {
        request.allow_private = true;
        auto response = run(context, client.send(std::move(request)));
        if (!response) throw std::runtime_error("no response: " + response.error().message());
        return *response;
    }
    net::Response get(const std::string& path) {
        net::ClientRequest request;
        request.url = url(path);
        return send(std::move(request));
    }

    static net::Form call_form(const std::string& sid, net::Form more = {}) {
        net::Form form{
            {"CallSid", sid}, {"AccountSid", "AC00000000000000000000000000000001"}, {"From", caller}, {"To", number}};
        for (const auto& [key, value] : more) form.add(key, value);
        return form;
    }

    // A webhook as Twilio signs it.
    net::ClientRequest signed_request(const std::string& path, const net::Form& form) const {
        net::ClientRequest request;
        request.method = "POST";
        request.url = url(path);
        request.body = net::encode_form(form);
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.headers.set("X-Twilio-Signature",
                            sim::sign(core::Secret(token), request.url, sim::Params(form.begin(), form.end())));
        return request;
    }
    std::string post(const std::string& path, const net::Form& form) {
        auto response = send(signed_request(path, form));
        EXPECT_EQ(response.status, 200) << response.body;
        return response.body;
    }

    static std::string sid(int n) {
        auto digits = std::to_string(n);
        return "CA" + std::string(32 - digits.size(), '0') + digits;
    }
    std::string ring(int n) { return post("/twilio/voice", call_form(sid(n), {{"CallStatus", "ringing"}})); }
    std::string press(int n, int turn, const std::string& digits) { return press_at(n, std::to_string(turn), digits); }
    // `where`: "turn/step", as a document names it to an engine that may not know the call.
    std::string press_at(int n, const std::string& where, const std::string& digits) {
        return post("/twilio/continue/" + where,
                    call_form(sid(n), {{"CallStatus", "in-progress"}, {"Digits", digits}}));
    }
    void end(int n) { post("/twilio/status", call_form(sid(n), {{"CallStatus", "completed"}})); }

    // One run of another subcommand in the test's folder.
    struct Ran {
        int exit_code;
        std::string out;
        std::string err;
    };
    Ran run_switchhook(std::vector<std::string> arguments, const std::string& input = "") const {
        auto directory = folder / "run";
        std::filesystem::create_directories(directory);
        std::ofstream(directory / "stdin.txt") << input;
        for (const char* linked : {"flows", "data"})
            if (!std::filesystem::exists(std::filesystem::symlink_status(directory / linked)))
                std::filesystem::create_directory_symlink(folder / linked, directory / linked);
        ChildProcess child(std::move(arguments), directory, {}, directory / "stdin.txt");
        auto code = child.exit_code();
        return {code, child.out(), child.err()};
    }

    script::FlowsFolder folder;
    boost::asio::io_context context;
    net::HttpClient client;
    std::map<std::string, std::string> environment;  // of the engine
    std::unique_ptr<ChildProcess> engine;
    std::string origin;  // "http://127.0.0.1:40123"
    int port = 0;
};

}  // namespace switchhook::tests

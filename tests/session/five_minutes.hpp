#pragma once

#include "net/http_server.hpp"
#include "net/workers.hpp"
#include "session/call_session.hpp"
#include "session/conversation_fixture.hpp"
#include "store/sqlite_store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace switchhook::session {

// Calls of five minutes, kept in a SQLite file: a guest talks with an assistant about a table, thirty times back and
// forth at the pace of speech. Six times the assistant uses a tool, which asks the restaurant's web server.
class FiveMinutes : World {
public:
    static constexpr int exchanges = 30;  // of ten seconds each
    static constexpr int tools = 6;

    explicit FiveMinutes(const std::filesystem::path& folder) : folder_(folder) {}

    // Holds this many calls, one after the other. Gives the bytes by which each made the file grow. REQUIRES: runs
    // where flows may run.
    double bytes_of_each(int calls) {
        const auto before = size_of_file();
        {
            store::SqliteFile file(folder_, lines.log);
            store::SqliteStore kept(file, clock);
            for (int n = 0; n < calls; ++n) hold(kept, "CA" + std::string(30, '0') + std::to_string(10 + n));
        }
        return static_cast<double>(size_of_file() - before) / calls;
    }

private:
    struct Line final : core::CallPort {
        Line(Telephone& t, const core::Clock& c) : telephone(t), clock(c) {}
        boost::asio::awaitable<core::Answer> perform(const core::Ask&) override {
            co_return core::Answer::of(nullptr, clock.now());
        }
        boost::asio::awaitable<core::Result<std::unique_ptr<core::AudioLeg>>> connect_audio(const core::Ask&) override {
            co_return std::make_unique<TelephoneLeg>(telephone);
        }
        void finish() override { over_ = true; }
        bool ended() const override { return over_; }
        boost::asio::awaitable<void> over() override { co_return; }

        Telephone& telephone;
        const core::Clock& clock;
        bool over_ = false;
    };

    void hold(core::Store& kept, const std::string& sid) {
        at_ = 0;
        Telephone telephone;
        Model model;
        OneModel models(model);
        Line line(telephone, clock);
        auto info = script::test_call();
        info.id = sid;
        info.started = clock.now();
        auto flow = live_flow(restaurant());
        Surroundings with{services_, kept, clock, lines.log, metrics, {}, &models};
        if (!tests::run(context, kept.open_call({info, flow->flow->name(), flow->flow->version()})))
            throw std::runtime_error("the call is not kept");
        CallSession session(info, flow, line, with);
        tests::Awaited<bool> over(context, tests::finished(session.run()));
        tests::run_ready(context);
        for (int n = 1; n <= exchanges; ++n) exchange(model, n);
        model.does.send(core::AgentPort::ToolCall{"call_end", "hangup", "{}"});
        model.does.send(core::AgentPort::Idle{});
        tests::wait_for(context, over);
    }

    // The guest says something, the assistant looks something up now and then, and answers.
    void exchange(Model& model, int n) {
        const bool uses_tool = n % (exchanges / tools) == 0;
        const auto id = "call_" + std::to_string(n) + "aBcDeFgHiJkLmNoP";
        model.does.send(core::AgentPort::CallerSpeaks{});
        pass(std::chrono::seconds(4));
        add(model, "caller", "I would like a table for the weekend, if there is one by the window.", n);
        model.does.send(core::AgentPort::CallerPauses{});
        if (uses_tool) {
            const std::string arguments = R"({"day":"2026-03-07","time":"19:30","people":4,"where":"window"})";
            model.transcript.push_back(
                {{"tool", "find_table"}, {"call_id", id}, {"arguments", arguments}, {"at", at_}});
            model.does.send(core::AgentPort::ToolCall{id, "find_table", arguments});
            wait_until([&] { return told(model, "result " + id); });
            model.transcript.back()["result"] = tables().dump();
        }
        model.does.send(core::AgentPort::Speech{"item_" + std::to_string(n), std::string(160, '\xff')});
        model.does.send(core::AgentPort::SpeechDone{"item_" + std::to_string(n)});
        pass(std::chrono::seconds(6));
        add(model, "assistant",
            "On Saturday there is a table for four by the window at half past seven, and a quiet one in the corner at "
            "eight. Which of the two would you like?",
            n);
        model.does.send(core::AgentPort::Idle{});
        tests::run_ready(context);
    }
    void add(Model& model, const char* who, const std::string& text, int n) {
        model.transcript.push_back({{"who", who}, {"text", std::to_string(n) + ": " + text}, {"at", at_}});
    }
    void pass(std::chrono::seconds time) {
        tests::run_ready(context);
        clock.advance(time);
        at_ += static_cast<double>(time.count()) + 0.137;
    }
    static bool told(const Model& model, const std::string& what) {
        return std::any_of(model.log.begin(), model.log.end(),
                           [&](const std::string& entry) { return entry.starts_with(what); });
    }
    template <class Condition>
    void wait_until(Condition holds) {
        context.restart();
        for (auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10); !holds();) {
            if (std::chrono::steady_clock::now() >= limit) throw std::runtime_error("the tool gives no result");
            context.run_one_for(std::chrono::milliseconds(10));
        }
    }

    // What a booking system of that kind answers: half a kilobyte.
    static core::Json tables() {
        auto all = core::Json::array();
        for (const char* time : {"18:00", "19:30", "20:00", "21:15"})
            all.push_back({{"id", std::string("table-") + time},
                           {"time", time},
                           {"seats", 4},
                           {"where", "by the window"},
                           {"note", "no smoking, two hours"},
                           {"deposit", nullptr}});
        return {{"tables", all}};
    }
    std::string restaurant() const {
        return "local host = agent {\n"
               "  instructions = 'You are the host of Concya, a restaurant. Be brief and friendly.',\n"
               "  greeting = 'Concya, good evening! How can I help you?',\n"
               "  tools = { find_table = { about = 'Finds tables.',\n"
               "    params = { day = 'date', time = 'time', people = 'integer 1..12', where = 'string?' },\n"
               "    run = function(args)\n"
               "      return http.post('http://127.0.0.1:" +
               std::to_string(server_.port()) +
               "/tables', { json = args }).json\n"
               "    end }, agent.hangup },\n"
               "}\n"
               "return { on_call = function(call) call:converse(host) end }";
    }

    // Once everything is in the file itself.
    std::int64_t size_of_file() const {
        core::Log quiet({.level = core::LogLevel::off}, [](std::string_view) {});
        store::SqliteFile made(folder_, quiet);
        auto& database = made.writing();
        database.run("PRAGMA wal_checkpoint(TRUNCATE)");
        return database.number("PRAGMA page_size") *
               (database.number("PRAGMA page_count") - database.number("PRAGMA freelist_count"));
    }

    const std::filesystem::path folder_;
    net::Workers workers_{{.count = 1}};
    net::HttpServer server_{
        workers_,
        {},
        [](net::Request) -> boost::asio::awaitable<net::Response> { co_return net::json_response(200, tables()); },
        lines.log};
    Services services_{{.allow_private_network = true}, client, texts, store, clock, lines.log};
    double at_ = 0;  // s since the beginning
};

}  // namespace switchhook::session

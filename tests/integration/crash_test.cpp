#include "integration/bookings.hpp"
#include "integration/engine_fixture.hpp"
#include "sim/carrier.hpp"
#include "store/postgres_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <random>
#include <set>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

namespace asio = boost::asio;

// Every way in which a call waits for somebody: keys, a recording, a person who is dialled, a slow server.
constexpr const char* office = R"(
return {
  fallback = { say = "This is the fallback." },
  on_call = function(call)
    local choice = call:gather { say = "Office. Choose.", digits = 1, timeout = 60 }.digits
    if choice == "1" then
      local keys = ""
      for turn = 1, 5 do
        call:say("So far " .. #keys)
        keys = keys .. call:gather { say = "Key " .. turn, digits = 1, timeout = 60 }.digits
      end
      call:say("You pressed " .. keys)
    elseif choice == "2" then
      call:say("After the tone")
      call:say("Recorded " .. call:record { max_length = 60 }.seconds)
    elseif choice == "3" then
      local outcome, why = call:dial { to = { "+15550199" } }
      call:say("Dialled: " .. (why or outcome.status))
    else
      for turn = 1, 3 do
        call:say("One moment " .. turn)
        local reply = http.post(call.settings.server .. "/book", { json = { call = call.sid, turn = turn } })
        call:say("Booked " .. reply.json.number)
        call:gather { say = "Go on?", digits = 1, timeout = 60 }
      end
    end
    call:gather { say = "Anything else?", digits = 1, timeout = 60 }
    call:say("Goodbye from " .. call.settings.server:sub(1, 4))
  end,
  on_call_ended = function(call, summary)
    http.post(call.settings.server .. "/ended", { json = { call = call.sid, turn = 0 } })
  end,
})";

class Crash : public EngineTest {
protected:
    static constexpr const char* origin = "https://voice.example.com";
    static constexpr unsigned seed = 20261121;

    void SetUp() override {
        EngineTest::SetUp();
        flow("flows/numbers.lua",
             "return { ['+15550100'] = { flow = 'office', settings = { server = '" + bookings_.url() + "' } } }");
        flow("flows/office/flow.lua", office);
        environment["TWILIO_AUTH_TOKEN"] = token;
        environment["PUBLIC_URL"] = origin;
    }

    // Engines share a flows folder, and a database where there is one; each has a port of its own that it keeps.
    struct Node {
        int port = 0;
        std::unique_ptr<ChildProcess> process;
    };
    void start(Node& node, std::size_t name, std::vector<std::string> more) {
        auto directory = folder / ("node" + std::to_string(name));
        std::filesystem::create_directories(directory);
        std::vector<std::string> arguments{"serve",    "--threads",
                                           "1",        "--allow-private-network",
                                           "--flows",  (folder / "flows").string(),
                                           "--listen", "127.0.0.1:" + std::to_string(node.port)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        node.process = std::make_unique<ChildProcess>(arguments, directory, environment);
        static const std::regex listening("listening url=http://127\\.0\\.0\\.1:([0-9]+)");
        std::smatch match;
        std::string log;
        ASSERT_TRUE(eventually([&] {
            log = node.process->err();
            return std::regex_search(log, match, listening) || node.process->ended();
        }));
        ASSERT_FALSE(match.empty()) << log;
        node.port = std::stoi(match[1]);
    }

    // What each caller has heard, by its number.
    using Heard = std::map<int, std::vector<std::string>>;

    asio::awaitable<void> be_a_caller(sim::Carrier& carrier, int n, Heard& heard) {
        std::minstd_rand random(seed + static_cast<unsigned>(n));
        asio::steady_timer timer(co_await asio::this_coro::executor);
        auto think = [&](int most) {
            timer.expires_after(std::chrono::milliseconds(random() % static_cast<unsigned>(most)));
            return timer.async_wait(asio::use_awaitable);
        };
        co_await think(3'000);
        auto* call = co_await carrier.place_call("+1555200" + std::to_string(1000 + n), number);
        for (bool first = true; call->over().empty(); first = false) {
            co_await think(700);
            auto& player = call->player();
            const auto& need = player.need();
            if (std::holds_alternative<sim::Gathering>(need))
                player.press(first ? std::to_string(1 + n % 4) : std::to_string(random() % 10));
            else if (std::holds_alternative<sim::Recording>(need))
                player.record(std::chrono::seconds(1 + n % 7));
            else if (std::holds_alternative<sim::Ringing>(need))
                player.callee(0, n % 8 == 2 ? "busy" : "answered");
            else if (std::holds_alternative<sim::Bridged>(need))
                player.bridge_ends(std::chrono::seconds(5));
            else
                player.hang_up();
            co_await call->settle();
        }
        heard[n] = call->heard();
    }

    sim::Carrier::Options carrier_options(const std::vector<Node>& nodes) {
        sim::Carrier::Options options;
        options.webhooks.auth_token = core::Secret(token);
        options.webhooks.public_origin = origin;
        options.webhooks.local_origin = url_of(nodes[0]);
        for (std::size_t i = 1; i < nodes.size(); ++i) options.webhooks.more_origins.push_back(url_of(nodes[i]));
        options.webhooks.patience = std::chrono::seconds(10);
        options.settings.voice_url = std::string(origin) + "/twilio/voice";
        options.settings.status_callback = std::string(origin) + "/twilio/status";
        return options;
    }
    static std::string url_of(const Node& node) { return "http://127.0.0.1:" + std::to_string(node.port); }

    // Has `count` people call while `trouble` is at work, and gives what they heard.
    Heard callers(const std::vector<Node>& nodes, int count, const std::function<void()>& trouble) {
        sim::Carrier carrier(carrier_options(nodes));
        Heard heard;
        std::vector<std::future<void>> calls;
        for (int n = 0; n < count; ++n)
            calls.push_back(asio::co_spawn(workers_.executor(0), be_a_caller(carrier, n, heard), asio::use_future));
        trouble();
        for (auto& call : calls) call.get();
        return heard;
    }

    static std::vector<std::string> expected(int n) {
        std::minstd_rand random(seed + static_cast<unsigned>(n));
        auto think = [&] { random(); };
        think();
        std::vector<std::string> heard{"Office. Choose."};
        think();
        if (n % 4 == 0) {
            std::string keys;
            for (int turn = 1; turn <= 5; ++turn) {
                heard.push_back("So far " + std::to_string(keys.size()));
                heard.push_back("Key " + std::to_string(turn));
                think();
                keys += std::to_string(random() % 10);
            }
            heard.push_back("You pressed " + keys);
        } else if (n % 4 == 1) {
            heard.push_back("After the tone");
            heard.push_back("Recorded " + std::to_string(1 + n % 7));
        } else if (n % 4 == 2) {
            heard.push_back(n % 8 == 2 ? "Dialled: busy" : "Dialled: completed");
        } else {
            for (int turn = 1; turn <= 3; ++turn) {
                heard.push_back("One moment " + std::to_string(turn));
                heard.push_back("Booked " + std::to_string(turn));
                heard.push_back("Go on?");
            }
        }
        heard.push_back("Anything else?");
        heard.push_back("Goodbye from http");
        return heard;
    }

    void expect_all_heard(const Heard& heard, int count) {
        for (int n = 0; n < count; ++n) {
            ASSERT_TRUE(heard.contains(n)) << n;
            EXPECT_EQ(heard.at(n), expected(n)) << "caller " << n;
        }
    }
    // Every booking was asked for under one key, however often, and always with the same words; and every call's end
    // was told, though whoever was to tell it may have been killed.
    void expect_bookings(int count) {
        auto all = static_cast<std::size_t>(count);
        for (int i = 0; i < 3 && bookings_.calls_ended() < all; ++i)
            eventually([&] { return bookings_.calls_ended() >= all; });
        EXPECT_EQ(bookings_.calls_ended(), all);
        auto keys = bookings_.by_key();
        std::set<std::string> bodies;
        for (const auto& [key, asked] : keys) {
            EXPECT_EQ(asked.size(), 1U) << key;
            bodies.insert(asked.begin(), asked.end());
        }
        int booking = 0;
        for (int n = 0; n < count; ++n) booking += n % 4 == 3 ? 3 : 0;
        EXPECT_EQ(static_cast<int>(keys.size()), booking);
        EXPECT_EQ(static_cast<int>(bodies.size()), booking);
    }

    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    Bookings bookings_{workers_, log_};
};

}  // namespace

TEST_F(Crash, OfTheEngineInTheMiddleOfAHundredCallsLosesNoneOfThem) {
    constexpr int calls = 100, kills = 20;
    std::vector<Node> nodes(1);
    start(nodes[0], 0, {});
    std::string log;
    auto heard = callers(nodes, calls, [&] {
        std::minstd_rand random(seed);
        for (int kill = 0; kill < kills; ++kill) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 300));
            log += nodes[0].process->err();
            nodes[0].process.reset();  // kill -9
            start(nodes[0], 0, {});
        }
    });
    expect_all_heard(heard, calls);
    expect_bookings(calls);
    log += nodes[0].process->err();
    EXPECT_TRUE(log.find("call rebuilt from its journal") != std::string::npos);
    EXPECT_EQ(log.find("cannot be rebuilt"), std::string::npos);
}

TEST_F(Crash, OfOneOfTwoEnginesOnOneDatabaseLosesNoCall) {
    constexpr int calls = 100, kills = 20;
    PostgresServer postgres;
    std::vector<Node> nodes(2);
    start(nodes[0], 0, {"--store", postgres.uri()});
    start(nodes[1], 1, {"--store", postgres.uri()});
    auto heard = callers(nodes, calls, [&] {
        std::minstd_rand random(seed);
        for (int kill = 0; kill < kills; ++kill) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 300));
            auto& node = nodes[random() % 2];
            node.process.reset();
            start(node, &node - nodes.data(), {"--store", postgres.uri()});
        }
    });
    expect_all_heard(heard, calls);
    expect_bookings(calls);
}

TEST_F(Crash, DoesNotMatterToEnginesThatTakeTurns) {
    constexpr int calls = 60;
    PostgresServer postgres;
    std::vector<Node> nodes(2);
    start(nodes[0], 0, {"--store", postgres.uri()});
    start(nodes[1], 1, {"--store", postgres.uri()});
    auto heard = callers(nodes, calls, [] {});
    expect_all_heard(heard, calls);
    expect_bookings(calls);
}

#include "integration/bookings.hpp"
#include "integration/engine_fixture.hpp"
#include "integration/hosts.hpp"
#include "sim/carrier.hpp"
#include "sim/carrier_api.hpp"
#include "sim/stream_verbs.hpp"
#include "store/postgres_server.hpp"
#include "store/storage.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <atomic>
#include <random>
#include <set>
#include <tuple>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace asio = boost::asio;

// Every way in which a call waits for somebody: keys (each of which is counted), a recording, a person who is dialled,
// a slow server, an assistant and its tools, the carrier that takes its texts.
constexpr const char* office = R"(
local function server(call) return call.settings.server end
local function book(call, turn)
  return http.post(server(call) .. "/book", { json = { call = call.sid, turn = turn } }).json.number
end
local function text(to, body) return sms.send { to = to, body = body } and "sent" or "not sent" end
local function promise(to, body) sms.send { to = to, body = body, later = true } end

local host = agent {
  instructions = "You are the host of an office.",
  greeting = "Office, good morning.",
  silence = false,
  tools = {
    book = {
      about = "Books.",
      params = { turn = "integer" },
      run = function(args, call) return { number = book(call, args.turn) } end,
    },
    agent.hangup,
  },
}

local choices = {
  ["1"] = function(call)
    local keys = ""
    for turn = 1, 5 do
      call:say("So far " .. #keys)
      keys = keys .. call:gather { say = "Key " .. turn, digits = 1, timeout = 60 }.digits
      kv.increment("keys pressed")
      assert(kv.compare_and_set("key " .. turn .. " of " .. call.sid, nil, true), "somebody else took it")
    end
    call:say("You pressed " .. keys)
  end,
  ["2"] = function(call)
    call:say("After the tone")
    call:say("Recorded " .. call:record { max_length = 60 }.seconds)
  end,
  ["3"] = function(call)
    local outcome, why = call:dial { to = { "+15550199" } }
    call:say("Dialled: " .. (why or outcome.status))
  end,
  ["4"] = function(call)
    for turn = 1, 3 do
      call:say("One moment " .. turn)
      call:say("Booked " .. book(call, turn))
      call:gather { say = "Go on?", digits = 1, timeout = 60 }
    end
  end,
  ["5"] = function(call)
    call:say("We talked: " .. call:converse(host).reason)
  end,
  ["6"] = function(call)
    for turn = 1, 3 do
      call:say("Text " .. turn .. " " .. text(call.from, "Text " .. turn .. " of " .. call.sid))
      promise(call.from, "Promise " .. turn .. " of " .. call.sid)
      call:gather { say = "Go on?", digits = 1, timeout = 60 }
    end
  end,
}

return {
  fallback = { say = "This is the fallback." },
  on_call = function(call)
    choices[call:gather { say = "Office. Choose.", digits = 1, timeout = 60 }.digits](call)
    call:gather { say = "Anything else?", digits = 1, timeout = 60 }
    call:say("Goodbye from " .. server(call):sub(1, 4))
  end,
  on_call_ended = function(call)
    http.post(server(call) .. "/ended", { json = { call = call.sid, turn = 0 } })
  end,
  on_message = function(message)
    local number = book(message, 1)
    text(message.from, "Text for " .. message.body)
    promise(message.from, "Promise for " .. message.body)
    return "Number " .. number .. " for " .. message.body
  end,
})";

// How a call goes, by the key that its caller presses first.
enum Choice { keys, recording, dialling, waiting, conversing, texting, choices };

class Crash : public EngineTest {
protected:
    static constexpr const char* origin = "https://voice.example.com";
    static constexpr unsigned seed = 20261121;

    // Engines share a flows folder, and a database where there is one; each has a port of its own that it keeps.
    struct Node {
        int port = 0;
        std::unique_ptr<ChildProcess> process;
    };

    void SetUp() override {
        EngineTest::SetUp();
        flow("flows/numbers.lua",
             "return { ['+15550100'] = { flow = 'office', settings = { server = '" + bookings_.url() + "' } } }");
        flow("flows/office/flow.lua", office);
        environment["TWILIO_AUTH_TOKEN"] = token;
        environment["PUBLIC_URL"] = origin;
        environment["OPENAI_API_KEY"] = "sk-simulated";
        environment["OPENAI_REALTIME_URL"] = hosts_.server().realtime_url();
        environment["OPENAI_BASE_URL"] = hosts_.server().base_url();
    }

    void TearDown() override {
        asio::co_spawn(workers_.executor(0), carrier_->stop(), asio::use_future).get();
        EngineTest::TearDown();
    }

    // The carrier, which has to be told where the engines are, as these have to be told where it is.
    void open_carrier(std::vector<Node>& nodes) {
        for (auto& node : nodes) node.port = free_port();
        carrier_.emplace(carrier_options(nodes));
        api_.emplace(*carrier_, workers_, log_);
        environment["TWILIO_ACCOUNT_SID"] = carrier_->options().account_sid;
        environment["TWILIO_API_URL"] = api_->url();
    }

    void start(Node& node, std::size_t name, std::vector<std::string> more) {
        auto directory = folder / ("node" + std::to_string(name));
        std::filesystem::create_directories(directory);
        std::vector<std::string> arguments{"serve",
                                           "--threads",
                                           "1",
                                           "--allow-private-network",
                                           "--flows",
                                           (folder / "flows").string(),
                                           "--listen",
                                           "127.0.0.1:" + std::to_string(node.port),
                                           "--stream-url",
                                           stream_origin(name)};
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

    static int free_port() {
        asio::io_context some;
        return asio::ip::tcp::acceptor(some, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
    }
    static std::string url_of(const Node& node) { return "http://127.0.0.1:" + std::to_string(node.port); }
    static std::string stream_origin(std::size_t node) {
        return "https://voice-" + std::to_string(node) + ".example.com";
    }

    // What each caller has heard, by its number; and the replies to each text.
    using Heard = std::map<int, std::vector<std::string>>;

    asio::awaitable<void> be_a_caller(int n) {
        std::minstd_rand random(seed + static_cast<unsigned>(n));
        asio::steady_timer timer(co_await asio::this_coro::executor);
        auto think = [&](int most) {
            timer.expires_after(std::chrono::milliseconds(random() % static_cast<unsigned>(most)));
            return timer.async_wait(asio::use_awaitable);
        };
        co_await think(calls_begin_within);
        auto* call = co_await carrier_->place_call("+1555200" + std::to_string(1000 + n), number);
        sids_[n] = call->facts().sid;
        for (bool first = true; call->over().empty();) {
            auto& player = call->player();
            const auto& need = player.need();
            if (std::holds_alternative<sim::Fetch>(need) || std::holds_alternative<sim::Streaming>(need)) {
                co_await talk(*call);
                continue;
            }
            co_await think(700);
            if (std::holds_alternative<sim::Gathering>(need))
                player.press(first ? std::to_string(1 + n % choices) : std::to_string(random() % 10));
            else if (std::holds_alternative<sim::Recording>(need))
                player.record(std::chrono::seconds(1 + n % 7));
            else if (std::holds_alternative<sim::Ringing>(need))
                player.callee(0, n % 4 == 0 ? "busy" : "answered");
            else if (std::holds_alternative<sim::Bridged>(need))
                player.bridge_ends(std::chrono::seconds(5));
            else
                player.hang_up();
            first = false;
            co_await call->settle();
        }
        heard_[n] = call->heard();
    }

    // Listens to the assistant and says something, while the call is in a stream; else lets a moment pass.
    static asio::awaitable<void> talk(sim::CarrierCall& call) {
        core::Json nothing, words{{"text", "Yes, please"}};
        if (call.streams().client()) std::ignore = co_await sim::perform_in_stream(call, "stream_hear", nothing);
        if (call.streams().client()) std::ignore = co_await sim::perform_in_stream(call, "stream_say", words);
        asio::steady_timer moment(co_await asio::this_coro::executor, std::chrono::milliseconds(10));
        co_await moment.async_wait(asio::use_awaitable);
    }

    asio::awaitable<void> be_a_texter(int n) {
        std::minstd_rand random(seed + static_cast<unsigned>(n));
        asio::steady_timer timer(co_await asio::this_coro::executor,
                                 std::chrono::milliseconds(random() % unsigned{calls_begin_within}));
        co_await timer.async_wait(asio::use_awaitable);
        auto from = "+1555300" + std::to_string(1000 + n);
        auto replies = co_await carrier_->send_text(from, number, "letter " + std::to_string(n));
        for (const auto& reply : replies) replied_[n].push_back(reply.body);
    }

    sim::Carrier::Options carrier_options(const std::vector<Node>& nodes) {
        sim::Carrier::Options options;
        options.webhooks.auth_token = core::Secret(token);
        options.webhooks.public_origin = origin;
        options.webhooks.local_origin = url_of(nodes[0]);
        for (std::size_t i = 1; i < nodes.size(); ++i) options.webhooks.more_origins.push_back(url_of(nodes[i]));
        options.webhooks.patience = std::chrono::seconds(30);
        options.on_event = [this](const sim::CarrierCall&, const sim::CallEvent&) { ++events_; };
        options.settings.voice_url = std::string(origin) + "/twilio/voice";
        options.settings.status_callback = std::string(origin) + "/twilio/status";
        options.settings.sms_url = std::string(origin) + "/twilio/sms";
        for (std::size_t i = 0; i < nodes.size(); ++i) options.stream_origins[stream_origin(i)] = url_of(nodes[i]);
        return options;
    }

    // Has people call and text while `trouble` is at work, and notes what they heard.
    void serve_all(const std::function<void()>& trouble) {
        std::vector<std::future<void>> all;
        auto begin = [&](asio::awaitable<void> work) {
            all.push_back(asio::co_spawn(workers_.executor(0), std::move(work), asio::use_future));
        };
        for (int n = 0; n < calls; ++n) begin(be_a_caller(n));
        for (int n = 0; n < texts; ++n) begin(be_a_texter(n));
        trouble();
        for (auto& one : all) one.get();
    }

    static std::vector<std::string> expected(int n) {
        std::minstd_rand random(seed + static_cast<unsigned>(n));
        auto think = [&] { random(); };
        think();
        std::vector<std::string> heard{"Office. Choose."};
        think();
        auto hear = [&](const std::string& text) { heard.push_back(text); };
        auto go_on = [&] {
            hear("Go on?");
            think();
            think();
        };
        if (n % choices == keys) {
            std::string pressed;
            for (int turn = 1; turn <= 5; ++turn) {
                hear("So far " + std::to_string(pressed.size()));
                hear("Key " + std::to_string(turn));
                think();
                pressed += std::to_string(random() % 10);
            }
            hear("You pressed " + pressed);
        } else if (n % choices == recording) {
            hear("After the tone");
            hear("Recorded " + std::to_string(1 + n % 7));
        } else if (n % choices == dialling) {
            hear(n % 4 == 0 ? "Dialled: busy" : "Dialled: completed");
        } else if (n % choices == conversing) {
            hear("We talked: finished");
        } else {
            for (int turn = 1; turn <= 3; ++turn) {
                const auto nth = std::to_string(turn);
                if (n % choices == waiting) hear("One moment " + nth);
                hear(n % choices == waiting ? "Booked " + nth : "Text " + nth + " sent");
                go_on();
            }
        }
        hear("Anything else?");
        hear("Goodbye from http");
        return heard;
    }

    void expect_all_heard() {
        for (int n = 0; n < calls; ++n) EXPECT_EQ(heard_[n], expected(n)) << "caller " << n;
        for (int n = 0; n < texts; ++n)
            EXPECT_THAT(replied_[n], testing::ElementsAre("Number 1 for letter " + std::to_string(n)));
    }
    // Looks until it holds, for half a minute at most: what an engine had claimed that was killed comes a little later.
    static bool in_time(const std::function<bool()>& holds) {
        return eventually(holds) || eventually(holds) || eventually(holds);
    }
    // Every booking was asked for under one key, however often, and always with the same words; and every call's end
    // was told, though whoever was to tell it may have been killed.
    void expect_bookings() {
        in_time([&] { return bookings_.calls_ended() >= calls; });
        EXPECT_EQ(bookings_.calls_ended(), std::size_t{calls});
        auto by_key = bookings_.by_key();
        std::set<std::string> bodies;
        for (const auto& [key, asked] : by_key) {
            EXPECT_EQ(asked.size(), 1U) << key;
            bodies.insert(asked.begin(), asked.end());
        }
        int wanted = texts;
        for (int n = 0; n < calls; ++n)
            wanted += n % choices == waiting ? 3 : n % choices == conversing ? Hosts::bookings : 0;
        EXPECT_EQ(static_cast<int>(by_key.size()), wanted);
        EXPECT_EQ(static_cast<int>(bodies.size()), wanted);
    }
    // Every text was sent, and none twice.
    void expect_texts() {
        std::size_t wanted = std::size_t{2} * texts;
        for (int n = 0; n < calls; ++n) wanted += n % choices == texting ? 6 : 0;
        in_time([&] { return sent_texts().size() >= wanted; });
        auto sent = sent_texts();
        std::map<std::string, int> times;
        std::set<std::string> keys_of_them;
        for (const auto& text : sent) {
            ++times[text.to + " " + text.body];
            keys_of_them.insert(text.idempotency_key);
        }
        for (const auto& [text, count] : times) EXPECT_EQ(count, 1) << text;
        EXPECT_EQ(times.size(), wanted);
        EXPECT_EQ(keys_of_them.size(), wanted);
    }
    std::vector<sim::TextMessage> sent_texts() {
        auto look = [&]() -> asio::awaitable<std::vector<sim::TextMessage>> { co_return carrier_->sent_texts(); };
        return asio::co_spawn(workers_.executor(0), look(), asio::use_future).get();
    }
    // Every call is in the store to its end, with each answer that it got.
    void expect_journals(core::Store& store) {
        constexpr std::array<std::size_t, choices> answers{17, 3, 3, 8, 0, 17};  // of on_call; of a conversation: some
        constexpr std::uint32_t told = 200'001;                                  // the answer of on_call_ended
        for (int n = 0; n < calls; ++n) {
            auto journal = [&] { return run(context, store.journal(sids_[n])).value(); };
            EXPECT_TRUE(in_time([&] { return !journal().empty() && journal().back().seq == told; })) << sids_[n];
            if (n % choices != conversing) {
                EXPECT_EQ(journal().size(), answers.at(n % choices) + 1) << "caller " << n;
            }
            auto record = run(context, store.find_call(sids_[n])).value();
            ASSERT_TRUE(record) << sids_[n];
            EXPECT_EQ(record->status, "completed") << "caller " << n;
        }
    }
    // Every key was counted, and none twice.
    void expect_counts(core::Store& store) {
        int pressed = 0;
        for (int n = 0; n < calls; ++n) pressed += n % choices == keys ? 5 : 0;
        EXPECT_EQ(run(context, store.get("office", "keys pressed")).value(), core::Json(pressed));
    }
    void expect_that_all_went_well(store::Storage storage) {
        expect_all_heard();
        expect_bookings();
        expect_texts();
        expect_journals(*storage.store);
        expect_counts(*storage.store);
    }
    store::Storage in(const PostgresServer& postgres) { return store::in_postgres({postgres.url()}, clock_, log_); }

    static constexpr int calls = 100, texts = 30, kills = 20;
    static constexpr int calls_begin_within = 6'000;  // ms

    // Before a kill: until so much has happened on all calls together, or until an assistant uses a tool, which it does
    // behind the words that go with it.
    // A slow machine gets as far as a fast one.
    void let_calls_go_on(int kill, std::minstd_rand& random) const {
        if (kill % 3 == 2) {
            eventually([this, uses = hosts_.uses()] { return hosts_.uses() > uses; });
            std::this_thread::sleep_for(std::chrono::milliseconds(400 + random() % 1500));
            return;
        }
        const auto enough = events_ + 10 + static_cast<int>(random() % 80);
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        while (events_ < enough && std::chrono::steady_clock::now() < limit)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 20));
    }

    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    Bookings bookings_{workers_, log_};
    Hosts hosts_{workers_, log_};
    std::optional<sim::Carrier> carrier_;
    std::optional<sim::CarrierApi> api_;
    Heard heard_, replied_;
    std::map<int, std::string> sids_;
    std::atomic<int> events_{0};  // at the carrier
    core::SystemClock clock_;
};

}  // namespace

TEST_F(Crash, OfTheEngineInTheMiddleOfAHundredCallsLosesNoneOfThem) {
    std::vector<Node> nodes(1);
    open_carrier(nodes);
    start(nodes[0], 0, {});
    std::string log;
    serve_all([&] {
        std::minstd_rand random(seed);
        for (int kill = 0; kill < kills; ++kill) {
            let_calls_go_on(kill, random);
            log += nodes[0].process->err();
            nodes[0].process.reset();  // kill -9
            start(nodes[0], 0, {});
        }
    });
    expect_that_all_went_well(store::in_sqlite(folder / "node0/data", clock_, log_));
    log += nodes[0].process->err();
    EXPECT_THAT(log, HasSubstr("call rebuilt from its journal"));
    EXPECT_THAT(log, HasSubstr("conversation goes on"));
    EXPECT_THAT(log, Not(HasSubstr("cannot be rebuilt")));
    EXPECT_THAT(log, Not(HasSubstr("fallback")));
}

TEST_F(Crash, OfOneOfTwoEnginesOnOneDatabaseLosesNoCall) {
    PostgresServer postgres;
    std::vector<Node> nodes(2);
    open_carrier(nodes);
    start(nodes[0], 0, {"--store", postgres.uri()});
    start(nodes[1], 1, {"--store", postgres.uri()});
    serve_all([&] {
        std::minstd_rand random(seed);
        for (int kill = 0; kill < kills; ++kill) {
            let_calls_go_on(kill, random);
            auto& node = nodes[random() % 2];
            node.process.reset();
            start(node, static_cast<std::size_t>(&node - nodes.data()), {"--store", postgres.uri()});
        }
    });
    expect_that_all_went_well(in(postgres));
}

TEST_F(Crash, DoesNotMatterToEnginesThatTakeTurns) {
    PostgresServer postgres;
    std::vector<Node> nodes(2);
    open_carrier(nodes);
    start(nodes[0], 0, {"--store", postgres.uri()});
    start(nodes[1], 1, {"--store", postgres.uri()});
    serve_all([] {});
    expect_that_all_went_well(in(postgres));
}

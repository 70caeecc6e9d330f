#include "sim/model_server.hpp"

#include "audio/base64.hpp"
#include "net/http_client.hpp"
#include "script/scenario_run.hpp"
#include "sim/model_script.hpp"
#include "sim/realtime_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::sim;
using namespace switchhook::sim::testing;
using namespace std::chrono_literals;
using core::Json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

namespace asio = boost::asio;

// A client of the server with a conversation open. Everything runs on the server's worker.
class Client {
    template <class Work>
    auto do_on_worker(Work work) {
        return asio::co_spawn(workers_.executor(0), work, asio::use_future).get();
    }

public:
    Client(net::Workers& workers, std::string url) : workers_(workers), url_(std::move(url)) {}
    Client(const Client&) = delete;
    ~Client() { leave(); }

    // The connection belongs to the worker.
    void leave() {
        do_on_worker([this]() -> asio::awaitable<int> {
            if (socket_) socket_->abort();
            socket_.reset();
            co_return 0;
        });
    }

    // The status of a refusal, or 101. Its body is in refusal().
    int connect(net::Headers headers = {{"Authorization", "Bearer key"}}) {
        return do_on_worker([this, headers]() -> asio::awaitable<int> {
            net::WebSocketRequest request{.url = url_, .headers = headers, .allow_private = true};
            auto opened = co_await client_.connect_websocket(std::move(request), &refusal_);
            if (!opened) co_return refusal_.status;
            socket_ = *opened;
            co_return 101;
        });
    }
    const net::Response& refusal() const { return refusal_; }

    void send(Json event) {
        do_on_worker([this, text = event.dump()]() -> asio::awaitable<int> {
            (void)socket_->send(text);
            co_return 0;
        });
    }
    // Reads up to an event of this type, which it gives; null where the connection ends before.
    Json read_to(std::string type) {
        return do_on_worker([this, type]() -> asio::awaitable<Json> {
            while (true) {
                auto text = co_await socket_->read();
                if (!text) co_return Json(nullptr);
                auto event = Json::parse(*text);
                if (event["type"] == "response.output_audio.delta")
                    heard_ += *audio::decode_base64(event["delta"].get<std::string>());
                if (event["type"] == type) co_return event;
            }
        });
    }
    // Reads until the connection ends, and gives with which status.
    int read_to_end() {
        read_to("");
        return do_on_worker([this]() -> asio::awaitable<int> { co_return socket_->close_code(); });
    }
    void configure(Json more = Json::object()) {
        Json session{
            {"type", "realtime"},
            {"audio",
             {{"input", {{"format", {{"type", "audio/pcmu"}}}}}, {"output", {{"format", {{"type", "audio/pcmu"}}}}}}}};
        session.merge_patch(more);
        send({{"type", "session.update"}, {"session", session}});
        read_to("session.updated");
    }
    void speak(const std::string& audio) {
        send({{"type", "input_audio_buffer.append"}, {"audio", audio::encode_base64(audio)}});
    }
    // All audio that came with what was read.
    const std::string& heard() const { return heard_; }

    net::Response post(Json body, net::Headers headers = {{"Authorization", "Bearer key"}}) {
        return do_on_worker([this, body, headers]() -> asio::awaitable<net::Response> {
            net::ClientRequest request{.method = "POST", .url = url_, .headers = headers, .allow_private = true};
            request.headers.set("Content-Type", "application/json");
            request.body = body.dump();
            auto response = co_await client_.send(std::move(request));
            if (!response) co_return net::text_response(0, response.error().message());
            co_return std::move(*response);
        });
    }

private:
    net::Workers& workers_;
    std::string url_;
    net::HttpClient client_;
    std::shared_ptr<net::WebSocket> socket_;
    net::Response refusal_;
    std::string heard_;
};

class ModelServerTest : public ::testing::Test {
protected:
    ModelServer& start(ModelServer::Options options = {}) {
        server_ = std::make_unique<ModelServer>(workers_, std::move(options), log_);
        return *server_;
    }
    [[nodiscard]] Client client(std::string query = "?model=gpt-realtime-2.1") {
        return Client(workers_, server_->realtime_url() + query);
    }
    Client chat() { return Client(workers_, server_->base_url() + "/chat/completions"); }

    // Begins to play the model as a script tells; the outcome is empty where everything was as told.
    std::future<std::string> play(std::string text) {
        return asio::co_spawn(workers_.executor(0), run(std::move(text)), asio::use_future);
    }

    asio::awaitable<std::string> run(std::string text) {
        script::ScenarioRun script({"model.lua", std::move(text)});
        auto step = script.start();
        while (auto* ask = std::get_if<core::Ask>(&step)) {
            auto answer = core::Answer::of(nullptr, {});
            if (ask->kind.starts_with("assistant.")) answer = co_await server_->assistants()->perform(*ask);
            step = script.resume(answer);
        }
        auto* failed = std::get_if<script::Failed>(&step);
        co_return failed ? failed->where + ": " + failed->what : "";
    }

    std::future<std::string> play_for_everyone(script::Source source) {
        server_.reset();
        script_ = std::make_unique<ModelScript>(
            ModelScript::Options{.source = std::move(source), .print = [](std::string_view) {}});
        start({.assistants = script_->assistants(true)});
        return asio::co_spawn(workers_.executor(0), script_->play(server_->assistants()), asio::use_future);
    }

    core::Log log_{{}, [](std::string_view) {}};
    std::unique_ptr<ModelScript> script_;  // what it plays ends with the worker
    net::Workers workers_{{.count = 1}};
    std::unique_ptr<ModelServer> server_;
};

const Json create_response{{"type", "response.create"}};
const Json book{{"type", "function"}, {"name", "book_table"}, {"parameters", {{"type", "object"}}}};

}  // namespace

TEST_F(ModelServerTest, LetsNobodyInWithoutTheKey) {
    start({.key = core::Secret("right")});
    auto caller = client();
    EXPECT_EQ(caller.connect({}), 401);
    EXPECT_EQ(caller.connect({{"Authorization", "Bearer wrong"}}), 401);
    EXPECT_EQ(Json::parse(caller.refusal().body)["error"]["code"], "invalid_api_key");
    EXPECT_EQ(caller.connect({{"Authorization", "Bearer right"}}), 101);
    EXPECT_EQ(chat().post({{"model", "m"}}, {{"Authorization", "Bearer wrong"}}).status, 401);
}

TEST_F(ModelServerTest, KnowsOneAddressForASession) {
    start();
    EXPECT_EQ(client("").connect(), 400);
    Client elsewhere(workers_, "ws://127.0.0.1:" + std::to_string(server_->port()) + "/v1/live?model=x");
    EXPECT_EQ(elsewhere.connect(), 404);
}

TEST_F(ModelServerTest, ClosesOnModelsThatThereAreNot) {
    start({.models = {"gpt-realtime-2.1"}});
    auto caller = client("?model=gpt-unreal");
    ASSERT_EQ(caller.connect(), 101);
    EXPECT_EQ(caller.read_to("error")["error"]["code"], "model_not_found");
    EXPECT_EQ(caller.read_to_end(), 4000);
}

TEST_F(ModelServerTest, ClosesOnWhoSpeaksTheBeta) {
    start();
    auto caller = client();
    ASSERT_EQ(caller.connect({{"Authorization", "Bearer key"}, {"OpenAI-Beta", "realtime=v1"}}), 101);
    EXPECT_EQ(caller.read_to("error")["error"]["code"], "beta_api_shape_disabled");
    EXPECT_EQ(caller.read_to_end(), 4000);
}

TEST_F(ModelServerTest, PlaysAConversationAsTheScriptTells) {
    start();
    auto outcome = play(R"(
        local model = assistant { speed = 0 }
        assert(model:has_its_turn() == 'Say "Good evening."')
        model:is_given("book_table")
        model:is_asked_to("be KIND")
        model:says("Good evening.")
        model:hears("seconds of speech")
        model:uses("book_table", { people = 4 })
        model:is_told({ booked = true })
        model:says("Your table is booked.")
        model:remembers("good evening")
        model:is_left())");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    caller.configure({{"instructions", "Always be kind."}, {"tools", Json::array({book})}});
    caller.send({{"type", "response.create"}, {"response", {{"instructions", "Say \"Good evening.\""}}}});
    caller.read_to("response.done");
    EXPECT_EQ(caller.heard(), speech("Good evening."));

    caller.speak(speech("A table for four") + silence(1s));
    auto call = caller.read_to("response.output_item.done")["item"];
    EXPECT_EQ(call["name"], "book_table");
    EXPECT_EQ(Json::parse(call["arguments"].get<std::string>()), (Json{{"people", 4}}));
    caller.read_to("response.done");
    caller.send(
        {{"type", "conversation.item.create"},
         {"item", {{"type", "function_call_output"}, {"call_id", call["call_id"]}, {"output", R"({"booked":true})"}}}});
    caller.send(create_response);
    EXPECT_EQ(caller.read_to("response.output_audio_transcript.done")["transcript"], "Your table is booked.");
    caller.read_to("response.done");
    caller.leave();
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, NoticesWhereItIsInterrupted) {
    start();
    auto outcome = play(R"(
        local model = assistant { speed = 0 }
        model:says("We are open from nine to five on every day but Sunday.")
        model:is_interrupted { after = 1.2, within = 0.01 })");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    caller.configure();
    caller.send(create_response);
    auto item = caller.read_to("response.output_item.done")["item"]["id"];
    caller.send(
        {{"type", "conversation.item.truncate"}, {"item_id", item}, {"content_index", 0}, {"audio_end_ms", 1200}});
    EXPECT_EQ(caller.read_to("conversation.item.truncated")["audio_end_ms"], 1200);
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, EndsTheScenarioOverWhatTheModelRefuses) {
    start();
    auto outcome = play("local model = assistant()\nmodel:hears('hello')\nmodel:hears('again')");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    caller.send({{"type", "session.update"}, {"session", {{"type", "realtime"}, {"modalities", {"audio"}}}}});
    caller.read_to("error");
    caller.send({{"type", "conversation.item.create"},
                 {"item",
                  {{"type", "message"},
                   {"role", "user"},
                   {"content", Json::array({{{"type", "input_text"}, {"text", "hello"}}})}}}});
    EXPECT_EQ(outcome.get(),
              "model.lua:3: the model refused what it was sent, unknown_parameter: "
              "Unknown parameter: 'session.modalities'.");
}

TEST_F(ModelServerTest, RefusesConnectionsThatAreToBeTriedAgain) {
    start();
    auto outcome = play("local model = assistant { refuses_with = 429, refusals = 2 }\nmodel:says('Hello.')");
    auto caller = client();
    EXPECT_EQ(caller.connect(), 429);
    EXPECT_EQ(Json::parse(caller.refusal().body)["error"]["code"], "rate_limit_exceeded");
    EXPECT_EQ(caller.connect(), 429);
    ASSERT_EQ(caller.connect(), 101);
    caller.configure();
    caller.send(create_response);
    caller.read_to("response.done");
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, AcceptsLate) {
    start();
    auto outcome = play("assistant { accepts_after = 0.15 }");
    EXPECT_EQ(outcome.get(), "");
    auto caller = client();
    auto began = std::chrono::steady_clock::now();
    ASSERT_EQ(caller.connect(), 101);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 150ms);
}

TEST_F(ModelServerTest, DropsAndIsReachedAgain) {
    start();
    auto outcome = play(R"(
        local model = assistant()
        model:says("Hello.")
        model:drops(1011)
        model:is_reached_again()
        model:remembers("a table for four")
        model:drops())");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    caller.configure();
    caller.send(create_response);
    EXPECT_EQ(caller.read_to_end(), 1011);
    auto again = client();
    ASSERT_EQ(again.connect(), 101);
    again.send({{"type", "conversation.item.create"},
                {"item",
                 {{"type", "message"},
                  {"role", "assistant"},
                  {"content", Json::array({{{"type", "output_text"}, {"text", "A table for four?"}}})}}}});
    EXPECT_EQ(again.read_to_end(), 1006);
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, ExpiresAndClosesWith1001) {
    start();
    auto outcome = play("assistant { lifetime = 0.05 }");
    EXPECT_EQ(outcome.get(), "");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    EXPECT_EQ(caller.read_to("error")["error"]["code"], "session_expired");
    EXPECT_EQ(caller.read_to_end(), 1001);
}

TEST_F(ModelServerTest, StallsFailsAndSendsErrors) {
    start();
    auto outcome = play(R"(
        local model = assistant()
        model:fails("rate_limit_exceeded")
        model:has_its_turn()
        model:sends_error("server_error")
        model:stalls(0.05)
        model:stays_silent())");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    caller.configure();
    caller.send(create_response);
    EXPECT_EQ(caller.read_to("response.done")["response"]["status"], "failed");
    caller.send(create_response);
    EXPECT_EQ(caller.read_to("error")["error"]["code"], "server_error");
    auto done = caller.read_to("response.done")["response"];
    EXPECT_EQ(done["status"], "completed");
    EXPECT_EQ(done["output"], Json::array());
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, TellsAtWhichLineNobodyCame) {
    ModelServer::Options options;
    options.assistants.patience = 20ms;
    start(options);
    EXPECT_EQ(play("\nassistant():says('Hello.')").get(),
              "model.lua:2: expected the assistant to have its turn, to say \"Hello.\", "
              "but nobody has begun a conversation with it");
}

TEST_F(ModelServerTest, NamesWhatIsWrongInTheScript) {
    start();
    auto outcome = play("local model = assistant()\nmodel:uses('book_tabel')");
    auto caller = client();
    ASSERT_EQ(caller.connect(), 101);
    caller.configure({{"tools", Json::array({book})}});
    caller.send(create_response);
    EXPECT_EQ(outcome.get(), "model.lua:2: the assistant uses book_tabel, but its tools are [\"book_table\"]");
    EXPECT_THAT(play("assistant():shouts()").get(), HasSubstr("assistant:shouts is not known"));
    EXPECT_THAT(play("assistant { refuses = 429 }").get(), HasSubstr("model.lua:1: option refuses is not known"));
}

TEST_F(ModelServerTest, AnswersACompletion) {
    start();
    auto outcome = play(R"(
        local model = assistant()
        model:hears("table for four")
        model:is_asked_to("be kind")
        model:uses("book_table", { people = 4 })
        model:is_told("booked")
        model:says("Your table is booked."))");
    auto texter = chat();
    Json body{{"model", "gpt-6-luna"},
              {"reasoning_effort", "none"},
              {"messages",
               {{{"role", "system"}, {"content", "Be kind."}}, {{"role", "user"}, {"content", "A table for four?"}}}},
              {"tools", Json::array({{{"type", "function"},
                                      {"function", {{"name", "book_table"}, {"parameters", {{"type", "object"}}}}}}})}};
    auto first = Json::parse(texter.post(body).body);
    auto message = first["choices"][0]["message"];
    EXPECT_EQ(first["object"], "chat.completion");
    EXPECT_EQ(first["choices"][0]["finish_reason"], "tool_calls");
    EXPECT_EQ(message["tool_calls"][0]["function"]["name"], "book_table");
    EXPECT_GT(first["usage"]["prompt_tokens"], 0);
    body["messages"].push_back(message);
    body["messages"].push_back(
        {{"role", "tool"}, {"tool_call_id", message["tool_calls"][0]["id"]}, {"content", "booked"}});
    auto second = Json::parse(texter.post(body).body);
    EXPECT_EQ(second["choices"][0]["message"]["content"], "Your table is booked.");
    EXPECT_EQ(second["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, StreamsACompletionInChunks) {
    start();
    auto outcome = play(R"(
        local model = assistant()
        model:says("At ten o'clock.")
        model:uses("book_table", { people = 4 }))");
    Json body{{"model", "m"},
              {"stream", true},
              {"stream_options", {{"include_usage", true}}},
              {"messages", Json::array({{{"role", "user"}, {"content", "When?"}}})},
              {"tools", Json::array({{{"type", "function"}, {"function", {{"name", "book_table"}}}}})}};
    auto texter = chat();
    auto chunks = [&] {
        auto response = texter.post(body);
        EXPECT_EQ(response.content_type, "text/event-stream");
        EXPECT_TRUE(response.body.ends_with("\n\ndata: [DONE]\n\n"));
        std::vector<Json> list;
        for (std::size_t at = 0; (at = response.body.find("data: {", at)) != std::string::npos; ++at)
            list.push_back(Json::parse(response.body.substr(at + 6, response.body.find("\n\n", at) - at - 6)));
        return list;
    };
    std::string text;
    auto said = chunks();
    for (const auto& chunk : said)
        for (const auto& choice : chunk["choices"]) text += choice["delta"].value("content", "");
    EXPECT_EQ(text, "At ten o'clock.");
    EXPECT_EQ(said.front()["choices"][0]["delta"]["role"], "assistant");
    EXPECT_EQ(said.back()["choices"], Json::array());
    EXPECT_GT(said.back()["usage"]["completion_tokens"], 0);

    body["messages"].push_back({{"role", "assistant"}, {"content", text}});
    body["messages"].push_back({{"role", "user"}, {"content", "Book it."}});
    std::string arguments, name;
    for (const auto& chunk : chunks())
        for (const auto& choice : chunk["choices"])
            for (const auto& call : choice["delta"].value("tool_calls", Json::array())) {
                name += call["function"].value("name", "");
                arguments += call["function"]["arguments"];
            }
    EXPECT_EQ(name, "book_table");
    EXPECT_EQ(Json::parse(arguments), (Json{{"people", 4}}));
    EXPECT_EQ(outcome.get(), "");
}

TEST_F(ModelServerTest, RefusesCompletionsThatOpenAiWould) {
    start({.models = {"m", "gpt-6-luna"}});
    auto texter = chat();
    auto error = [&](Json body) {
        body["model"] = body.value("model", "m");
        auto response = texter.post(body);
        EXPECT_GE(response.status, 400);
        return Json::parse(response.body)["error"];
    };
    Json hello = Json::array({{{"role", "user"}, {"content", "Hello"}}});
    EXPECT_EQ(error({{"model", "x"}, {"messages", hello}})["code"], "model_not_found");
    EXPECT_EQ(error({{"messages", Json::array()}})["code"], "array_below_min_length");
    EXPECT_EQ(error({{"messages", hello}, {"max_output_tokens", 5}})["code"], "unknown_parameter");
    EXPECT_EQ(error({{"messages", hello}, {"stream_options", {{"include_usage", true}}}})["param"], "stream_options");
    EXPECT_EQ(
        error({{"messages", Json::array({{{"role", "tool"}, {"tool_call_id", "c"}, {"content", "x"}}})}})["param"],
        "messages.[0].role");
    Json tools = Json::array({{{"type", "function"}, {"function", {{"name", "n"}}}}});
    EXPECT_EQ(error({{"model", "gpt-6-luna"}, {"messages", hello}, {"tools", tools}})["param"], "reasoning_effort");
    Json flat = Json::array({{{"type", "function"}, {"name", "n"}}});
    EXPECT_EQ(error({{"messages", hello}, {"tools", flat}})["param"], "tools[0].name");
}

TEST_F(ModelServerTest, PlaysTheScriptForEveryoneWhoComes) {
    play_for_everyone({});
    for (int i = 0; i < 2; ++i) {
        auto caller = client();
        ASSERT_EQ(caller.connect(), 101);
        caller.configure();
        caller.send({{"type", "response.create"}, {"response", {{"instructions", "Say \"Good evening.\""}}}});
        EXPECT_EQ(caller.read_to("response.output_audio_transcript.done")["transcript"], "Good evening.");
        caller.read_to("response.done");
        caller.speak(speech("A table for four") + silence(1s));
        EXPECT_THAT(caller.read_to("response.output_audio_transcript.done")["transcript"].get<std::string>(),
                    HasSubstr("You said: ("));
    }
}

TEST_F(ModelServerTest, TellsWhatIsWrongWithTheScript) {
    EXPECT_THAT(play_for_everyone({"mine.lua", "local = 1"}).get(), HasSubstr("mine.lua:1:"));
    EXPECT_THAT(play_for_everyone({"mine.lua", "local x = 1"}).get(), HasSubstr("wants an assistant()"));
}

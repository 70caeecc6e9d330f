#include "integration/engine_fixture.hpp"
#include "net/http_server.hpp"
#include "net/test_certificate.hpp"

#include <atomic>

using namespace switchhook;
using namespace switchhook::tests;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

namespace asio = boost::asio;

// Servers and clients that trust the test's own certificates.
class Tls : public EngineTest {
protected:
    void certify(const std::string& names, long serial = 1) {
        net::write_certificate(chain_, key_, names, serial);
        setenv("SSL_CERT_FILE", chain_.c_str(), 1);
        client = net::HttpClient();
        unsetenv("SSL_CERT_FILE");
    }

    const std::string chain_ = folder / "chain.pem";
    const std::string key_ = folder / "key.pem";
};

class TlsOfTheEngine : public Tls {
protected:
    void SetUp() override {
        Tls::SetUp();
        certify("IP:127.0.0.1");
        serve({"--tls-certificate", chain_, "--tls-key", key_});
    }

    // Whether a client that trusts the present certificate, and no other, is served.
    bool serves() {
        net::ClientRequest request;
        request.url = url("/healthz");
        request.allow_private = true;
        auto response = run(context, client.send(std::move(request)));
        return response && response->status == 200;
    }
    bool becomes_served() {
        for (auto until = std::chrono::steady_clock::now() + 5s; std::chrono::steady_clock::now() < until;
             std::this_thread::sleep_for(5ms))
            if (serves()) return true;
        return false;
    }
};

// A model behind TLS that says one sentence to whoever writes, and counts who wants to talk.
class TlsToTheModel : public Tls {
protected:
    void SetUp() override {
        Tls::SetUp();
        flow("flows/shop/flow.lua",
             "local host = agent { instructions = 'Be kind.' }\n"
             "return {\n"
             "  on_call = function(call) call:converse(host) end,\n"
             "  on_message = function(message)\n"
             "    local reply, reason = message:converse(host)\n"
             "    return reply or ('no reply: ' .. reason)\n"
             "  end,\n"
             "}\n");
    }
    void TearDown() override {
        Tls::TearDown();
        engine.reset();
        model_.reset();
        workers_.stop();
        workers_.join();
    }

    void start(const std::string& names, bool trusted) {
        certify(names);
        net::HttpServer::Options options;
        options.tls = net::HttpServer::Tls{chain_, key_};
        options.websocket = net::HttpServer::WebSocketHandler{
            .admit = [this](net::Request) { return refuse(); },
            .serve = [](net::Request, std::shared_ptr<net::WebSocket>) -> asio::awaitable<void> { co_return; }};
        model_.emplace(
            workers_, std::move(options), [](net::Request) { return reply(); }, log_);
        environment["OPENAI_API_KEY"] = "sk-simulated";
        environment["OPENAI_BASE_URL"] = "https://localhost:" + std::to_string(model_->port()) + "/v1";
        if (trusted) environment["SSL_CERT_FILE"] = chain_;
        serve();
    }

    asio::awaitable<std::optional<net::Response>> refuse() {
        ++asked_;
        co_return net::text_response(401, "");
    }
    static asio::awaitable<net::Response> reply() {
        co_return net::Response{200,
                                "text/event-stream",
                                "data: {\"choices\":[{\"delta\":{\"content\":\"Hello over "
                                "TLS\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
                                {}};
    }
    std::string text() {
        return post("/twilio/sms", {{"MessageSid", "SM00000000000000000000000000000001"},
                                    {"From", caller},
                                    {"To", number},
                                    {"Body", "Hello"}});
    }

    std::atomic<int> asked_ = 0;  // for a WebSocket
    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    std::optional<net::HttpServer> model_;
};

}  // namespace

TEST_F(TlsOfTheEngine, TakesCallsUnderItsOwnCertificate) {
    EXPECT_THAT(url(""), HasSubstr("https://"));
    EXPECT_THAT(ring(1), HasSubstr("action=\"" + url("/twilio/continue/1/1") + "\""));
    EXPECT_THAT(press(1, 1, "7"), HasSubstr("you pressed 7"));
    end(1);
}

TEST_F(TlsOfTheEngine, ReadsItsCertificateAgainAtSighup) {
    auto former = client;
    ASSERT_TRUE(serves());
    certify("IP:127.0.0.1", 2);
    EXPECT_FALSE(serves());
    engine->signal(SIGHUP);
    EXPECT_TRUE(becomes_served());
    // A connection that was open goes on.
    net::ClientRequest request;
    request.url = url("/healthz");
    request.allow_private = true;
    EXPECT_EQ(run(context, former.send(std::move(request)))->status, 200);
}

TEST_F(TlsOfTheEngine, KeepsItsCertificateWhereTheNewOneIsBroken) {
    flow("chain.pem", "no certificate");
    engine->signal(SIGHUP);
    EXPECT_TRUE(eventually([&] { return engine->err().find("certificate not reloaded") != std::string::npos; }));
    EXPECT_TRUE(serves());
}

TEST_F(TlsOfTheEngine, SaysWhatIsWrongWithItsFilesAtItsStart) {
    auto ran = run_switchhook({"serve", "--listen", "127.0.0.1:0", "--tls-certificate", chain_, "--tls-key", chain_});
    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_THAT(ran.err, HasSubstr("chain.pem"));
}

TEST_F(TlsToTheModel, IsSpokenWhereTheCertificateIsTrusted) {
    start("DNS:localhost", true);
    EXPECT_THAT(text(), HasSubstr("Hello over TLS"));
    EXPECT_THAT(ring(1), HasSubstr("<Connect"));
    EXPECT_TRUE(eventually([&] { return asked_ == 1; }));
    end(1);
}

TEST_F(TlsToTheModel, IsRefusedWhereTheCertificateIsForAnotherName) {
    start("DNS:models.example", true);
    EXPECT_THAT(text(), HasSubstr("no reply: failed"));
    EXPECT_TRUE(eventually([&] { return engine->err().find("certificate does not check out") != std::string::npos; }));
    EXPECT_EQ(asked_, 0);
}

TEST_F(TlsToTheModel, IsRefusedWhereNobodyVouchesForTheCertificate) {
    start("DNS:localhost", false);
    EXPECT_THAT(text(), HasSubstr("no reply: failed"));
    EXPECT_TRUE(eventually([&] { return engine->err().find("certificate does not check out") != std::string::npos; }));
}

TEST_F(TlsToTheModel, IsWantedBeyondLoopback) {
    for (const auto& [flag, url] : {std::pair("--openai-realtime-url", "ws://models.example/v1/realtime"),
                                    {"--openai-base-url", "http://models.example/v1"}}) {
        auto ran = run_switchhook({"serve", "--listen", "127.0.0.1:0", flag, url});
        EXPECT_EQ(ran.exit_code, 2) << flag;
        EXPECT_THAT(ran.err, HasSubstr("would send the key without TLS")) << flag;
    }
}

#include "app/serve_options.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

using namespace switchhook;
using namespace switchhook::app;
using testing::ElementsAre;

namespace {

class Options : public testing::Test {
protected:
    void SetUp() override { options.flows = folder.root(); }
    void TearDown() override {
        for (const char* name : {"TWILIO_AUTH_TOKEN", "PUBLIC_URL", "TWILIO_WEBHOOK_URL", "OPENAI_API_KEY",
                                 "OPENAI_REALTIME_URL", "SWITCHHOOK_MAX_CALLS", "MAX_CONCURRENT_CALLS",
                                 "CALL_TIMEOUT_SECONDS", "SWITCHHOOK_STREAM_URL", "TWILIO_WEBSOCKET_URL"})
            unsetenv(name);
    }

    // The options that a command line gives.
    static ServeOptions parse(const std::string& line) {
        ServeOptions parsed;
        CLI::App cli;
        add_serve_options(cli, parsed);
        cli.parse(line);
        return parsed;
    }

    script::FlowsFolder folder;
    ServeOptions options;
};

}  // namespace

TEST_F(Options, AreFineAsTheyAre) {
    EXPECT_EQ(options.problem(), "");
    EXPECT_EQ(options.host(), "127.0.0.1");
    EXPECT_EQ(options.port(), 8080);
    EXPECT_TRUE(options.on_loopback());
}

TEST_F(Options, TakeAKeyOf32Bytes) {
    options.key = core::Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    EXPECT_EQ(options.problem(), "");
    options.key = core::Secret("hush");
    EXPECT_EQ(options.problem(),
              "SWITCHHOOK_KEY is no key: it has 32 bytes, in base64 or as 64 hex digits; make one with `openssl rand "
              "-base64 32`");
}

TEST_F(Options, TakeAnAddressForAudioInEitherForm) {
    EXPECT_EQ(parse("").stream_origin(), "");
    EXPECT_EQ(parse("--stream-url https://voice-1.example.com/").stream_origin(), "https://voice-1.example.com");
    setenv("TWILIO_WEBSOCKET_URL", "wss://voice-2.example.com/twilio-media-stream", 1);
    EXPECT_EQ(parse("").stream_origin(), "https://voice-2.example.com");
    options.stream_url = "voice-1.example.com";
    EXPECT_THAT(options.problem(), testing::StartsWith("--stream-url starts with https:// or wss://"));
}

TEST_F(Options, ListenOnIpv6) {
    options.listen = "[::]:80";
    EXPECT_EQ(options.problem(), "");
    EXPECT_EQ(options.host(), "::");
    EXPECT_EQ(options.port(), 80);
    EXPECT_FALSE(options.on_loopback());
    options.listen = "[::1]:80";
    EXPECT_TRUE(options.on_loopback());
}

TEST_F(Options, NeedAnAddressAndAPort) {
    for (const char* wrong : {"", "8080", "127.0.0.1", "127.0.0.1:", ":8080", "localhost:8080", "127.0.0.1:70000",
                              "127.0.0.1:80x", "127.0.0.1:080"}) {
        options.listen = wrong;
        EXPECT_EQ(options.problem(), "--listen takes an address and a port, as 127.0.0.1:8080 or [::]:8080, not `" +
                                         std::string(wrong) + "`");
    }
}

TEST_F(Options, AllowUnsignedOnLoopbackOnly) {
    options.allow_unsigned = true;
    EXPECT_EQ(options.problem(), "");
    options.listen = "0.0.0.0:8080";
    EXPECT_EQ(options.problem(),
              "--allow-unsigned lets anybody start calls, so it works on loopback only: listen on 127.0.0.1, or set "
              "TWILIO_AUTH_TOKEN instead");
}

TEST_F(Options, WantCertificateAndKeyTogether) {
    options.tls_certificate = "chain.pem";
    EXPECT_EQ(options.problem(),
              "--tls-certificate and --tls-key go together: a PEM chain, and the PEM key that belongs to it");
    options.tls_key = "key.pem";
    EXPECT_EQ(options.problem(), "");
}

TEST_F(Options, WantAFlowsFolder) {
    options.flows = "nowhere";
    EXPECT_EQ(options.problem(), "there is no folder `nowhere`: name the folder of your flows with --flows");
}

TEST_F(Options, WantTheSchemeOfAPublicUrl) {
    options.public_urls = {"https://voice.example.com", "voice.example.com"};
    EXPECT_EQ(options.problem(),
              "--public-url starts with https:// or http://, as https://voice.example.com, not `voice.example.com`");
}

TEST_F(Options, ComeFromTheCommandLine) {
    auto parsed = parse(
        "--listen 0.0.0.0:80 --log-format json --log-level warn --max-calls 5 --reply-within-ms 500 "
        "--drain-seconds 7 --flow-cpu-ms 30 --flow-memory-mib 2 --trusted-proxy 10.0.0.0/8 "
        "--promise-hours 2 --keep-calls-days 3");
    EXPECT_EQ(parsed.listen, "0.0.0.0:80");
    EXPECT_EQ(parsed.log_format, core::LogFormat::json);
    EXPECT_EQ(parsed.log_level, core::LogLevel::warn);
    EXPECT_EQ(parsed.max_calls, 5U);
    EXPECT_EQ(parsed.reply_within.count(), 500);
    EXPECT_EQ(parsed.drain.count(), 7);
    EXPECT_EQ(parsed.limits.cpu_per_slice.count(), 30'000);
    EXPECT_EQ(parsed.limits.memory_bytes, std::size_t{2} << 20);
    EXPECT_THAT(parsed.trusted_proxies, ElementsAre("10.0.0.0/8"));
    EXPECT_EQ(parsed.promise_time, std::chrono::hours(2));
    EXPECT_EQ(parsed.keep_calls, std::chrono::hours(72));
}

TEST_F(Options, RefuseToReplyLaterThanTwilioWaits) {
    EXPECT_THROW(parse("--reply-within-ms 15000"), CLI::ParseError);
    EXPECT_THROW(parse("--reply-within-ms 99"), CLI::ParseError);
}

TEST_F(Options, TakeSecretsFromTheEnvironmentOnly) {
    setenv("TWILIO_AUTH_TOKEN", "new, old,", 1);
    setenv("TWILIO_WEBHOOK_URL", "https://b.example/api/twilio/incoming-call", 1);
    setenv("OPENAI_API_KEY", "sk-1", 1);
    setenv("OPENAI_REALTIME_URL", "ws://127.0.0.1:9100/v1/realtime", 1);
    read_secrets(options);
    ASSERT_EQ(options.twilio_auth_tokens.size(), 2U);
    EXPECT_EQ(options.twilio_auth_tokens[0].reveal(), "new");
    EXPECT_EQ(options.twilio_auth_tokens[1].reveal(), "old");
    EXPECT_EQ(options.openai.api_key.reveal(), "sk-1");
    EXPECT_EQ(parse("").openai.realtime_url, "ws://127.0.0.1:9100/v1/realtime");
    EXPECT_THAT(options.public_urls, ElementsAre("https://b.example"));
    EXPECT_THROW(parse("--twilio-auth-token x"), CLI::ParseError);
}

TEST_F(Options, KnowTheLimitsUnderTheirNamesInTheServersThatThisOneReplaces) {
    EXPECT_EQ(parse("").conversation.count(), 600);
    setenv("MAX_CONCURRENT_CALLS", "50", 1);
    setenv("CALL_TIMEOUT_SECONDS", "300", 1);
    auto parsed = parse("");
    EXPECT_EQ(parsed.max_calls, 50U);
    EXPECT_EQ(parsed.conversation.count(), 300);
    setenv("SWITCHHOOK_MAX_CALLS", "60", 1);
    EXPECT_EQ(parse("").max_calls, 60U);
    EXPECT_EQ(parse("--max-calls 70 --conversation-seconds 90").conversation.count(), 90);
    setenv("CALL_TIMEOUT_SECONDS", "soon", 1);
    EXPECT_THROW(parse(""), CLI::ParseError);
}

TEST_F(Options, SendNoKeyWithoutTlsButOnLoopback) {
    options.openai.base_url = "http://127.0.0.1:9100/v1";
    options.openai.realtime_url = "ws://localhost:9100/v1/realtime";
    EXPECT_EQ(options.problem(), "");
    options.openai.realtime_url = "ws://models.example/v1/realtime";
    EXPECT_EQ(options.problem(),
              "OPENAI_REALTIME_URL would send the key without TLS: ws:// works on loopback only, write wss://, not "
              "`ws://models.example/v1/realtime`");
}

TEST_F(Options, PreferTheCommandLinesPublicUrl) {
    setenv("PUBLIC_URL", "https://b.example", 1);
    options.public_urls = {"https://a.example"};
    read_secrets(options);
    EXPECT_THAT(options.public_urls, ElementsAre("https://a.example"));
}

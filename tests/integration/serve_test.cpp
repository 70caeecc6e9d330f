#include "integration/engine_fixture.hpp"
#include "script/endless_loop.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

class Serve : public EngineTest {};

}  // namespace

TEST_F(Serve, TakesASignedCallFromRingToEnd) {
    serve();
    auto first = ring(1);
    EXPECT_THAT(first, HasSubstr("<Say>Hello</Say>"));
    EXPECT_THAT(first, HasSubstr("action=\"" + url("/twilio/continue/1/1") + "\""));
    EXPECT_EQ(ring(1), first);
    EXPECT_THAT(press(1, 1, "7"), HasSubstr("<Say>Hello, you pressed 7</Say><Hangup/>"));
    EXPECT_THAT(get("/twilio/health").body, HasSubstr("\"active_calls\":1"));
    end(1);
    EXPECT_TRUE(eventually([&] { return get("/twilio/health").body.find("\"active_calls\":0") != std::string::npos; }));
    EXPECT_TRUE(eventually([&] { return engine->err().find("call ended") != std::string::npos; }));
}

TEST_F(Serve, RefusesWebhooksThatAreNotTwilios) {
    serve();
    auto form = call_form(sid(1));
    auto unsigned_one = signed_request("/twilio/voice", form);
    unsigned_one.headers.remove("X-Twilio-Signature");
    EXPECT_EQ(send(unsigned_one).status, 400);
    auto forged = signed_request("/twilio/voice", form);
    forged.headers.set("X-Twilio-Signature", "bm90IHR3aWxpbyBub3QgdHdpbGlv");
    EXPECT_EQ(send(forged).status, 403);
    auto changed = signed_request("/twilio/voice", form);
    changed.body += "&From=%2B15550000000";
    EXPECT_EQ(send(changed).status, 403);
    auto metrics = get("/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("signatures"));
    EXPECT_THAT(get("/twilio/health").body, HasSubstr("\"active_calls\":0"));
    EXPECT_TRUE(eventually([&] { return engine->err().find("webhook refused") != std::string::npos; }));
}

TEST_F(Serve, RefusesEveryWebhookWithoutATokenAndSaysWhatToSet) {
    serve({}, false);
    auto response = send(signed_request("/twilio/voice", call_form(sid(1))));
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("TWILIO_AUTH_TOKEN"));
    EXPECT_THAT(engine->err(), HasSubstr("TWILIO_AUTH_TOKEN"));
}

TEST_F(Serve, TakesUnsignedWebhooksOnLoopbackOnly) {
    serve({"--allow-unsigned"}, false);
    auto request = signed_request("/twilio/voice", call_form(sid(1)));
    request.headers.remove("X-Twilio-Signature");
    EXPECT_THAT(send(request).body, HasSubstr("<Say>Hello</Say>"));
    end(1);
    auto refused = run_switchhook({"serve", "--allow-unsigned", "--listen", "0.0.0.0:0"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.err,
              "switchhook: --allow-unsigned lets anybody start calls, so it works on loopback only: listen on "
              "127.0.0.1, or set TWILIO_AUTH_TOKEN instead\n");
}

TEST_F(Serve, ShowsItsHealth) {
    serve({"--public-url", "https://voice.example.com"});
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_EQ(get("/readyz").status, 200);
    auto health = core::Json::parse(get("/twilio/health").body);
    EXPECT_EQ(health, core::Json::parse(R"({"status":"healthy","active_calls":0,
        "config":{"twilio_configured":true,"webhook_url":"https://voice.example.com"}})"));
    auto metrics = get("/metrics");
    EXPECT_THAT(metrics.content_type, HasSubstr("text/plain; version=0.0.4"));
    EXPECT_THAT(metrics.body, HasSubstr("# TYPE"));
    EXPECT_EQ(get("/nothing").status, 404);
    EXPECT_EQ(get("/switchhook/flows").status, 404);
}

TEST_F(Serve, IsNotReadyWithoutAFlow) {
    flow("flows/numbers.lua", "return {}");
    serve();
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Serve, AnswersUnderThePathsOfTheServersItReplaces) {
    serve();
    int n = 1;
    for (const char* path :
         {"/twilio/voice", "/webhooks/twilio/voice", "/api/momentum/voice/inbound", "/api/twilio/incoming-call"}) {
        EXPECT_THAT(post(path, call_form(sid(n))), HasSubstr("<Say>Hello</Say>")) << path;
        ++n;
    }
    n = 1;
    for (const char* path : {"/twilio/status", "/webhooks/twilio/status", "/api/momentum/voice/status-callback"})
        post(path, call_form(sid(n++), {{"CallStatus", "completed"}}));
    EXPECT_TRUE(eventually([&] { return get("/twilio/health").body.find("\"active_calls\":1") != std::string::npos; }));
    end(4);
}

TEST_F(Serve, RepliesToTextMessages) {
    flow("flows/shop/flow.lua", "return { on_message = function(message) return 'You wrote ' .. message.body end }");
    serve();
    net::Form text{{"MessageSid", "SM00000000000000000000000000000001"},
                   {"AccountSid", "AC00000000000000000000000000000001"},
                   {"From", caller},
                   {"To", number},
                   {"Body", "hello"}};
    EXPECT_THAT(post("/twilio/sms", text), HasSubstr("You wrote hello"));
    EXPECT_THAT(post("/api/twilio/incoming-sms", text), HasSubstr("You wrote hello"));
}

TEST_F(Serve, KeepsThePublicUrlInItsContinuations) {
    serve({"--public-url", "https://voice.example.com"});
    auto form = call_form(sid(1));
    auto request = signed_request("/twilio/voice", form);
    request.headers.set("X-Twilio-Signature", sim::sign(core::Secret(token), "https://voice.example.com/twilio/voice",
                                                        sim::Params(form.begin(), form.end())));
    auto response = send(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("action=\"https://voice.example.com/twilio/continue/1/1\""));
    EXPECT_EQ(send(signed_request("/twilio/voice", form)).status, 403);
}

TEST_F(Serve, BringsTheCallerOfAnEndlessFlowToItsFallbackAndOthersAtOnce) {
    if (script::signals_are_held_back) GTEST_SKIP() << script::held_back_signals;
    flow("flows/numbers.lua", "return { ['+15550100'] = 'shop', ['+15550101'] = 'loop' }");
    flow("flows/loop/flow.lua",
         "return { fallback = { dial = '+15550190' }, on_call = function(call) while true do end end }");
    serve();
    auto form = net::Form{{"CallSid", sid(50)}, {"From", caller}, {"To", "+15550101"}};
    EXPECT_THAT(post("/twilio/voice", form), HasSubstr("+15550190"));
    for (int n = 0; n < 10; ++n) {
        auto looping = net::Form{{"CallSid", sid(60 + n)}, {"From", caller}, {"To", "+15550101"}};
        post("/twilio/voice", looping);
        auto before = std::chrono::steady_clock::now();
        EXPECT_THAT(ring(n), HasSubstr("<Say>Hello</Say>"));
        EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
    }
    EXPECT_THAT(get("/metrics").body, HasSubstr("limit=\"cpu\"} 11"));
}

TEST_F(Serve, EndsWithOneLineWhereItsPortIsTaken) {
    serve();
    auto second = run_switchhook({"serve", "--listen", "127.0.0.1:" + std::to_string(port), "--data", "other"});
    EXPECT_EQ(second.exit_code, 3);
    EXPECT_THAT(second.err, HasSubstr("switchhook: cannot listen on 127.0.0.1:" + std::to_string(port) +
                                      ": Address already in use"));
}

TEST_F(Serve, EndsWithOneLineWhereItCannotWriteItsData) {
    flow("file", "");
    auto ran = run_switchhook({"serve", "--listen", "127.0.0.1:0", "--data", (folder / "file/data").string()});
    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_THAT(ran.err, HasSubstr("name a folder that can be written with --data"));
}

TEST_F(Serve, ReadsItsSettingsFromTheEnvFile) {
    flow(".env", std::string("TWILIO_AUTH_TOKEN=") + token + "\nPUBLIC_URL=https://voice.example.com\nnonsense\n");
    serve({}, false);
    EXPECT_THAT(get("/twilio/health").body, HasSubstr("https://voice.example.com"));
    EXPECT_THAT(engine->err(), HasSubstr("switchhook: .env:3: not a setting: write NAME=value"));
}

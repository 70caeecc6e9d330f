#include "integration/engine_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

// Media streams that the engine does not take.
class MediaSocket : public EngineTest {
protected:
    // Asks for a WebSocket as Twilio does, and gives what came: the WebSocket, or a refusal.
    std::shared_ptr<net::WebSocket> open(const std::string& path, net::Response& refusal,
                                         const std::string& key = token) {
        net::WebSocketRequest request;
        request.url = "ws" + url(path).substr(std::string("http").size());
        request.allow_private = true;
        if (!key.empty()) {
            // Twilio signs the address as the document named it.
            auto named = "wss" + request.url.substr(std::string("ws").size());
            request.headers.set("X-Twilio-Signature", sim::sign(core::Secret(key), named));
        }
        auto socket = run(context, client.connect_websocket(std::move(request), &refusal));
        return socket ? *socket : nullptr;
    }
    net::Response refused(const std::string& path, const std::string& key = token) {
        net::Response refusal;
        refusal.status = 0;
        EXPECT_EQ(open(path, refusal, key), nullptr) << path;
        return refusal;
    }
    std::string streams(const std::string& result) {
        auto text = get("/metrics").body;
        auto at = text.find("switchhook_media_streams_total{result=\"" + result + "\"}");
        return at == std::string::npos
                   ? ""
                   : text.substr(text.find('}', at) + 2, text.find('\n', at) - text.find('}', at) - 2);
    }
};

}  // namespace

TEST_F(MediaSocket, IsRefusedAtThePathsOfOtherServersWithAWordOnWhatToDo) {
    serve();
    for (const char* path : {"/ws/twilio", "/twilio-media-stream", "/twilio/stream"}) {
        auto refusal = refused(path);
        EXPECT_EQ(refusal.status, 404) << path;
        EXPECT_THAT(refusal.body, HasSubstr("have the number's webhook lead to /twilio/voice")) << path;
    }
    EXPECT_EQ(streams("refused"), "3");
    EXPECT_TRUE(eventually([&] { return engine->err().find("/twilio-media-stream") != std::string::npos; }));
}

TEST_F(MediaSocket, IsRefusedWithoutTwiliosSignature) {
    serve();
    EXPECT_EQ(refused("/twilio/stream/" + sid(1), "").status, 400);
    EXPECT_EQ(refused("/twilio/stream/" + sid(1), "of somebody else").status, 403);
    EXPECT_EQ(refused("/somewhere").status, 404);
    EXPECT_EQ(streams("refused"), "2");
}

TEST_F(MediaSocket, IsClosedWhereNoCallWaitsForIt) {
    serve();
    net::Response refusal;
    auto socket = open("/twilio/stream/" + sid(1), refusal);
    ASSERT_NE(socket, nullptr) << refusal.body;
    socket->send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})").value();
    core::Json start{{"accountSid", "AC00000000000000000000000000000001"},
                     {"streamSid", "MZ1"},
                     {"callSid", sid(1)},
                     {"tracks", {"inbound"}},
                     {"mediaFormat", {{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}}},
                     {"customParameters", {{"token", "guessed"}}}};
    socket->send(core::Json{{"event", "start"}, {"sequenceNumber", "1"}, {"streamSid", "MZ1"}, {"start", start}}.dump())
        .value();
    auto end = run(context, socket->read());
    ASSERT_FALSE(end);
    EXPECT_EQ(socket->close_code(), 1008);
    EXPECT_EQ(streams("refused"), "1");
    EXPECT_EQ(streams("opened"), "0");
    EXPECT_TRUE(eventually([&] { return engine->err().find("there is no such call here") != std::string::npos; }));
}

TEST_F(MediaSocket, IsAllThatItsAddressTakes) {
    serve();
    auto response = get("/twilio/stream/" + sid(1));
    EXPECT_EQ(response.status, 426);
    EXPECT_THAT(response.body, HasSubstr("Only a WebSocket is taken here"));
}

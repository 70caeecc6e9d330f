#include "net/websocket_handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::net;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

// RFC 6455 §1.3.
constexpr const char* standards_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* standards_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

Request upgrade(std::string key = standards_key, std::string version = "13") {
    Request request;
    request.method = "GET";
    request.target = "/stream";
    request.headers = {{"Upgrade", "websocket"},
                       {"Connection", "Upgrade"},
                       {"Sec-WebSocket-Key", std::move(key)},
                       {"Sec-WebSocket-Version", std::move(version)}};
    return request;
}

std::string key_of(const std::string& request) {
    const std::string name = "Sec-WebSocket-Key: ";
    return request.substr(request.find(name) + name.size(), 24);
}

// What a server answers that opens a WebSocket for this request.
Response opening(const std::string& request) {
    const auto reply = upgrade_response(upgrade(key_of(request)));
    const std::string name = "Sec-WebSocket-Accept: ";
    Response response{.status = 101};
    response.headers = {{"upgrade", "WebSocket"},
                        {"connection", "keep-alive, Upgrade"},
                        {"sec-websocket-accept", reply.substr(reply.find(name) + name.size(), 28)}};
    return response;
}

}  // namespace

TEST(WebSocketHandshake, ProvesThatItHasReadTheKey) {
    EXPECT_FALSE(upgrade_refusal(upgrade()));
    EXPECT_THAT(upgrade_response(upgrade()), StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    EXPECT_THAT(upgrade_response(upgrade()), HasSubstr(std::string("\r\nSec-WebSocket-Accept: ") + standards_accept));
}

TEST(WebSocketHandshake, RefusesAnotherVersionAndNamesItsOwn) {
    for (auto version : {"8", "", "013"}) {
        auto refusal = upgrade_refusal(upgrade(standards_key, version));
        ASSERT_TRUE(refusal) << version;
        EXPECT_EQ(refusal->status, 426);
        EXPECT_EQ(refusal->headers.find("Sec-WebSocket-Version"), "13");
    }
}

TEST(WebSocketHandshake, RefusesAKeyThatIsNone) {
    for (auto key : {"", "short", "dGhlIHNhbXBsZSBub25jZQ=!", "dGhlIHNhbXBsZSBub25jZTEy", "!GhlIHNhbXBsZSBub25jZQ=="}) {
        auto refusal = upgrade_refusal(upgrade(key));
        ASSERT_TRUE(refusal) << key;
        EXPECT_EQ(refusal->status, 400);
    }
    auto post = upgrade();
    post.method = "POST";
    EXPECT_EQ(upgrade_refusal(post)->status, 400);
}

TEST(WebSocketHandshake, AsksWithAKeyOfItsOwnEachTime) {
    const auto url = parse_url("wss://model.example/v1/realtime?model=x").value();
    const auto first = ClientUpgrade().request(url, "Switchhook", {{"Authorization", "Bearer key"}});
    EXPECT_THAT(first, StartsWith("GET /v1/realtime?model=x HTTP/1.1\r\nHost: model.example\r\n"));
    EXPECT_THAT(first, HasSubstr("\r\nAuthorization: Bearer key\r\n"));
    EXPECT_THAT(first, HasSubstr("\r\nUser-Agent: Switchhook\r\n"));
    EXPECT_THAT(first, testing::EndsWith("\r\n\r\n"));
    EXPECT_FALSE(upgrade_refusal(upgrade(key_of(first))));
    EXPECT_NE(key_of(first), key_of(ClientUpgrade().request(url, "Switchhook", {})));
}

TEST(WebSocketHandshake, TakesNoReplyThatDoesNotProveIt) {
    const ClientUpgrade asked;
    const auto request = asked.request(parse_url("ws://127.0.0.1/").value(), "Switchhook", {});
    EXPECT_TRUE(asked.is_accepted_by(opening(request)));

    auto reply = opening(request);
    reply.status = 200;
    EXPECT_FALSE(asked.is_accepted_by(reply));
    for (auto name : {"Upgrade", "Connection", "Sec-WebSocket-Accept"}) {
        reply = opening(request);
        reply.headers.remove(name);
        EXPECT_FALSE(asked.is_accepted_by(reply)) << name;
    }
    reply = opening(request);
    reply.headers.set("Sec-WebSocket-Accept", standards_accept);
    EXPECT_FALSE(asked.is_accepted_by(reply));
    reply = opening(request);
    reply.headers.add("Sec-WebSocket-Extensions", "permessage-deflate");
    EXPECT_FALSE(asked.is_accepted_by(reply));
}

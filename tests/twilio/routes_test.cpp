#include "twilio/routes.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace switchhook::twilio;

namespace {

std::optional<RouteKind> kind(std::string_view path) {
    const auto route = find_route(path);
    if (!route) return std::nullopt;
    return route->kind;
}

}  // namespace

TEST(Routes, ServeTheEnginesOwnPaths) {
    EXPECT_EQ(kind("/twilio/voice"), RouteKind::voice);
    EXPECT_EQ(kind("/twilio/status"), RouteKind::status);
    EXPECT_EQ(kind("/twilio/sms"), RouteKind::message);
    EXPECT_EQ(kind("/twilio/recording"), RouteKind::recording);
    EXPECT_EQ(kind("/twilio/message-status"), RouteKind::message_status);
    EXPECT_EQ(kind("/twilio/stream"), RouteKind::media_stream);
}

TEST(Routes, ServeThePathsOfTheServersThatTheEngineReplaces) {
    EXPECT_EQ(kind("/webhooks/twilio/voice"), RouteKind::voice);
    EXPECT_EQ(kind("/webhooks/twilio/status"), RouteKind::status);
    EXPECT_EQ(kind("/ws/twilio"), RouteKind::media_stream);
    EXPECT_EQ(kind("/api/momentum/voice/inbound"), RouteKind::voice);
    EXPECT_EQ(kind("/api/momentum/voice/speech"), RouteKind::voice);
    EXPECT_EQ(kind("/api/momentum/voice/escalate"), RouteKind::voice);
    EXPECT_EQ(kind("/api/momentum/voice/status-callback"), RouteKind::status);
    EXPECT_EQ(kind("/api/twilio/incoming-call"), RouteKind::voice);
    EXPECT_EQ(kind("/api/twilio/incoming-sms"), RouteKind::message);
    EXPECT_EQ(kind("/twilio-media-stream"), RouteKind::media_stream);
}

TEST(Routes, ReadTheTurnOfAContinuation) {
    EXPECT_EQ(find_route("/twilio/continue/1")->turn, 1u);
    EXPECT_EQ(find_route("/twilio/continue/3/17")->turn, 3u);
    EXPECT_EQ(find_route("/twilio/continue/3/17")->step, 17u);
    EXPECT_EQ(find_route("/twilio/continue/4294967295")->turn, 4294967295u);
    for (auto path : {"/twilio/continue/", "/twilio/continue/0", "/twilio/continue/x", "/twilio/continue/-1",
                      "/twilio/continue/1/", "/twilio/continue/ 1", "/twilio/continue/4294967296", "/twilio/continue"})
        EXPECT_FALSE(find_route(path)) << path;
}

TEST(Routes, ReadWhoseWhisperItIs) {
    const auto route = find_route("/twilio/whisper/CA0123/2");
    ASSERT_TRUE(route);
    EXPECT_EQ(route->kind, RouteKind::whisper);
    EXPECT_EQ(route->call_sid, "CA0123");
    EXPECT_EQ(route->target, 2u);
    for (auto path : {"/twilio/whisper/", "/twilio/whisper/CA1", "/twilio/whisper//1", "/twilio/whisper/CA1/",
                      "/twilio/whisper/CA1/1/2"})
        EXPECT_FALSE(find_route(path)) << path;
}

TEST(Routes, ReadWhoseAudioAStreamIs) {
    for (auto path : {"/twilio/stream/CA0123", "/twilio/stream/CA0123/"}) {
        const auto route = find_route(path);
        ASSERT_TRUE(route) << path;
        EXPECT_EQ(route->kind, RouteKind::media_stream);
        EXPECT_EQ(route->call_sid, "CA0123");
    }
    EXPECT_EQ(find_route("/twilio/stream")->call_sid, "");
    for (auto path : {"/twilio/stream/", "/twilio/stream//", "/twilio/stream/CA1/2"})
        EXPECT_FALSE(find_route(path)) << path;
}

TEST(Routes, KnowNothingElse) {
    for (auto path : {"", "/", "/twilio", "/twilio/voice/", "/Twilio/Voice", "/twilio/voices", "/twilio/health"})
        EXPECT_FALSE(find_route(path)) << path;
}

TEST(Routes, NameEachPathOnce) {
    std::set<std::string_view> seen;
    for (const auto& path : route_paths()) EXPECT_TRUE(seen.insert(path.path).second) << path.path;
}

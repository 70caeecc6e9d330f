#include "twilio/public_origin.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

using namespace switchhook;
using twilio::PublicOrigin;

namespace {

net::Request request(net::Headers headers, const char* peer = "10.1.2.3", bool secure = false) {
    return {"POST", "/twilio/voice?x=a%2Bb", std::move(headers), "", boost::asio::ip::make_address(peer), secure};
}

PublicOrigin configured(std::vector<std::string> urls) {
    return PublicOrigin({std::move(urls), {}});
}
PublicOrigin behind(std::vector<std::string> proxies) {
    return PublicOrigin({{}, std::move(proxies)});
}

const net::Headers forwarded{
    {"Host", "internal:8080"}, {"X-Forwarded-Proto", "https, http"}, {"X-Forwarded-Host", "voice.example.com , inner"}};

}  // namespace

TEST(PublicOrigin, IsTheConfiguredOneWhateverTheRequestSays) {
    const auto origin = configured({"https://voice.example.com/"});
    EXPECT_EQ(origin.of(request({{"Host", "internal:8080"}})), "https://voice.example.com");
    EXPECT_EQ(origin.url(request(forwarded)), "https://voice.example.com/twilio/voice?x=a%2Bb");
}

TEST(PublicOrigin, MayHaveAPrefix) {
    EXPECT_EQ(configured({"https://example.com/phone"}).url(request({})),
              "https://example.com/phone/twilio/voice?x=a%2Bb");
}

TEST(PublicOrigin, IsOfSeveralTheOneThatTheHostNames) {
    const auto origin = configured({"https://a.example.com", "https://b.example.com:8443"});
    EXPECT_EQ(origin.of(request({{"Host", "B.example.com:8443"}})), "https://b.example.com:8443");
    EXPECT_EQ(origin.of(request({{"Host", "other"}})), "https://a.example.com");
}

TEST(PublicOrigin, IsTheHostHeaderWithoutConfiguration) {
    const auto origin = configured({});
    EXPECT_EQ(origin.of(request({{"Host", "voice.example.com:8080"}})), "http://voice.example.com:8080");
    EXPECT_EQ(origin.of(request({{"host", "voice.example.com"}}, "10.1.2.3", true)), "https://voice.example.com");
}

TEST(PublicOrigin, TrustsForwardedHeadersFromKnownProxiesOnly) {
    EXPECT_EQ(behind({"10.1.2.3"}).of(request(forwarded)), "https://voice.example.com");
    EXPECT_EQ(behind({"10.0.0.0/8"}).of(request(forwarded)), "https://voice.example.com");
    EXPECT_EQ(behind({"10.9.9.9/8"}).of(request(forwarded)), "https://voice.example.com");
    EXPECT_EQ(behind({"10.1.2.4", "192.168.0.0/16"}).of(request(forwarded)), "http://internal:8080");
    EXPECT_EQ(behind({}).of(request(forwarded)), "http://internal:8080");
}

TEST(PublicOrigin, KnowsProxiesByIpv6) {
    EXPECT_EQ(behind({"10.0.0.0/8"}).of(request(forwarded, "::ffff:10.1.2.3")), "https://voice.example.com");
    EXPECT_EQ(behind({"fd00::/8"}).of(request(forwarded, "fd12::1")), "https://voice.example.com");
    EXPECT_EQ(behind({"::1"}).of(request(forwarded, "::1")), "https://voice.example.com");
    EXPECT_EQ(behind({"fd00::/8"}).of(request(forwarded, "fe80::1")), "http://internal:8080");
}

TEST(PublicOrigin, OfAnUpgradeIsAWebSocket) {
    const net::Headers upgrade{{"Host", "voice.example.com"}, {"upgrade", "WebSocket"}};
    EXPECT_EQ(configured({}).url(request(upgrade)), "wss://voice.example.com/twilio/voice?x=a%2Bb");
    EXPECT_EQ(configured({"https://e.com"}).url(request(upgrade)), "wss://e.com/twilio/voice?x=a%2Bb");
}

TEST(PublicOrigin, RefusesWhatItCannotRead) {
    for (auto url : {"voice.example.com", "ftp://e.com", "https://e.com?x", "https://u:p@e.com", ""})
        EXPECT_THROW(configured({url}), std::invalid_argument) << url;
    for (auto proxy : {"", "proxy.local", "10.0.0.0/33", "10.0.0", "fd00::/129"})
        EXPECT_THROW(behind({proxy}), std::invalid_argument) << proxy;
}

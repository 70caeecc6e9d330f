#include "net/url.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::net;

TEST(Url, IsTakenApart) {
    auto url = parse_url("HTTPS://user:p%40ss@Example.COM:8443/a%20b?x=1&y=%2B#part");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, "https");
    EXPECT_EQ(url->user_info, "user:p@ss");
    EXPECT_EQ(url->host, "example.com");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/a%20b?x=1&y=%2B");
    EXPECT_EQ(url->authority(), "example.com:8443");
    EXPECT_TRUE(url->secure());
}

TEST(Url, FillsInThePortAndThePath) {
    auto url = parse_url("http://example.com?x");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->port, 80);
    EXPECT_EQ(url->target, "/?x");
    EXPECT_EQ(url->authority(), "example.com");
    EXPECT_EQ(parse_url("wss://example.com")->port, 443);
    EXPECT_EQ(parse_url("https://example.com:443/")->origin(), "https://example.com");
}

TEST(Url, KnowsIpv6Literals) {
    auto url = parse_url("http://[::1]:8080/");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "::1");
    EXPECT_EQ(url->authority(), "[::1]:8080");
}

TEST(Url, RefusesWhatItCannotFetch) {
    for (auto text :
         {"", "example.com", "/path", "ftp://example.com/", "http://", "http:///x", "http://a b/", "http://a:0/",
          "http://a:99999/", "http://a\r\nb/", "http://%0d%0a/", "file:///etc/passwd", "http:a"})
        EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Url, ResolvesALocation) {
    auto base = *parse_url("http://example.com:81/a/b?x=1");
    EXPECT_EQ(resolve_url(base, "c?y")->text(), "http://example.com:81/a/c?y");
    EXPECT_EQ(resolve_url(base, "/c")->text(), "http://example.com:81/c");
    EXPECT_EQ(resolve_url(base, "../../c")->text(), "http://example.com:81/c");
    EXPECT_EQ(resolve_url(base, "//other/")->text(), "http://other/");
    EXPECT_EQ(resolve_url(base, "https://other/d")->text(), "https://other/d");
    EXPECT_FALSE(resolve_url(base, "gopher://other/"));
}

#include "openai/realtime_provider.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::openai;

TEST(Account, LeadsToTheRealtimeApi) {
    Account account;
    EXPECT_EQ(account.realtime_endpoint(), "wss://api.openai.com/v1/realtime");
    account.base_url = "https://eu.api.openai.com/v1/";
    EXPECT_EQ(account.realtime_endpoint(), "wss://eu.api.openai.com/v1/realtime");
    account.base_url = "http://127.0.0.1:9100/v1";
    EXPECT_EQ(account.realtime_endpoint(), "ws://127.0.0.1:9100/v1/realtime");
    account.realtime_url = "wss://models.example/realtime";
    EXPECT_EQ(account.realtime_endpoint(), "wss://models.example/realtime");
}

TEST(Account, SendsNoKeyWithoutTlsButOnLoopback) {
    Account account;
    EXPECT_EQ(account.problem(), "");
    for (const char* url : {"http://127.0.0.1:9100/v1", "http://[::1]/v1", "http://localhost/v1"}) {
        account.base_url = url;
        EXPECT_EQ(account.problem(), "") << url;
    }
    account.base_url = "http://10.0.0.1/v1";
    EXPECT_EQ(account.problem(),
              "OPENAI_BASE_URL would send the key without TLS: http:// works on loopback only, write https://, not "
              "`http://10.0.0.1/v1`");
    account.base_url = "api.openai.com";
    EXPECT_EQ(account.problem(), "OPENAI_BASE_URL is an address as https://api.openai.com/v1, not `api.openai.com`");
    account = {};
    account.realtime_url = "ws://localhost.example/v1/realtime";
    EXPECT_NE(account.problem(), "");
    account.realtime_url = "https://api.openai.com/v1/realtime";
    EXPECT_NE(account.problem(), "");
}

TEST(SafetyIdentifier, TellsCallersApartWithoutNamingThem) {
    core::Secret key("sk-1");
    auto one = safety_identifier(key, "+15550123");
    EXPECT_EQ(one.size(), 64U);
    EXPECT_EQ(one, safety_identifier(key, "+15550123"));
    EXPECT_NE(one, safety_identifier(key, "+15550124"));
    // Who has the hash and not the key cannot try out all numbers.
    EXPECT_NE(one, safety_identifier(core::Secret("sk-2"), "+15550123"));
}

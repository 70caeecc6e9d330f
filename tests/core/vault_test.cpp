#include "core/vault.hpp"

#include <gtest/gtest.h>

using namespace switchhook::core;

namespace {

SealingKey key(char first = '0') {
    return SealingKey::parse(first + std::string("00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
        .value();
}

// The settings of +15550100 with a sealed token.
Json kept(const std::string& token = "t0p s3cret") {
    return {{"office", "Ascend"}, {"token", Vault(key()).seal_setting(token, "+15550100", "token")}};
}

// One that has opened the token.
struct Opening {
    explicit Opening(const std::string& token = "t0p s3cret") {
        opened = vault.open_settings(kept(token), "+15550100");
    }
    Vault vault{key()};
    Vault::Opened opened;
};

}  // namespace

TEST(Vault, OpensTheSettingsOfANumber) {
    Opening opening;
    EXPECT_TRUE(opening.opened.secret);
    EXPECT_EQ(opening.opened.problem, "");
    EXPECT_EQ(opening.opened.value, (Json{{"office", "Ascend"}, {"token", "t0p s3cret"}}));
}

TEST(Vault, LeavesSettingsWithoutSecretsAsTheyAre) {
    Json settings = {{"office", "Ascend"}, {"menu", {{"tries", 2}}}};
    auto opened = Vault().open_settings(settings, "+15550100");
    EXPECT_FALSE(opened.secret);
    EXPECT_EQ(opened.problem, "");
    EXPECT_EQ(opened.value, settings);
}

TEST(Vault, SaysWhyItCannotOpen) {
    EXPECT_EQ(Vault().open_settings(kept(), "+15550100").problem,
              "the setting `token` of +15550100 cannot be opened: SWITCHHOOK_KEY is not set");
    EXPECT_EQ(Vault(key('1')).open_settings(kept(), "+15550100").problem,
              "the setting `token` of +15550100 cannot be opened: it was sealed under another SWITCHHOOK_KEY");
    EXPECT_EQ(Vault(key()).open_settings(kept(), "+15550101").problem,
              "the setting `token` of +15550101 cannot be opened: it has been altered, or is not for this");
}

TEST(Vault, MasksWhatItHasOpened) {
    EXPECT_EQ(Vault(key()).mask(std::string("Bearer t0p s3cret")), "Bearer t0p s3cret");
    Opening opening;
    EXPECT_EQ(opening.vault.mask(std::string("t0p s3cret, or t0p s3cret")), "[secret], or [secret]");
    EXPECT_EQ(opening.vault.mask(Json{{"headers", {"Bearer t0p s3cret", 5}}}),
              (Json{{"headers", {"Bearer [secret]", 5}}}));
}

TEST(Vault, KnowsASecretInTheFormInWhichALogShowsIt) {
    Opening opening("a\"b\\cd");
    EXPECT_EQ(opening.vault.mask(Json{{"token", "a\"b\\cd"}}.dump()), R"({"token":"[secret]"})");
    auto line = "fields=" + Json(Json{{"token", "a\"b\\cd"}}.dump()).dump();
    EXPECT_EQ(opening.vault.mask(line), R"(fields="{\"token\":\"[secret]\"}")");
}

TEST(Vault, MasksALongSecretBeforeAShorterOneWithinIt) {
    Opening opening("abcd");
    opening.vault.open_settings(kept("abcdefgh"), "+15550100");
    EXPECT_EQ(opening.vault.mask(std::string("abcdefgh abcd")), "[secret] [secret]");
}

TEST(Vault, SealsTheTextsThatHoldASecret) {
    Opening opening;
    Json request = {{"url", "https://crm.example"}, {"headers", {{"Authorization", "Bearer t0p s3cret"}}}};
    auto sealed = opening.vault.seal_secrets(request, "CA1:3");
    EXPECT_EQ(sealed["url"], "https://crm.example");
    EXPECT_EQ(sealed.dump().find("s3cret"), std::string::npos);
    EXPECT_EQ(Vault(key()).open_secrets(sealed, "CA1:3").value, request);
    EXPECT_EQ(Vault(key()).open_secrets(sealed, "CA1:4").problem,
              "a secret cannot be opened: it has been altered, or is not for this");
}

#include "script/secret_names.hpp"

#include <gtest/gtest.h>

namespace switchhook::script {
namespace {

TEST(SecretNames, AreReadByTheirEnd) {
    for (const char* name : {"password", "db_password", "DB_PWD", "loginPassphrase"})
        EXPECT_EQ(secret_kind(name), SecretKind::password) << name;
    for (const char* name : {"token", "crmToken", "X-API-Key", "api_key", "Authorization", "client_secret"})
        EXPECT_EQ(secret_kind(name), SecretKind::key) << name;
    for (const char* name : {"", "key", "TOKEN_KEY", "token_url", "password_hint", "tokens", "front_desk"})
        EXPECT_EQ(secret_kind(name), SecretKind::none) << name;
}

TEST(SecretNames, SpeakOfASecretAnywhere) {
    for (const char* name : {"token_of_crm", "old-password-2", "apiKeys", "credentials"})
        EXPECT_TRUE(speaks_of_a_secret(name)) << name;
    for (const char* name : {"", "key", "keyword", "author", "name"}) EXPECT_FALSE(speaks_of_a_secret(name)) << name;
}

}  // namespace
}  // namespace switchhook::script

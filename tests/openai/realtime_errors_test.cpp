#include "openai/realtime_errors.hpp"

#include <gtest/gtest.h>

using namespace switchhook::openai;

TEST(RealtimeErrors, NameTheCodeOfARefusal) {
    EXPECT_EQ(code_of_refusal(429, R"({"error":{"code":"insufficient_quota","message":"No."}})"), "insufficient_quota");
    EXPECT_EQ(code_of_refusal(401, "<html>"), "invalid_api_key");
    EXPECT_EQ(code_of_refusal(404, R"({"error":{"code":null}})"), "model_not_found");
    EXPECT_EQ(code_of_refusal(403, ""), "refused");
}

TEST(RealtimeErrors, ComeWithoutKeys) {
    EXPECT_EQ(without_secrets("key sk-proj-1_2 is wrong"), "key sk-… is wrong");
    EXPECT_EQ(without_secrets("sk-1"), "sk-…");
    EXPECT_EQ(without_secrets("a\nb"), "a b");
    EXPECT_EQ(without_secrets(std::string(1000, 'x')).size(), 300U);
}

#include "audio/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace switchhook::audio {
namespace {

// RFC 4648 §10.
TEST(Base64, EncodesAndDecodesTheVectorsOfTheRfc) {
    const std::pair<std::string_view, std::string_view> vectors[]{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
    for (auto [bytes, text] : vectors) {
        EXPECT_EQ(encode_base64(bytes), text);
        EXPECT_EQ(decode_base64(text).value(), bytes);
    }
}

TEST(Base64, GivesBytesOfEveryValueAndLengthBack) {
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
        EXPECT_EQ(decode_base64(encode_base64(bytes)).value(), bytes);
        bytes.push_back(static_cast<char>(i * 131));
    }
}

TEST(Base64, UsesPlusAndSlash) {
    EXPECT_EQ(encode_base64("\xfb\xff\xbf"), "+/+/");
    EXPECT_FALSE(decode_base64("-_-_"));
}

TEST(Base64, AppendsToWhatIsThere) {
    std::string text = "payload: ";
    append_base64(text, "foo");
    EXPECT_EQ(text, "payload: Zm9v");
    std::string bytes = "bytes: ";
    ASSERT_TRUE(append_decoded_base64(bytes, "Zm8="));
    EXPECT_EQ(bytes, "bytes: fo");
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
    for (std::string_view text : {"Z", "Zg", "Zg=", "Zg==Zg==", "=", "====", "Z===", "Zm9v\n", "Zm9 ",
                                  "Zm9v====", "Z=9v", "Zh==", "Zm9=", "Zm\x80v", "Zm9vZm9vZ!9v", "!m9vZm9v"}) {
        std::string bytes = "as it was";
        const auto done = append_decoded_base64(bytes, text);
        ASSERT_FALSE(done) << text;
        EXPECT_EQ(done.error(), core::Errc::malformed);
        EXPECT_EQ(bytes, "as it was") << text;
    }
}

}  // namespace
}  // namespace switchhook::audio

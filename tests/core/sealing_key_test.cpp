#include "core/sealing_key.hpp"

#include <gtest/gtest.h>

using namespace switchhook::core;

namespace {

const std::string hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

SealingKey key(const std::string& text = hex) {
    return SealingKey::parse(text).value();
}

}  // namespace

TEST(SealingKey, IsReadFromHexDigitsAndFromBase64) {
    auto sealed = key(hex).seal("s3cret", "here");
    EXPECT_EQ(key(base64).open(sealed, "here").value(), "s3cret");
    EXPECT_EQ(key("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F").open(sealed, "here").value(),
              "s3cret");
}

TEST(SealingKey, Has32Bytes) {
    for (const auto* text : {"", "secret", "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
                             "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ==",
                             "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                             "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"})
        EXPECT_EQ(SealingKey::parse(text).error(), Errc::malformed) << text;
}

TEST(SealingKey, OpensWhatItSealed) {
    for (const auto& plain : {std::string(), std::string("s3cret"), std::string("\0\xff", 2), std::string(5000, 'x')}) {
        auto sealed = key().seal(plain, "+15550100 token");
        EXPECT_TRUE(is_sealed(sealed));
        EXPECT_EQ(key().open(sealed, "+15550100 token").value(), plain);
    }
}

TEST(SealingKey, ShowsNothingOfWhatItSeals) {
    auto first = key().seal("s3cret token", "here").dump(), second = key().seal("s3cret token", "here").dump();
    EXPECT_EQ(first.find("s3cret"), std::string::npos);
    EXPECT_NE(first, second);  // each has a nonce of its own
}

TEST(SealingKey, OpensItForNothingElse) {
    auto sealed = key().seal("s3cret", "+15550100 token");
    EXPECT_EQ(key().open(sealed, "+15550101 token").error(), Errc::malformed);
}

TEST(SealingKey, TellsAnotherKeyFromWhatWasAltered) {
    auto sealed = key().seal("s3cret", "here");
    auto other = key("100102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    EXPECT_EQ(other.open(sealed, "here").error(), Errc::conflict);
    auto text = sealed["$sealed"].get<std::string>();
    for (auto at : {std::size_t{0}, std::size_t{10}, std::size_t{30}, text.size() - 2}) {
        auto altered = text;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(key().open({{"$sealed", altered}}, "here")) << at;
    }
    EXPECT_EQ(key().open({{"$sealed", text.substr(0, 20)}}, "here").error(), Errc::malformed);
    EXPECT_EQ(key().open("s3cret", "here").error(), Errc::malformed);
}

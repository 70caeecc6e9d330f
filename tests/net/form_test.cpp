#include "net/form.hpp"

#include <gtest/gtest.h>

using namespace switchhook::net;

TEST(Form, KeepsOrderAndRepeatedKeys) {
    auto form = decode_form("b=2&a=1&b=3");
    ASSERT_EQ(form.size(), 3u);
    EXPECT_EQ(form.begin()[0], Form::Field("b", "2"));
    EXPECT_EQ(form.begin()[1], Form::Field("a", "1"));
    EXPECT_EQ(form.begin()[2], Form::Field("b", "3"));
    EXPECT_EQ(form.get("b"), "2");
    EXPECT_EQ(form.get("c"), "");
    EXPECT_EQ(form.find("c"), std::nullopt);
}

TEST(Form, DecodesOnce) {
    EXPECT_EQ(decode_form("From=%2B14158675310").get("From"), "+14158675310");
    EXPECT_EQ(decode_form("a=1%252B2").get("a"), "1%2B2");
    EXPECT_EQ(decode_form("a=x+y%20z").get("a"), "x y z");
}

TEST(Form, TrimsNothing) {
    EXPECT_EQ(decode_form("Body=+hello+%0A").get("Body"), " hello \n");
}

TEST(Form, LetsAStrayPercentStandForItself) {
    EXPECT_EQ(decode_form("a=100%&b=%zz&c=%4").get("a"), "100%");
    EXPECT_EQ(decode_form("a=100%&b=%zz&c=%4").get("b"), "%zz");
    EXPECT_EQ(decode_form("a=100%&b=%zz&c=%4").get("c"), "%4");
}

TEST(Form, ReadsKeysWithoutAValueAndSkipsEmptyPairs) {
    auto form = decode_form("&a&b=&&=c&");
    ASSERT_EQ(form.size(), 3u);
    EXPECT_EQ(form.find("a"), "");
    EXPECT_EQ(form.find("b"), "");
    EXPECT_EQ(form.find(""), "c");
}

TEST(Form, ReadsBackWhatItWrites) {
    Form form = {{"To", "+1 (800) 555"}, {"Body", "ü=&%\n"}, {"", ""}, {"To", "*-._~"}};
    EXPECT_EQ(encode_form(form), "To=%2B1+%28800%29+555&Body=%C3%BC%3D%26%25%0A&=&To=*-._%7E");
    auto back = decode_form(encode_form(form));
    EXPECT_TRUE(std::equal(form.begin(), form.end(), back.begin(), back.end()));
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
    EXPECT_EQ(percent_encode("a b/ü~*"), "a%20b%2F%C3%BC~%2A");
}

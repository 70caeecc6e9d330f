#include "twilio/signature.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using twilio::sign;
using twilio::SignatureCheck;

namespace {

const core::Secret token("12345");

struct Vector {
    const char* name;
    const char* url;
    net::Form parameters;
    const char* signature;
};

// Requests as Twilio signs them, with the token 12345. S1 is the example of Twilio's documentation.
const std::vector<Vector> vectors = {
    {"S1",
     "https://example.com/myapp.php?foo=1&bar=2",
     {{"CallSid", "CA1234567890ABCDE"},
      {"Caller", "+14158675310"},
      {"Digits", "1234"},
      {"From", "+14158675310"},
      {"To", "+18005551212"}},
     "L/OH5YylLD5NRKLltdqwSvS0BnU="},
    {"S2",
     "https://example.com/v?CallSid=CA1&From=%2B14158675310&Body=hello%20world",
     {},
     "pgAGvxA/5zw/r+iKHdir6XURYq4="},
    {"S3",
     "https://example.com/sms",
     {{"Body", ""}, {"From", "+14158675310"}, {"NumMedia", "0"}},
     "QBwTRVEfGWJYqgG0xiVPK+RTlg8="},
    {"S4",
     "https://example.com/sms",
     {{"Body", "Grüße 👋 日本"}, {"From", "+4915112345678"}},
     "UIngfpR4oZqNM8TKOYgEZXi4cL4="},
    {"S5",
     "https://mycompany.com/myapp.php?foo=1&bar=2",
     {{"Sid", "CA123"}, {"SidAccount", "AC123"}, {"Digits", "5678"}, {"Digits", "1234"}, {"Digits", "1234"}},
     "IK+Dwps556ElfBT0I3Rgjkr1wJU="},
    {"S6", "https://example.com/voice", {{"CallSid", "CA1"}, {"Digits", "#"}}, "IvS8EsJq3y/WqvjrwA/hHeqEYF8="},
    {"S7", "https://example.com:8443/sms", {{"Body", "hi"}}, "BJo6qmppzdn2htU5SyTOVcl3Uao="},
    {"S11",
     "https://example.com/v?x=a%2Bb&y=a+b",
     {{"Body", " lead & trail + = % "}, {"To", "+18005551212"}},
     "OAT95aPGeUapzc3VdBvaI9hTIR0="},
    {"S12", "wss://example.com/media", {}, "7PR3qMkpDyEJtMrVOY/LDyNq8J8="},
    {"S13", "wss://example.com/media/", {}, "T+WBXwUXC0/CyoZ1DA+p9ilZORs="},
    {"B1",
     "https://example.com/myapp?foo=1&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
     {},
     "WQO2HbV1jgHDQLdFYGQeUcB6k44="},
};

bool accepts(std::string_view url, const net::Form& parameters, std::string_view signature) {
    return SignatureCheck({token}).accepts(url, parameters, signature);
}

// Whether a request that arrives under one URL passes, when Twilio signed it under another.
bool accepts_signed_as(std::string_view arrived, std::string_view as_signed) {
    return accepts(arrived, {{"a", "b"}}, sign(token, as_signed, {{"a", "b"}}));
}

}  // namespace

TEST(Signature, AgreesWithTwiliosOwn) {
    for (const auto& vector : vectors) {
        EXPECT_EQ(sign(token, vector.url, vector.parameters), vector.signature) << vector.name;
        EXPECT_TRUE(accepts(vector.url, vector.parameters, vector.signature)) << vector.name;
    }
}

TEST(Signature, IsWrongWithAnyCharacterOff) {
    for (const auto& vector : vectors)
        for (std::size_t i = 0; i < 28; ++i) {
            std::string wrong = vector.signature;
            wrong[i] = static_cast<char>(wrong[i] ^ 1);
            EXPECT_FALSE(accepts(vector.url, vector.parameters, wrong)) << vector.name << " " << i;
        }
}

TEST(Signature, IsWrongWithAnotherToken) {
    const SignatureCheck check({core::Secret("12346")});
    for (const auto& vector : vectors)
        EXPECT_FALSE(check.accepts(vector.url, vector.parameters, vector.signature)) << vector.name;
}

TEST(Signature, IsWrongWithAParameterMoreOrLessOrChanged) {
    const auto& s1 = vectors[0];
    auto more = s1.parameters;
    more.add("Extra", "1");
    EXPECT_FALSE(accepts(s1.url, more, s1.signature));
    net::Form less;
    for (const auto& [key, value] : s1.parameters)
        if (key != "Digits") less.add(key, value);
    EXPECT_FALSE(accepts(s1.url, less, s1.signature));
    less.add("Digits", "1235");
    EXPECT_FALSE(accepts(s1.url, less, s1.signature));
}

TEST(Signature, IsWrongForAnotherUrl) {
    const auto& s1 = vectors[0];
    for (auto url : {"http://example.com/myapp.php?foo=1&bar=2", "https://example.org/myapp.php?foo=1&bar=2",
                     "https://example.com/myapp.php?bar=2&foo=1", "https://example.com/myapp.php/?foo=1&bar=2",
                     "https://example.com/myapp.php", "https://example.com/myapp.php?foo=1&bar=%32",
                     "wss://example.com/myapp.php?foo=1&bar=2"})
        EXPECT_FALSE(accepts(url, s1.parameters, s1.signature)) << url;
}

TEST(Signature, IsWrongWhenItIsNone) {
    const auto& s1 = vectors[0];
    for (std::string_view none :
         {"", "=", "L/OH5YylLD5NRKLltdqwSvS0BnU", "L/OH5YylLD5NRKLltdqwSvS0BnU= ", "sha1=L/OH5YylLD5NRKLltdqwSvS0BnU="})
        EXPECT_FALSE(accepts(s1.url, s1.parameters, none)) << none;
}

TEST(Signature, DoesNotDependOnTheOrderOfParameters) {
    net::Form backwards;
    std::vector<net::Form::Field> fields(vectors[0].parameters.begin(), vectors[0].parameters.end());
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) backwards.add(field->first, field->second);
    EXPECT_TRUE(accepts(vectors[0].url, backwards, vectors[0].signature));
}

TEST(Signature, SortsKeysByTheirBytes) {
    // Upper case before lower, and a key before its own continuation.
    EXPECT_EQ(sign(token, "https://e.com/", {{"b", "1"}, {"B", "2"}, {"BA", "3"}}),
              sign(token, "https://e.com/B2BA3b1"));
}

TEST(Signature, AcceptsEitherFormOfThePort) {
    EXPECT_TRUE(accepts_signed_as("https://e.com/v", "https://e.com:443/v"));
    EXPECT_TRUE(accepts_signed_as("https://e.com:443/v", "https://e.com/v"));
    EXPECT_TRUE(accepts_signed_as("https://e.com:8443/v", "https://e.com/v"));
    EXPECT_TRUE(accepts_signed_as("http://e.com/v", "http://e.com:80/v"));
    EXPECT_TRUE(accepts_signed_as("http://e.com:8080/v", "http://e.com:8080/v"));
    EXPECT_TRUE(accepts_signed_as("https://[2001:db8::1]/v", "https://[2001:db8::1]:443/v"));
    EXPECT_TRUE(accepts_signed_as("https://[2001:db8::1]:8443/v", "https://[2001:db8::1]/v"));
    // S6: the signed URL has no port, the request arrived at 8443.
    EXPECT_TRUE(accepts("https://example.com:8443/voice", vectors[5].parameters, vectors[5].signature));
}

TEST(Signature, NeverTriesAnotherExplicitPort) {
    EXPECT_FALSE(accepts_signed_as("https://e.com/v", "https://e.com:8443/v"));
    EXPECT_FALSE(accepts_signed_as("https://e.com:8443/v", "https://e.com:443/v"));
    EXPECT_FALSE(accepts_signed_as("https://e.com/v", "https://e.com:80/v"));
}

TEST(Signature, AcceptsTheFormsOfAMediaStreamsUrl) {
    for (auto as_signed : {"wss://e.com/media", "wss://e.com/media/", "wss://e.com:443/media", "wss://e.com:80/media",
                           "wss://e.com:443/media/"}) {
        EXPECT_TRUE(accepts_signed_as("wss://e.com/media", as_signed)) << as_signed;
        EXPECT_TRUE(accepts_signed_as("wss://e.com/media/", as_signed)) << as_signed;
    }
    EXPECT_TRUE(accepts_signed_as("wss://e.com:8443/media", "wss://e.com:8443/media/"));
    EXPECT_TRUE(accepts("wss://example.com/media", {}, "T+WBXwUXC0/CyoZ1DA+p9ilZORs="));
    EXPECT_TRUE(accepts("wss://example.com/media/", {}, "7PR3qMkpDyEJtMrVOY/LDyNq8J8="));
}

TEST(Signature, AcceptsABareOriginWithItsSlash) {
    EXPECT_TRUE(accepts_signed_as("https://e.com/", "https://e.com"));
    EXPECT_TRUE(accepts_signed_as("https://e.com", "https://e.com/"));
    EXPECT_FALSE(accepts_signed_as("https://e.com/v", "https://e.com/v/"));
}

TEST(Signature, LeavesOutUserInfoAndFragment) {
    EXPECT_EQ(sign(token, "https://user:pass@e.com/v?a=1#rc=2&rp=all"), sign(token, "https://e.com/v?a=1"));
    EXPECT_TRUE(accepts_signed_as("https://user:p@ss@e.com:8443/v#x", "https://e.com:8443/v"));
}

TEST(Signature, KeepsTheQueryByteForByte) {
    EXPECT_NE(sign(token, "https://e.com/v?x=a%2Bb"), sign(token, "https://e.com/v?x=a+b"));
    EXPECT_NE(sign(token, "https://e.com/v?x=%2b"), sign(token, "https://e.com/v?x=%2B"));
    EXPECT_FALSE(accepts_signed_as("https://e.com/v?x=%2B", "https://e.com/v?x=+"));
}

TEST(Signature, AcceptsEveryTokenDuringARotation) {
    const SignatureCheck check({core::Secret("new"), core::Secret(""), token});
    EXPECT_TRUE(check.accepts(vectors[0].url, vectors[0].parameters, vectors[0].signature));
    EXPECT_TRUE(check.accepts("https://e.com/", {}, sign(core::Secret("new"), "https://e.com/")));
    EXPECT_FALSE(check.accepts("https://e.com/", {}, sign(core::Secret("newer"), "https://e.com/")));
}

TEST(Signature, AcceptsNothingWithoutAToken) {
    const SignatureCheck check({core::Secret("")});
    EXPECT_TRUE(check.empty());
    EXPECT_FALSE(check.accepts(vectors[0].url, vectors[0].parameters, vectors[0].signature));
}

TEST(Signature, TiesAJsonBodyToItsHash) {
    const std::string url = vectors.back().url;
    const std::string body = R"({"property": "value", "boolean": true})";
    EXPECT_TRUE(twilio::has_body_hash(url));
    EXPECT_TRUE(twilio::body_hash_matches(url, body));
    EXPECT_FALSE(twilio::body_hash_matches(url, body + " "));
    EXPECT_FALSE(twilio::body_hash_matches(url, ""));
    EXPECT_FALSE(twilio::body_hash_matches("https://e.com/?bodySHA256=0a1f", body));
    EXPECT_FALSE(twilio::has_body_hash("https://e.com/?xbodySHA256=1"));
    EXPECT_FALSE(twilio::has_body_hash("https://e.com/bodySHA256=1"));
}

#include "net/http.hpp"

#include <gtest/gtest.h>

using namespace switchhook::net;

TEST(Headers, AreFoundWhateverTheirCase) {
    Headers headers = {{"X-Twilio-Signature", "abc"}};
    EXPECT_EQ(headers.find("x-twilio-signature"), "abc");
    EXPECT_EQ(headers.find("X-TWILIO-SIGNATURE"), "abc");
    EXPECT_EQ(headers.find("X-Twilio"), std::nullopt);
}

TEST(Headers, KeepRepeatedNamesInOrder) {
    Headers headers;
    headers.add("Accept", "a");
    headers.add("accept", "b");
    EXPECT_EQ(headers.size(), 2u);
    EXPECT_EQ(headers.find("ACCEPT"), "a");
    headers.set("Accept", "c");
    EXPECT_EQ(headers.size(), 1u);
    EXPECT_EQ(headers.find("accept"), "c");
}

TEST(Request, SplitsItsTargetAtTheFirstQuestionMark) {
    Request request{.method = "GET", .target = "/a%20b?x=1?2"};
    EXPECT_EQ(request.path(), "/a%20b");
    EXPECT_EQ(request.query(), "x=1?2");
    request.target = "/plain";
    EXPECT_EQ(request.path(), "/plain");
    EXPECT_EQ(request.query(), "");
}

TEST(Response, OfJsonSurvivesTextThatIsNotUtf8) {
    auto response = json_response(200, {{"name", "a\xff"}});
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, "{\"name\":\"a\xEF\xBF\xBD\"}");
}

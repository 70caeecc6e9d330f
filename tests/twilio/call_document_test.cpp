#include "twilio/call_document.hpp"

#include "awaited.hpp"
#include "twilio/call.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::twilio;
using core::Ask;
using core::Json;

namespace {

constexpr const char* origin = "https://voice.example.com";

std::vector<Ask> greeting_and_question() {
    return {
        {"say", {{"text", "Welcome."}}, "flow.lua:1", 1},
        {"gather", {{"prompts", Json::array({{{"say", {{"text", "Press 1."}}}}})}, {"digits", 1}}, "flow.lua:2", 2}};
}

// What a call sends for the same asks.
std::string sent(const std::vector<Ask>& asks) {
    boost::asio::io_context context;
    core::SystemClock clock;
    Call call("CA1", origin, {}, clock, context.get_executor());
    Webhook webhook;
    webhook.call_sid = "CA1";
    tests::Awaited<Call::Reply> reply(context, call.turn(0, webhook));
    std::vector<std::unique_ptr<tests::Awaited<core::Answer>>> answers;
    for (const auto& ask : asks) {
        answers.push_back(std::make_unique<tests::Awaited<core::Answer>>(context, call.perform(ask)));
        tests::run_ready(context);
    }
    return reply->document;
}

}  // namespace

TEST(CallDocument, IsWhatACallSends) {
    auto text = document_for(greeting_and_question(), CallUrls(origin, "CA1"), 0, 2, "TOKEN");
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, sent(greeting_and_question()));
    EXPECT_NE(text->find("https://voice.example.com/twilio/continue/1/2"), std::string::npos) << *text;
}

TEST(CallDocument, ConnectsAStream) {
    auto text = document_for({{"converse", Json::object(), "flow.lua:1", 1}}, CallUrls(origin, "CA1"), 3, 7, "TOKEN");
    ASSERT_TRUE(text);
    EXPECT_NE(text->find("wss://voice.example.com/twilio/stream/CA1"), std::string::npos) << *text;
    EXPECT_NE(text->find("value=\"TOKEN\""), std::string::npos) << *text;
    EXPECT_NE(text->find("/twilio/continue/4/7"), std::string::npos) << *text;
}

TEST(CallDocument, SaysWhatCannotBeSent) {
    auto text = document_for({{"dial", {{"to", Json::array({{{"number", ""}}})}}, "flow.lua:1", 1}},
                             CallUrls(origin, "CA1"), 0, 1, "TOKEN");
    ASSERT_FALSE(text);
    EXPECT_NE(text.error().text, "");
}

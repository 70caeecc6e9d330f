#include "twilio/call_parameters.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::twilio;
using core::Json;

namespace {

const core::Time now{std::chrono::milliseconds(1'700'000'000'000)};

Webhook webhook(net::Form params) {
    Webhook made;
    made.call_sid = "CA1";
    made.message_sid = "SM1";
    made.account_sid = "AC1";
    made.from = "+14158675310";
    made.to = "+18005551212";
    made.params = std::move(params);
    return made;
}

// The answer as a flow gets it: the value, or the reason.
Json answer(const char* kind, net::Form params) {
    const auto given = answer_to({kind, Json::object(), ""}, webhook(std::move(params)), now);
    EXPECT_EQ(given.time, now);
    EXPECT_EQ(given.error, "");
    return given.reason.empty() ? given.value : Json(given.reason);
}

Json json(const char* text) {
    return Json::parse(text);
}

}  // namespace

TEST(CallParameters, TellOfTheCall) {
    const auto info = call_info(webhook({{"Direction", "inbound"},
                                         {"CallerName", "JOE DOE"},
                                         {"FromCity", "SAN FRANCISCO"},
                                         {"FromState", "CA"},
                                         {"FromZip", ""},
                                         {"FromCountry", "US"}}),
                                now);
    EXPECT_EQ(info.id, "CA1");
    EXPECT_EQ(info.from, "+14158675310");
    EXPECT_EQ(info.to, "+18005551212");
    EXPECT_EQ(info.provider, "twilio");
    EXPECT_EQ(info.account, "AC1");
    EXPECT_EQ(info.direction, "inbound");
    EXPECT_EQ(info.caller, json(R"({"name":"JOE DOE","city":"SAN FRANCISCO","state":"CA","country":"US"})"));
    EXPECT_EQ(info.started, now);
    EXPECT_EQ(call_info(webhook({{"Direction", "outbound-api"}}), now).direction, "outbound");
}

TEST(CallParameters, TellOfTheMessage) {
    const auto info = message_info(webhook({{"Body", "Hi 👋"},
                                            {"NumMedia", "2"},
                                            {"MediaUrl0", "https://e.com/0"},
                                            {"MediaContentType0", "image/png"},
                                            {"MediaUrl1", "https://e.com/1"},
                                            {"FromCity", "BERLIN"}}),
                                   now);
    EXPECT_EQ(info.id, "SM1");
    EXPECT_EQ(info.message, json(R"({"body":"Hi 👋","media":[{"url":"https://e.com/0","type":"image/png"},
                                     {"url":"https://e.com/1","type":""}]})"));
    EXPECT_EQ(info.caller, json(R"({"city":"BERLIN"})"));
    EXPECT_EQ(message_info(webhook({{"NumMedia", "-5"}}), now).message, json(R"({"body":"","media":[]})"));
    EXPECT_EQ(message_info(webhook({{"NumMedia", "2000000000"}}), now).message["media"], json("[]"));
}

TEST(CallParameters, KeepJsonWellFormed) {
    const auto info = message_info(webhook({{"Body", "caf\xE9 \xED\xA0\x80!"}}), now);
    EXPECT_EQ(info.message["body"], "caf\xEF\xBF\xBD !");
    EXPECT_NO_THROW(info.message.dump());
}

TEST(CallParameters, AnswerAGather) {
    EXPECT_EQ(answer("gather", {{"Digits", "12"}, {"FinishedOnKey", "#"}}), json(R"({"digits":"12"})"));
    EXPECT_EQ(answer("gather", {{"SpeechResult", "A table"}, {"Confidence", "0.92"}}),
              json(R"({"speech":"A table","confidence":0.92})"));
    EXPECT_EQ(answer("gather", {{"SpeechResult", "A table"}}), json(R"({"speech":"A table"})"));
    EXPECT_EQ(answer("gather", {{"SpeechResult", "A table"}, {"Confidence", "nan"}}), json(R"({"speech":"A table"})"));
    EXPECT_EQ(answer("gather", {}), "timeout");
    EXPECT_EQ(answer("gather", {{"Digits", ""}, {"FinishedOnKey", ""}, {"CallStatus", "in-progress"}}), "timeout");
    EXPECT_EQ(answer("gather", {{"Digits", ""}, {"FinishedOnKey", "#"}}), json(R"({"digits":""})"));
    EXPECT_EQ(answer("gather", {{"CallStatus", "completed"}}), "hung_up");
}

TEST(CallParameters, AnswerARecord) {
    const std::string sid = "RE0123456789abcdef0123456789abcdef";
    const std::string url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/" + sid;
    const auto recorded = answer("record", {{"RecordingUrl", url}, {"RecordingDuration", "7"}, {"Digits", "#"}});
    EXPECT_EQ(recorded, Json({{"url", url}, {"seconds", 7}, {"sid", sid}, {"digits", "#"}}));
    EXPECT_EQ(answer("record", {{"RecordingUrl", "https://e.com/r"}, {"RecordingDuration", "x"}}),
              json(R"({"url":"https://e.com/r"})"));
    EXPECT_EQ(answer("record", {{"RecordingUrl", url}, {"Digits", "hangup"}, {"CallStatus", "completed"}})["digits"],
              "hangup");
    EXPECT_EQ(answer("record", {}), "silence");
    EXPECT_EQ(answer("record", {{"CallStatus", "completed"}}), "hung_up");
}

TEST(CallParameters, AnswerADial) {
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "completed"},
                              {"DialCallSid", "CA2"},
                              {"DialCallDuration", "65"},
                              {"RecordingUrl", "https://e.com/r"}}),
              json(R"({"status":"completed","seconds":65,"sid":"CA2","recording":"https://e.com/r"})"));
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "answered"}}), json(R"({"status":"answered"})"));
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "busy"}}), "busy");
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "no-answer"}}), "no_answer");
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "failed"}}), "failed");
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "canceled"}}), "canceled");
    EXPECT_EQ(answer("dial", {{"DialCallStatus", "unheard-of"}}), "failed");
    EXPECT_EQ(answer("dial", {}), "failed");
    EXPECT_EQ(answer("dial", {{"CallStatus", "completed"}}), "hung_up");
}

TEST(CallParameters, AnswerAnEnqueue) {
    EXPECT_EQ(answer("enqueue", {{"QueueResult", "bridged"}, {"QueueTime", "12"}, {"QueueSid", "QU1"}}),
              json(R"({"result":"bridged","seconds":12,"sid":"QU1"})"));
    EXPECT_EQ(answer("enqueue", {{"QueueResult", "leave"}}), json(R"({"result":"leave"})"));
    EXPECT_EQ(answer("enqueue", {{"QueueResult", "queue-full"}}), "queue_full");
    EXPECT_EQ(answer("enqueue", {{"QueueResult", "error"}}), "error");
    EXPECT_EQ(answer("enqueue", {{"QueueResult", "system-error"}}), "error");
    EXPECT_EQ(answer("enqueue", {}), "error");
    EXPECT_EQ(answer("enqueue", {{"QueueResult", "hangup"}}), "hung_up");
}

TEST(CallParameters, AnswerARefer) {
    EXPECT_EQ(answer("refer", {{"ReferCallStatus", "completed"}, {"ReferSipResponseCode", "202"}}),
              json(R"({"status":"completed"})"));
    EXPECT_EQ(answer("refer", {{"ReferCallStatus", "failed"}}), "failed");
    EXPECT_EQ(answer("refer", {{"ReferCallStatus", "completed"}, {"ReferSipResponseCode", "403"}}), "failed");
    EXPECT_EQ(answer("refer", {}), "failed");
}

TEST(CallParameters, SayNothingOfOtherAsks) {
    EXPECT_EQ(answer("say", {{"Digits", "1"}}), nullptr);
}

TEST(CallParameters, TellWhenTheCallIsOver) {
    for (auto status : {"completed", "busy", "failed", "no-answer", "canceled"})
        EXPECT_TRUE(has_ended(webhook({{"CallStatus", status}}))) << status;
    for (auto status : {"initiated", "queued", "ringing", "in-progress", ""})
        EXPECT_FALSE(has_ended(webhook({{"CallStatus", status}}))) << status;
    EXPECT_FALSE(has_ended(webhook({})));
}

#include "sim/twiml_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::sim;

namespace {

struct Case {
    const char* name;
    const char* document;  // inside <Response>
    std::vector<int> codes;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.document;
}

class TwimlRules : public testing::TestWithParam<Case> {};

}  // namespace

TEST_P(TwimlRules, WarnAsTwilioDoes) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(("<Response>" + std::string(GetParam().document) + "</Response>").c_str()));
    std::vector<int> codes;
    for (const auto& problem : check_twiml(document.child("Response"))) codes.push_back(problem.code);
    EXPECT_EQ(codes, GetParam().codes);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, TwimlRules,
    testing::Values(
        Case{"Good", "<Gather input='dtmf speech' finishOnKey='' numDigits='1' hints='a,b'><Say>Hi</Say></Gather>", {}},
        Case{"GoodDial",
             "<Dial callerId='+14155550100'><Number url='/w' statusCallback='/s'>+14155550101</Number></Dial>",
             {}},
        Case{"GoodMessage", "<Message><Body>Hi</Body><Media>https://a.example/b.png</Media></Message>", {}},
        Case{"Ssml", "<Say>It is <say-as interpret-as='date'>2 March</say-as>.</Say>", {}},
        Case{"UnknownVerb", "<Speak>Hi</Speak>", {12200}}, Case{"WrongCase", "<say>Hi</say>", {12200}},
        Case{"UnknownAttribute", "<Say volume='3'>Hi</Say>", {12200}},
        Case{"SnakeCase", "<Gather num_digits='1'/>", {12200}},
        Case{"DialInGather", "<Gather><Dial>+14155550100</Dial></Gather>", {13320}},
        Case{"GatherInGather", "<Gather><Gather/></Gather>", {13320}},
        Case{"FinishOnTwoKeys", "<Gather finishOnKey='12'/>", {13310}},
        Case{"NoTimeout", "<Gather timeout='0'/>", {13313}},
        Case{"TimeoutInWords", "<Gather timeout='five'/>", {13313}},
        Case{"NumDigits", "<Gather numDigits='-1'/>", {13314}},
        Case{"SpeechTimeout", "<Gather input='speech' speechTimeout='soon'/>", {13327}},
        Case{"GatherMethod", "<Gather method='PUT'/>", {13312}},
        Case{"RecordLength", "<Record maxLength='0'/>", {13612}},
        Case{"RecordKeys", "<Record finishOnKey='a'/>", {13613}}, Case{"PauseLength", "<Pause length='-1'/>", {13910}},
        Case{"SayLoop", "<Say loop='x'>Hi</Say>", {13510}}, Case{"NothingToSay", "<Say> </Say>", {13520}},
        Case{"NothingToPlay", "<Play/>", {11100}}, Case{"NobodyToDial", "<Dial/>", {13223}},
        Case{"EmptyNumber", "<Dial><Number/></Dial>", {13223}},
        Case{"SendDigits", "<Dial><Number sendDigits='1x'>+14155550100</Number></Dial>", {13222}},
        Case{"RejectReason", "<Reject reason='tired'/>", {13810}},
        Case{"LateReject", "<Say>Hi</Say><Reject/>", {12200}},
        Case{"RedirectMethod", "<Redirect method='post'>/a</Redirect>", {13710}}),
    [](const auto& test) { return test.param.name; });

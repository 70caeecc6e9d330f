#include "script/option_check.hpp"

#include <gtest/gtest.h>

using switchhook::core::Json;
using switchhook::script::check_options;

namespace {

std::string on_call(std::string_view kind, const Json& options) {
    return check_options(kind, options, "on_call").value_or("");
}

Json heard(const Json& say) {
    return {{"prompts", Json::array({{{"say", say}}})}};
}

}  // namespace

TEST(OptionCheck, SaysNothingWhenAllIsWell) {
    EXPECT_EQ(on_call("say", {{"text", "Hello"}, {"voice", "Polly.Joanna"}, {"loop", 2}}), "");
    EXPECT_EQ(on_call("gather", {{"prompts", Json::array({{{"say", {{"text", "Press 1."}}}}})},
                                 {"digits", 1},
                                 {"speech", true},
                                 {"timeout", 2.5},
                                 {"speech_timeout", "auto"},
                                 {"finish_on_key", ""},
                                 {"hints", {"book", "table"}}}),
              "");
    EXPECT_EQ(on_call("dial", {{"to", Json::array({{{"number", "+15550100"}}, {{"sip", "sip:desk@pbx.example"}}})},
                               {"record", true},
                               {"timeout", 20}}),
              "");
    EXPECT_EQ(on_call("dial", {{"to", Json::array({{{"conference", "Sales"}, {"beep", "onEnter"}}})}}), "");
    EXPECT_EQ(on_call("hangup", Json::object()), "");
    EXPECT_EQ(on_call("record", nullptr), "");
}

TEST(OptionCheck, TakesLuasOneEmptyTableForNoOptionsAndForNoItems) {
    EXPECT_EQ(on_call("record", Json::array()), "");
    EXPECT_EQ(on_call("gather", {{"prompts", Json::object()}}), "");
}

TEST(OptionCheck, NamesTheOptionThatWasMeant) {
    EXPECT_EQ(on_call("gather", {{"digit", 1}}), "gather: there is no option `digit`; did you mean `digits`?");
    EXPECT_EQ(on_call("gather", {{"finishOnKey", "#"}}),
              "gather: there is no option `finishOnKey`; did you mean `finish_on_key`?");
    EXPECT_EQ(on_call("gather", {{"numDigits", 1}}), "gather: there is no option `numDigits`; did you mean `digits`?");
}

TEST(OptionCheck, ListsTheOptionsOfAVerbThatHasFew) {
    EXPECT_EQ(on_call("play", {{"speed", 2}, {"url", "https://a.example/b.mp3"}}),
              "play: there is no option `speed`; there is `digits`, `loop` or `url`");
    EXPECT_EQ(on_call("hangup", {{"now", true}}), "hangup: there is no option `now`; it takes none");
}

TEST(OptionCheck, SaysWhatAnOptionIs) {
    EXPECT_EQ(on_call("gather", {{"timeout", "five"}}),
              "gather: `timeout` is a number of seconds from 1 to 600, not \"five\"");
    EXPECT_EQ(on_call("gather", {{"speech", "yes"}}), "gather: `speech` is true or false, not \"yes\"");
    EXPECT_EQ(on_call("gather", {{"digits", 1.5}}), "gather: `digits` is a whole number from 1 to 128, not 1.5");
    EXPECT_EQ(on_call("gather", {{"hints", "book"}}), "gather: `hints` is a list, each item a text, not \"book\"");
    EXPECT_EQ(on_call("say", {{"text", 5}}), "say: `text` is a text, not 5");
    EXPECT_EQ(on_call("reject", {{"reason", "bussy"}}), "reject: `reason` is \"rejected\" or \"busy\", not \"bussy\"");
}

TEST(OptionCheck, KeepsToRangesAndLengths) {
    EXPECT_EQ(on_call("gather", {{"timeout", 700}}), "gather: `timeout` is a number of seconds from 1 to 600, not 700");
    EXPECT_EQ(on_call("gather", {{"speech_timeout", 90}}),
              "gather: `speech_timeout` is a whole number of seconds or \"auto\", from 1 to 60, not 90");
    EXPECT_EQ(on_call("dial", {{"to", {"+15550100"}}, {"call_reason", std::string(51, 'x')}}),
              "dial: `call_reason` has at most 50 characters, not 51");
    EXPECT_EQ(on_call("dial", {{"to", {"+15550100"}}, {"call_reason", "ä" + std::string(49, 'x')}}), "");
}

TEST(OptionCheck, LooksInsidePrompts) {
    EXPECT_EQ(on_call("gather", heard({{"text", "Hi"}, {"voise", "Polly.Amy"}})),
              "gather: say: there is no option `voise`; did you mean `voice`?");
    EXPECT_EQ(on_call("gather", heard({{"voice", "Polly.Amy"}})), "gather: say: `text` or `ssml` is missing");
    EXPECT_EQ(on_call("gather", heard({{"text", true}})), "gather: say: `text` is a text, not true");
    EXPECT_EQ(on_call("gather", {{"say", 5}}), "gather: `say` is a text or a table of options, not 5");
    EXPECT_EQ(on_call("gather", {{"prompts", Json::array({{{"sey", "Hi"}}})}}),
              "gather: there is no option `sey` in `prompts`; did you mean `say`?");
    EXPECT_EQ(on_call("gather", {{"prompts", Json::array({{{"say", "Hi"}}, {{"pause", "long"}}})}}),
              "gather: `prompts[2].pause` is a whole number of seconds or a table of options, not \"long\"");
}

TEST(OptionCheck, ChecksPhoneNumbersWhereverOneIsTaken) {
    EXPECT_EQ(on_call("dial", {{"to", Json::array({{{"number", "555-123-4567"}}})}}),
              "dial: `to.number` is a phone number such as \"+15551230100\", not \"555-123-4567\"; did you mean "
              "\"+15551234567\"?");
    EXPECT_EQ(on_call("sms", {{"to", "0049 151 123456"}, {"body", "Hi"}}),
              "sms: `to` is a phone number such as \"+15551230100\", not \"0049 151 123456\"; did you mean "
              "\"+49151123456\"?");
    EXPECT_EQ(on_call("sms", {{"to", "anonymous"}, {"body", "Hi"}}),
              "sms: `to` is a phone number such as \"+15551230100\", not \"anonymous\"; write + and the country "
              "code first, then digits only: \"+15550100\"");
}

TEST(OptionCheck, ChecksAddresses) {
    EXPECT_EQ(on_call("play", {{"url", "jingle.mp3"}}),
              "play: `url` is a web address that starts with https:// or http://, not \"jingle.mp3\"");
}

TEST(OptionCheck, MissesWhatMustBeThere) {
    EXPECT_EQ(on_call("say", Json::object()), "say: `text` or `ssml` is missing");
    EXPECT_EQ(on_call("sms", {{"body", "Hi"}}), "sms: `to` is missing; it is a phone number such as \"+15551230100\"");
    EXPECT_EQ(on_call("dial", {{"to", Json::array()}}).substr(0, 22), "dial: `to` is missing;");
    EXPECT_EQ(on_call("dial", {{"to", Json::array({{{"nummer", "+15550100"}}})}}).substr(0, 11), "dial: `to` ");
}

TEST(OptionCheck, KnowsInWhichHandlersAVerbWorks) {
    EXPECT_EQ(check_options("gather", Json::object(), "on_call_ended"),
              "`gather` cannot be used in on_call_ended: the caller is gone (it works in on_call)");
    EXPECT_EQ(check_options("say", {{"text", "Hi"}}, "on_message"),
              "`say` cannot be used in on_message: nobody is on the line (it works in on_call)");
    EXPECT_EQ(check_options("reply", {{"body", "Hi"}}, "on_call"),
              "`reply` cannot be used in on_call: there is no message to reply to (it works in on_message)");
    EXPECT_EQ(check_options("http", {{"method", "GET"}, {"url", "https://a.example"}}, "on_call_ended"), std::nullopt);
    EXPECT_EQ(check_options("log", {{"message", "hi"}}, ""),
              "`log` cannot be used while the file loads: it belongs in a handler, such as on_call");
}

TEST(OptionCheck, NamesTheMemberThatWasMeant) {
    EXPECT_EQ(on_call("Call.gahter", nullptr), "a call has no `gahter`; did you mean `gather`?");
    EXPECT_EQ(on_call("Message.boddy", nullptr), "a message has no `boddy`; did you mean `body`?");
    EXPECT_EQ(on_call("Call.pizza", nullptr), "a call has no `pizza`; what you keep yourself goes into `call.vars`");
}

TEST(OptionCheck, NamesTheVerbThatWasMeant) {
    EXPECT_EQ(on_call("gathr", nullptr), "there is no verb `gathr`; did you mean `gather`?");
}

#include "app/ask_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using app::answer_text;
using app::ask_texts;
using core::Answer;
using core::Ask;
using core::Json;
using testing::ElementsAre;

namespace {

std::string heard(const std::string& kind, Json value, Json options = Json::object()) {
    auto deed = answer_text({kind, std::move(options), ""}, Answer::of(std::move(value), core::Time()));
    return deed.who + " " + deed.what;
}
std::string missed(const std::string& kind, const std::string& reason) {
    auto deed = answer_text({kind, Json::object(), ""}, Answer::nothing(reason, core::Time()));
    return deed.who + " " + deed.what;
}

}  // namespace

TEST(AskText, TellsPromptsOneByOne) {
    Json prompts =
        Json::array({{{"say", {{"ssml", "Press <break/> 1 &amp; wait"}}}}, {{"play", {{"url", "https://a/b.mp3"}}}}});
    EXPECT_THAT(ask_texts({"gather", {{"prompts", prompts}, {"digits", 1}, {"speech", true}}, ""}),
                ElementsAre("says \"Press 1 & wait\"", "plays https://a/b.mp3", "waits for 1 key or speech"));
}

TEST(AskText, ShowsNothingOfAnAddressBehindItsPath) {
    Json options{{"method", "POST"}, {"url", "https://crm.example/book?token=abc"}, {"json", {{"secret", 1}}}};
    EXPECT_THAT(ask_texts({"http", options, ""}), ElementsAre("sends POST https://crm.example/book?…"));
    options["later"] = true;
    EXPECT_THAT(ask_texts({"http", options, ""}), ElementsAre("promises POST https://crm.example/book?…"));
}

TEST(AskText, TellsWhatCallersAndOthersDo) {
    EXPECT_EQ(heard("gather", {{"digits", "42"}}), "caller presses 42");
    EXPECT_EQ(heard("gather", {{"speech", "a table"}, {"confidence", 0.5}}),
              "caller says \"a table\" (confidence 0.50)");
    EXPECT_EQ(missed("gather", "timeout"), "caller says and presses nothing");
    EXPECT_EQ(missed("dial", "hung_up"), "caller hangs up");
    EXPECT_EQ(missed("dial", "busy"), "carrier finds the line busy");
    EXPECT_EQ(heard("dial", {{"status", "completed"}, {"seconds", 62}}), "carrier connects the two for 62 s");
    EXPECT_EQ(heard("http", {{"status", 503}}), "network replies 503");
    EXPECT_EQ(heard("sms", {{"promised", "CA1:4"}}), "engine will see to it");
    EXPECT_EQ(heard("kv", 4, {{"op", "get"}}), "store holds 4");
    EXPECT_EQ(heard("kv", false, {{"op", "compare_and_set"}}), "store does not: it holds something else");
}

TEST(AskText, KeepsKeysThatOnlyTheFlowMayHear) {
    EXPECT_EQ(heard("collect_digits", {{"digits", "4711"}}), "caller presses 4 keys");
}

TEST(AskText, CutsWhatIsLong) {
    Json options{{"op", "set"}, {"key", "k"}, {"value", std::string(500, 'x')}};
    EXPECT_LT(ask_texts({"kv", options, ""}).at(0).size(), 240U);
}

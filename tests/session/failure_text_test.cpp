#include "session/failure_text.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using session::transcript_text;

namespace {

core::Json line(const char* who, const char* what) {
    return {{"who", who}, {"what", what}};
}

}  // namespace

TEST(FailureText, TellsACallInOneLine) {
    EXPECT_EQ(transcript_text({line("flow", "Press 1."), line("caller", "[presses 1]"), line("caller", "[hangs up]")}),
              "flow: Press 1. / caller: [presses 1] / caller: [hangs up]");
    EXPECT_EQ(transcript_text(core::Json::array()), "");
}

TEST(FailureText, TellsOfWhatCallersKeyInItsLengthOnly) {
    EXPECT_EQ(
        transcript_text({line("caller", "[presses 4711]"), line("caller", "it is 4111 1111 1111 1234, till 12/29")}),
        "caller: [presses (4 digits)] / caller: it is (4 digits) (4 digits) (4 digits) (4 digits), till 12/29");
    EXPECT_EQ(transcript_text(core::Json::array({line("flow", "Your order 4711 is on its way.")})),
              "flow: Your order 4711 is on its way.");
}

TEST(FailureText, TellsTheLastLines) {
    auto lines = core::Json::array();
    for (int i = 0; i < 20; ++i) lines.push_back(line("flow", std::to_string(i).c_str()));
    auto text = transcript_text(lines);
    EXPECT_TRUE(text.starts_with("… / flow: 8 / ")) << text;
    EXPECT_TRUE(text.ends_with("flow: 19")) << text;
}

#include "twiml/ssml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::twiml;

namespace {

// What stands in <Say> afterwards, or what is wrong.
std::string said(std::string_view markup) {
    Document document;
    auto added = add_ssml(document, *document.add("Say"), markup);
    if (!added) return added.error().text;
    const auto text = document.render();
    EXPECT_EQ(document.size(), text.size());
    const auto begin = text.find("<Say>") + 5;
    const auto end = text.rfind("</Say>");
    return text.substr(begin, end - begin);
}

}  // namespace

TEST(Ssml, TakesEveryElementThatTwilioTakes) {
    for (std::string_view markup : {
             R"(<break strength="x-weak" time="3s"/>)",
             R"(<emphasis level="moderate">a</emphasis>)",
             R"(<lang xml:lang="it-IT">ciao</lang>)",
             R"(<p>a</p><s>b</s>)",
             R"(<phoneme alphabet="x-sampa" ph="pI&quot;kA:n">pecan</phoneme>)",
             R"(<prosody rate="85%" pitch="-10%" volume="+6dB">a</prosody>)",
             R"(<say-as interpret-as="date" format="mdy">3/4/26</say-as>)",
             R"(<sub alias="aluminum">Al</sub>)",
             R"(<w role="amazon:VB">read</w>)",
             R"(<p>one <prosody rate="slow">two <break/>three</prosody></p>)",
         })
        EXPECT_EQ(said(markup), markup);
}

TEST(Ssml, KeepsBlanksAndReferences) {
    EXPECT_EQ(said("  a <s>b</s> c &lt; d &amp; e &#233; "), "  a <s>b</s> c &lt; d &amp; e é ");
    EXPECT_EQ(said("plain"), "plain");
    EXPECT_EQ(said("<Prosody/>"), "there is no <Prosody> in TwiML; did you mean <prosody>?");
}

TEST(Ssml, SaysWhereMarkupIsNotWellFormed) {
    EXPECT_THAT(said("<s>one<p>two</s>"), testing::StartsWith("ssml is not well-formed at "));
    EXPECT_THAT(said("<s>one"), testing::StartsWith("ssml is not well-formed at \"e\""));
    EXPECT_THAT(said("a < b"), testing::StartsWith("ssml is not well-formed at "));
    EXPECT_EQ(said("Fish & Chips"), "ssml is not well-formed at \"& Chips\": write \"&amp;\" for the sign \"&\"");
    EXPECT_EQ(said("a&nbsp;b"), "ssml is not well-formed at \"&nbsp;b\": write \"&amp;\" for the sign \"&\"");
    EXPECT_EQ(said("a&#0;b"), "ssml is not well-formed at \"&#0;b\": write \"&amp;\" for the sign \"&\"");
}

TEST(Ssml, CannotLeaveTheSay) {
    EXPECT_THAT(said("</Say><Hangup/><Say>"), testing::StartsWith("ssml is not well-formed"));
    EXPECT_EQ(said("<Hangup/>"),
              "<Hangup> cannot stand inside <Say>, which holds <break>, <emphasis>, <lang>, <p>, "
              "<s>, <phoneme>, <prosody>, <say-as>, <sub> and <w>");
    EXPECT_EQ(said("<!-- note -->"), "ssml holds text and elements only, not what stands at \"<!-- note -->\"");
    EXPECT_EQ(said("<?php ?>"), "ssml holds text and elements only, not what stands at \"<?php ?>\"");
    EXPECT_EQ(said("<speak>a</speak>"), "leave <speak> away: ssml is what stands inside it");
}

TEST(Ssml, ChecksAttributes) {
    EXPECT_EQ(said(R"(<break strengt="weak"/>)"), "<break> has no attribute `strengt`; did you mean `strength`?");
    EXPECT_EQ(said(R"(<emphasis level="loud">a</emphasis>)"),
              "<emphasis>: `level` must be strong, moderate or reduced, not \"loud\"");
    EXPECT_EQ(said(R"(<break time="1s" time="2s"/>)"), "<break> already has the attribute `time`");
    EXPECT_EQ(said(R"(<break>text</break>)"), "<break> holds no text");
    EXPECT_EQ(said(R"(<sub alias="x"><s>y</s></sub>)"), "<s> cannot stand inside <sub>, which holds text only");
}

TEST(Ssml, LimitsItsDepth) {
    std::string markup;
    for (int i = 0; i < 1000; ++i) markup += "<s>";
    for (int i = 0; i < 1000; ++i) markup += "</s>";
    EXPECT_EQ(said(markup), "ssml nests its elements too deeply");
}

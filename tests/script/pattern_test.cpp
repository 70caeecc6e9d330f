#include "script/pattern.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

using switchhook::script::Pattern;
using Outcome = Pattern::Outcome;

namespace {

bool never() noexcept {
    return false;
}

std::string matched(std::string_view subject, std::string_view text) {
    Pattern pattern(text);
    Pattern::Match match;
    switch (pattern.find(subject, 0, never, match)) {
        case Outcome::matched:
            return std::string(subject.substr(match.begin, match.end - match.begin));
        case Outcome::malformed:
            return std::string("malformed: ") + match.error;
        default:
            return "none";
    }
}

int polls = 0;

bool after_ten_polls() noexcept {
    return ++polls > 10;
}

}  // namespace

TEST(Pattern, MatchesWhatTheManualSays) {
    EXPECT_EQ(matched("key = value", "%w+%s*=%s*%w+"), "key = value");
    EXPECT_EQ(matched("f(a(b)c) d", "%b()"), "(a(b)c)");
    EXPECT_EQ(matched("THE (quick) fox", "%f[%a]%a+%f[%A]"), "THE");
    EXPECT_EQ(matched("say 'it''s' now", "(['\"])(.-)%1"), "'it'");
    EXPECT_EQ(matched("abc", "^b"), "none");
    EXPECT_EQ(matched("a.b", "%."), ".");
    EXPECT_EQ(matched("a-]b", "[]-]+"), "-]");
}

TEST(Pattern, GivesWhereItsCapturesAre) {
    Pattern pattern("(%a+)()");
    Pattern::Match match;
    ASSERT_EQ(pattern.find("12 abc", 0, never, match), Outcome::matched);
    ASSERT_EQ(pattern.capture_count(), 2U);
    EXPECT_EQ(match.captures[0].begin, 3U);
    EXPECT_EQ(match.captures[0].length, 3U);
    EXPECT_TRUE(match.captures[1].is_position);
    EXPECT_EQ(match.captures[1].begin, 6U);
}

TEST(Pattern, ReportsWhatIsMalformedOnlyWhenAMatchGetsThere) {
    EXPECT_EQ(matched("ab", "a["), "malformed: malformed pattern (missing ']')");
    EXPECT_EQ(matched("xy", "a["), "none");
    EXPECT_EQ(matched("a", "%"), "malformed: malformed pattern (ends with '%')");
    EXPECT_EQ(matched("a", "%bx"), "malformed: unbalanced pattern");
    EXPECT_EQ(matched("a", "%fa"), "malformed: missing '[' after '%f' in pattern");
    EXPECT_EQ(matched("a", "a)"), "malformed: invalid pattern capture");
    EXPECT_EQ(matched("a", "(a%1)"), "malformed: invalid capture index");
    std::string many;
    for (int i = 0; i < 33; ++i) many += "()";
    EXPECT_EQ(matched("a", many), "malformed: too many captures");
}

TEST(Pattern, IsStoppedWhenInterruptedHoweverItBacktracks) {
    std::string as(30, 'a'), optional;
    for (int i = 0; i < 30; ++i) optional += "a?";
    struct {
        std::string subject, pattern;
    } endless[] = {{as, optional + as},
                   {std::string(300, 'a'), ".-.-.-.-x"},
                   {std::string(100'000, ' '), "%s*$x"},
                   {std::string(1'000'000, '('), "%b()"}};
    for (auto& [subject, text] : endless) {
        polls = 0;
        Pattern::Match match;
        EXPECT_EQ(Pattern(text).find(subject, 0, after_ten_polls, match), Outcome::interrupted) << text;
        EXPECT_EQ(polls, 11) << text;
    }
}

TEST(Pattern, NeedsNoStackForALongPattern) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "a?";
    EXPECT_EQ(matched(std::string(100'000, 'a'), text + "$").size(), 100'000U);
}

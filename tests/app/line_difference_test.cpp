#include "app/line_difference.hpp"

#include <gtest/gtest.h>

using switchhook::app::line_difference;

TEST(LineDifference, MarksWhatOnlyOneOfThemHas) {
    EXPECT_EQ(line_difference("a\nb\nc\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n+ d\n");
    EXPECT_EQ(line_difference("a\nb\n", "b\n"), "- a\n  b\n");
    EXPECT_EQ(line_difference("", "a\n"), "+ a\n");
}

TEST(LineDifference, MarksNothingWhereTheyAreTheSame) {
    EXPECT_EQ(line_difference("a\n\nb\n", "a\n\nb\n"), "  a\n  \n  b\n");
    EXPECT_EQ(line_difference("", ""), "");
}

#include "app/test_lines.hpp"

#include <gtest/gtest.h>

using switchhook::app::TestLines;

TEST(TestLines, PreparesBeforeTheLatestAct) {
    TestLines lines;
    lines.prepare("store:set(1)");
    lines.expect("caller:hears(1)");
    lines.act("caller:presses(1)");
    lines.prepare("network:replies(1)");
    lines.prepare("network:replies(2)");
    lines.expect("caller:hears(2)");
    EXPECT_EQ(lines.text(5),
              "  store:set(1)\n  caller:hears(1)\n  network:replies(1)\n  network:replies(2)\n  caller:presses(1)\n"
              "  caller:hears(2)\n");
}

TEST(TestLines, WeakensExpectationsThenLeavesThemOutAndNothingElse) {
    TestLines lines;
    lines.act("caller:presses(1)");
    lines.expect("network:was_sent({\n  a = 1,\n})", {"network:was_sent()"});
    lines.see("caller:is_hung_up()");
    EXPECT_EQ(lines.text(2), "  caller:presses(1)\n  network:was_sent({\n  a = 1,\n})\n  caller:is_hung_up()\n");
    EXPECT_FALSE(lines.relax(2));
    EXPECT_TRUE(lines.relax(4));
    EXPECT_EQ(lines.text(2), "  caller:presses(1)\n  network:was_sent()\n  caller:is_hung_up()\n");
    EXPECT_TRUE(lines.relax(3));
    EXPECT_EQ(lines.text(2), "  caller:presses(1)\n  caller:is_hung_up()\n");
    EXPECT_FALSE(lines.relax(3));
    EXPECT_FALSE(lines.relax(17));
}

TEST(TestLines, LeavesOutWhatIsExpectedBehindALine) {
    TestLines lines;
    lines.expect("caller:hears(1)");
    lines.act("caller:presses(1)");
    lines.expect("caller:hears(2)");
    lines.see("caller:is_hung_up()");
    lines.text(2);
    lines.leave_out_behind(3);
    EXPECT_EQ(lines.text(2), "  caller:hears(1)\n  caller:presses(1)\n  caller:is_hung_up()\n");
}

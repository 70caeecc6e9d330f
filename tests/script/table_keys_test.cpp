#include "script/table_keys.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;

TEST(TableKeys, KnowTheirLines) {
    TableKeys keys(R"(-- numbers
local office = "x"
return {
  ["+15550100"] = "lexi",
  ["+15550101"] = {
    flow = f(1, { a = 2 }),
    settings = {
      front_desk = "+15550109", ["late"] = 1,
    },
  },
})");
    EXPECT_EQ(keys.line_of({"+15550100"}), 4);
    EXPECT_EQ(keys.line_of({"+15550101"}), 5);
    EXPECT_EQ(keys.line_of({"+15550101", "flow"}), 6);
    EXPECT_EQ(keys.line_of({"+15550101", "settings", "front_desk"}), 8);
    EXPECT_EQ(keys.line_of({"+15550101", "settings", "late"}), 8);
    EXPECT_TRUE(keys.twice().empty());
}

TEST(TableKeys, FallBackOnTheTableAroundThem) {
    TableKeys keys("return {\na = {\n}, b = x }");
    EXPECT_EQ(keys.line_of({"a", "computed"}), 2);
    EXPECT_EQ(keys.line_of({"c"}), 0);
}

TEST(TableKeys, FindWhatOneTableHasTwice) {
    TableKeys keys("return {\n[\"+1\"] = 'a',\n['+2'] = 'a';\n['\\43\\049'] = { a = 1, b = { a = 1 } },\n}");
    ASSERT_EQ(keys.twice().size(), 1u);
    EXPECT_EQ(keys.twice()[0].key, "+1");
    EXPECT_EQ(keys.twice()[0].first_line, 2);
    EXPECT_EQ(keys.twice()[0].line, 4);
}

TEST(TableKeys, TakeComparisonsAndArgumentsForNoKeys) {
    TableKeys keys("return { a == b, f(a, b), c = 1, c == 2, [k] = 1, [k] = 2 }");
    EXPECT_TRUE(keys.twice().empty());
    EXPECT_EQ(keys.line_of({"a"}), 0);
    EXPECT_EQ(keys.line_of({"c"}), 1);
}

TEST(TableKeys, SurviveWhatIsNoLua) {
    EXPECT_EQ(TableKeys("}} ) { {").line_of({"a"}), 0);
    EXPECT_EQ(TableKeys("{").line_of({"a"}), 0);
    EXPECT_EQ(TableKeys("{ [").line_of({"a"}), 0);
    EXPECT_EQ(TableKeys("").line_of({}), 0);
}

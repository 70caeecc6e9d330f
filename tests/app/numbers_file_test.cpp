#include "app/numbers_file.hpp"

#include <gtest/gtest.h>

using namespace switchhook::app;

namespace {

std::string with_bistro(const std::string& text, const std::string& remark = "") {
    return with_number(text, "+15550107", "bistro", remark).value_or("nothing");
}

}  // namespace

TEST(NumbersFile, TakesAnEntryBehindTheOthers) {
    EXPECT_EQ(with_bistro("-- Ours.\nreturn {\n  [\"+15550100\"] = \"cafe\", -- the cafe\n}\n"),
              "-- Ours.\nreturn {\n  [\"+15550100\"] = \"cafe\", -- the cafe\n  [\"+15550107\"] = \"bistro\",\n}\n");
}

TEST(NumbersFile, TakesARemarkAlong) {
    EXPECT_EQ(with_bistro(new_numbers_file(), "made up"), new_numbers_file().substr(0, new_numbers_file().rfind('}')) +
                                                              "  [\"+15550107\"] = \"bistro\", -- made up\n}\n");
}

TEST(NumbersFile, GivesTheLastEntryItsCommaWhereverThatIsMissing) {
    EXPECT_EQ(with_bistro("return {\n  ['+15550100'] = 'cafe' -- no, \"this\" is it\n}"),
              "return {\n  ['+15550100'] = 'cafe', -- no, \"this\" is it\n  [\"+15550107\"] = \"bistro\",\n}");
    EXPECT_EQ(
        with_bistro("return {\n  ['+15550100'] = { flow = 'cafe', settings = { seats = 40 } } --[[ a } b ]]\n}\n"),
        "return {\n  ['+15550100'] = { flow = 'cafe', settings = { seats = 40 } }, --[[ a } b ]]\n"
        "  [\"+15550107\"] = \"bistro\",\n}\n");
}

TEST(NumbersFile, TakesAnEntryInATableOnOneLine) {
    EXPECT_EQ(with_bistro("return { ['+15550100'] = 'cafe' }"),
              "return { ['+15550100'] = 'cafe', \n  [\"+15550107\"] = \"bistro\",\n}");
    EXPECT_EQ(with_bistro("return {}"), "return {\n  [\"+15550107\"] = \"bistro\",\n}");
    EXPECT_EQ(with_bistro("return { ['+15550100'] = 'cafe'; }; -- }"),
              "return { ['+15550100'] = 'cafe'; \n  [\"+15550107\"] = \"bistro\",\n}; -- }");
}

TEST(NumbersFile, KeepsWhatStandsBeforeAndBehindItsTable) {
    const std::string text = "local desk = \"+15550101\" -- return {}\n--[[\nreturn { }\n]]\nreturn {\n}\n-- }\n";
    EXPECT_EQ(with_bistro(text),
              "local desk = \"+15550101\" -- return {}\n--[[\nreturn { }\n]]\nreturn {\n"
              "  [\"+15550107\"] = \"bistro\",\n}\n-- }\n");
}

TEST(NumbersFile, IsLeftAloneWhereItEndsWithSomethingElse) {
    EXPECT_EQ(with_bistro("local numbers = { }\nreturn numbers\n"), "nothing");
    EXPECT_EQ(with_bistro("return with_all { }\n"), "nothing");
    EXPECT_EQ(with_bistro("return { [\"+15550100\"] = \n"), "nothing");
    EXPECT_EQ(with_bistro(""), "nothing");
}

TEST(NumbersFile, KnowsWhichNumbersItHas) {
    const std::string text =
        "return { [\"+15550100\"] = { flow = 'cafe', settings = { desk = '+15550101' } } } -- [\"+15550102\"]";
    EXPECT_TRUE(has_number(text, "+15550100"));
    EXPECT_FALSE(has_number(text, "+15550101")) << "a setting";
    EXPECT_FALSE(has_number(text, "+15550102")) << "a comment";
}

#include "script/setting_hours.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;
using switchhook::core::Json;

namespace {

Json week(const std::string& text) {
    auto read = week_of(text);
    return std::holds_alternative<Json>(read) ? std::get<Json>(read)
                                              : Json("not understood: " + std::get<std::string>(read));
}

}  // namespace

TEST(SettingHours, AreTypedByDaysAndRangesOfDays) {
    EXPECT_EQ(week("mon-wed 9:00-12:00, 14:00-17:00; saturday 10 am-1 pm; sun closed"),
              (Json{{"monday", "9:00-12:00, 14:00-17:00"},
                    {"tuesday", "9:00-12:00, 14:00-17:00"},
                    {"wednesday", "9:00-12:00, 14:00-17:00"},
                    {"saturday", "10 am-1 pm"},
                    {"sunday", "closed"}}));
    EXPECT_EQ(week("Sat – Mon: 9–17"), (Json{{"saturday", "9-17"}, {"sunday", "9-17"}, {"monday", "9-17"}}));
}

TEST(SettingHours, NameThePartThatIsNotUnderstood) {
    EXPECT_EQ(week("mon 9:00-17:00; tues at ten"), "not understood: tues at ten");
    for (const auto* text :
         {"", "always", "mon", "mon 25:00-26:00", "mon 9:60-10:00", "mon 13 pm-14 pm", "mo 9-17", "mon 9"})
        EXPECT_EQ(week(text), "not understood: " + std::string(text));
}

TEST(SettingHours, AreShownAsTheyAreTyped) {
    for (const auto* text : {"mon-fri 9:00-12:00, 14:00-17:00; sat 10:00-14:00", "mon-sun 0:00-24:00", "wed closed"})
        EXPECT_EQ(text_of_week(week(text)), text);
}

TEST(SettingHours, OfATableAreCheckedDayByDay) {
    EXPECT_EQ(fault_of_week({{"monday", "17:00-02:00"}, {"sunday", "closed"}}), "");
    EXPECT_EQ(fault_of_week({{"moonday", "9:00-17:00"}}), "moonday");
    EXPECT_EQ(fault_of_week({{"monday", "9:00"}}), "monday = \"9:00\"");
    EXPECT_EQ(fault_of_week({{"monday", 9}}), "monday = 9");
}

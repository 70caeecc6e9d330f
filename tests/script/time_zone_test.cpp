#include "script/time_zone.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;

namespace {

std::int64_t epoch(LocalTime local, std::string_view zone = "America/New_York") {
    auto result = zone_epoch(local, zone);
    EXPECT_TRUE(result) << result.error();
    return result ? *result : -1;
}

ZonedTime local(std::int64_t epoch, std::string_view zone = "America/New_York") {
    auto result = zone_time(epoch, zone);
    EXPECT_TRUE(result) << result.error();
    return result ? *result : ZonedTime{};
}

}  // namespace

TEST(TimeZone, TellsTheTimeOnTheWall) {
    auto time = local(1772508600);  // Tuesday, 2026-03-03 03:30 UTC
    EXPECT_EQ(time.year, 2026);
    EXPECT_EQ(time.month, 3);
    EXPECT_EQ(time.day, 2);
    EXPECT_EQ(time.hour, 22);
    EXPECT_EQ(time.minute, 30);
    EXPECT_EQ(time.second, 0);
    EXPECT_EQ(time.weekday, 2);
    EXPECT_EQ(time.year_day, 61);
    EXPECT_EQ(time.offset, -5 * 3600);
    EXPECT_FALSE(time.is_dst);
    EXPECT_EQ(time.abbreviation, "EST");
}

TEST(TimeZone, KnowsSummerTimeAndOddOffsets) {
    EXPECT_EQ(local(1782000000).offset, -4 * 3600);  // June 2026
    EXPECT_TRUE(local(1782000000).is_dst);
    EXPECT_EQ(local(1772508600, "Asia/Kathmandu").offset, 5 * 3600 + 45 * 60);
    EXPECT_EQ(local(1772508600, "UTC").offset, 0);
}

TEST(TimeZone, GoesThereAndBack) {
    for (auto zone : {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo"})
        for (std::int64_t at = 1767225600; at < 1798761600; at += 40'000)
            if (auto back = epoch(local(at, zone), zone); back != at) {
                // Only an hour (or half of one) that the clocks show twice may come back as its first.
                EXPECT_EQ(local(back, zone).minute, local(at, zone).minute) << zone << " " << at;
                EXPECT_LT(back, at);
                EXPECT_GE(back, at - 3600);
            }
}

TEST(TimeZone, TakesASkippedHourAsIfTheClocksHadNotChangedYet) {
    // New York, 2026-03-08: 02:00 EST is 03:00 EDT.
    EXPECT_EQ(epoch({2026, 3, 8, 2, 30, 0}), epoch({2026, 3, 8, 3, 30, 0}));
    EXPECT_EQ(epoch({2026, 3, 8, 3, 0, 0}) - epoch({2026, 3, 8, 1, 59, 59}), 1);
}

TEST(TimeZone, TakesTheFirstOfAnHourThatComesTwice) {
    // New York, 2026-11-01: 02:00 EDT is 01:00 EST.
    auto first = epoch({2026, 11, 1, 1, 30, 0});
    EXPECT_EQ(local(first).abbreviation, "EDT");
    EXPECT_EQ(local(first + 3600).abbreviation, "EST");
    EXPECT_EQ(local(first + 3600).hour, 1);
    EXPECT_EQ(epoch({2026, 11, 1, 2, 30, 0}) - first, 2 * 3600);
}

TEST(TimeZone, CarriesFieldsOver) {
    EXPECT_EQ(epoch({2026, 3, 32, 9, 0, 0}), epoch({2026, 4, 1, 9, 0, 0}));
    EXPECT_EQ(epoch({2026, 14, 1, 9, 0, 0}), epoch({2027, 2, 1, 9, 0, 0}));
    EXPECT_EQ(epoch({2026, 0, 1, 9, 0, 0}), epoch({2025, 12, 1, 9, 0, 0}));
    EXPECT_EQ(epoch({2026, 3, 2, 24, 0, 0}), epoch({2026, 3, 3, 0, 0, 0}));
    EXPECT_EQ(epoch({2026, 3, 2, 9, -30, 0}), epoch({2026, 3, 2, 8, 30, 0}));
}

TEST(TimeZone, SuggestsTheZoneThatWasMeant) {
    auto problem = [](std::string_view zone) { return zone_time(0, zone).error(); };
    EXPECT_EQ(problem("US/New_York"), "there is no time zone \"US/New_York\"; did you mean \"America/New_York\"?");
    EXPECT_EQ(problem("New York"), "there is no time zone \"New York\"; did you mean \"America/New_York\"?");
    EXPECT_EQ(problem("Europe/Berlim"), "there is no time zone \"Europe/Berlim\"; did you mean \"Europe/Berlin\"?");
    EXPECT_EQ(problem("Middle Earth"),
              "there is no time zone \"Middle Earth\"; write a continent and a city, such as \"America/New_York\"");
    EXPECT_EQ(zone_epoch({}, "Europe/Berlim").error(), problem("Europe/Berlim"));
}

TEST(TimeZone, StaysWithinTheCalendar) {
    EXPECT_EQ(zone_time(1'000'000'000'000'000, "UTC").error(), "that time is beyond the calendar");
    EXPECT_EQ(zone_epoch({2'000'000'000, 1, 1}, "UTC").error(), "that time is beyond the calendar");
    EXPECT_EQ(zone_epoch({2026, 1, 2'000'000'000}, "UTC").error(), "that time is beyond the calendar");
}

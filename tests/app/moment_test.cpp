#include "app/moment.hpp"

#include "app/time_text.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace std::chrono_literals;

namespace {

const core::Time now{1'772'490'600'000ms};  // 2026-03-02 22:30:00

std::string moment(const std::string& text) {
    auto found = app::moment_of(text, now);
    return found ? app::time_text(*found) : "none";
}

}  // namespace

TEST(Moment, IsADayOrATimeOfIt) {
    EXPECT_EQ(moment("2026-03-01"), "2026-03-01 00:00:00");
    EXPECT_EQ(moment("2026-03-01 08:15"), "2026-03-01 08:15:00");
    EXPECT_EQ(moment("2026-03-01T08:15:09"), "2026-03-01 08:15:09");
}

TEST(Moment, IsHowLongAgo) {
    EXPECT_EQ(moment("90s"), "2026-03-02 22:28:30");
    EXPECT_EQ(moment("30m"), "2026-03-02 22:00:00");
    EXPECT_EQ(moment("2h"), "2026-03-02 20:30:00");
    EXPECT_EQ(moment("7d"), "2026-02-23 22:30:00");
}

TEST(Moment, IsNothingElse) {
    for (const char* text : {"", "yesterday", "2026-02-30", "2026-03-01 25:00", "2w", "10", "-2h"})
        EXPECT_EQ(moment(text), "none") << text;
}

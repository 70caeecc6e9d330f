#include "app/call_time.hpp"

#include "script/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::app;
using testing::HasSubstr;

namespace {

constexpr const char* denver = "America/Denver";

// Saturday, 2026-11-21 15:30 in Denver.
const core::Time now{std::chrono::seconds(1'795'300'200)};

std::string shown(std::string_view text, std::string_view zone = denver) {
    auto time = read_call_time(text, zone, now);
    return time ? show_call_time(*time, zone) : time.error();
}

}  // namespace

TEST(CallTime, IsTheComingDayOfTheWeek) {
    ASSERT_EQ(show_call_time(now, denver), "Saturday, 2026-11-21 15:30, America/Denver");
    EXPECT_EQ(shown("Sunday 03:00"), "Sunday, 2026-11-22 03:00, America/Denver");
    EXPECT_EQ(shown("friday 9:05"), "Friday, 2026-11-27 09:05, America/Denver");
    EXPECT_EQ(shown("Saturday 16:00"), "Saturday, 2026-11-21 16:00, America/Denver") << "later today";
    EXPECT_EQ(shown("Saturday 15:00"), "Saturday, 2026-11-28 15:00, America/Denver") << "that is over today";
    EXPECT_EQ(shown("Monday"), "Monday, 2026-11-23 12:00, America/Denver");
}

TEST(CallTime, IsTodayOrTomorrow) {
    EXPECT_EQ(shown("today 08:00"), "Saturday, 2026-11-21 08:00, America/Denver");
    EXPECT_EQ(shown("tomorrow 23:59"), "Sunday, 2026-11-22 23:59, America/Denver");
    EXPECT_EQ(shown("03:00"), "Saturday, 2026-11-21 03:00, America/Denver");
}

TEST(CallTime, IsADateAsIso8601WritesIt) {
    EXPECT_EQ(shown("2026-12-24T13:00"), "Thursday, 2026-12-24 13:00, America/Denver");
    EXPECT_EQ(shown("2026-12-24 13:00:59"), "Thursday, 2026-12-24 13:00, America/Denver");
    EXPECT_EQ(shown("2026-12-24"), "Thursday, 2026-12-24 12:00, America/Denver");
    EXPECT_EQ(shown("2026-12-24T13:00Z"), "Thursday, 2026-12-24 06:00, America/Denver");
    EXPECT_EQ(shown("2026-12-24T13:00+02:00"), "Thursday, 2026-12-24 04:00, America/Denver");
    EXPECT_EQ(shown("2026-12-24T13:00-0130"), "Thursday, 2026-12-24 07:30, America/Denver");
}

TEST(CallTime, SaysWhatItDoesNotUnderstand) {
    EXPECT_EQ(shown("Sunnday 03:00"), "`Sunnday 03:00` is no time: did you mean `sunday`?");
    EXPECT_THAT(shown("noonish"), HasSubstr("write \"Sunday 03:00\""));
    EXPECT_THAT(shown(""), HasSubstr("is no time"));
    EXPECT_EQ(shown("Sunday 25:00"), "there is no such time as `Sunday 25:00`");
    EXPECT_EQ(shown("2026-13-01"), "there is no such time as `2026-13-01`");
    EXPECT_THAT(shown("Sunday 03:00", "America/Denvr"), HasSubstr("did you mean \"America/Denver\"?"));
}

TEST(CallTime, IsInTheZoneThatTheFlowNames) {
    auto flow_of = [](const std::string& text) {
        auto made = script::Flow::compile({"office", {"office/flow.lua", text}, {}}, script::Limits{});
        return std::get<std::shared_ptr<const script::Flow>>(made);
    };
    auto with_hours = flow_of(
        "local hours = require 'hours'\nlocal o = hours.weekly { zone = 'Europe/Madrid', week = {} }\n"
        "return { on_call = function() return o end }");
    EXPECT_EQ(zone_of(*with_hours, {{"office", "north"}}), "Europe/Madrid");
    EXPECT_EQ(zone_of(*with_hours, {{"zone", "Europe/Paris"}}), "Europe/Paris") << "what a number says comes first";
    EXPECT_EQ(zone_of(*with_hours, {{"zone", "north"}}), "Europe/Madrid") << "a zone of another kind";
    EXPECT_EQ(zone_of(*flow_of("local area = { zone = 'north' }\nreturn { on_call = function() return area end }"),
                      core::Json::object()),
              "UTC");
    EXPECT_EQ(zone_of(*flow_of("return { on_call = function() end }"), core::Json::object()), "UTC");
}

#include "run_flow.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;

namespace {

std::string failure_of_hours(const std::string& options) {
    return problems_of("local hours = require 'hours'\nlocal opening = hours.weekly(" + options +
                       ")\nreturn { on_call = function() end }");
}

}  // namespace

TEST(EngineFunctions, TellTheTimeInAZone) {
    auto result = run_flow(R"(
local hours = require "hours"
local opening = hours.weekly { zone = "America/New_York", week = {} }
return { on_message = function(message)
  local now = opening:local_time(message.started)
  return ("%d-%02d-%02d %02d:%02d %d %s"):format(now.year, now.month, now.day, now.hour, now.min, now.wday, now.zone)
    .. " " .. (opening:moment(now) == message.started and "same" or "different")
end })",
                           {}, {}, {}, test_call(), "on_message");
    EXPECT_EQ(result.failure(), "finished: \"2026-03-02 17:30 2 EST same\"");
}

TEST(EngineFunctions, BlameTheAuthorsLineForAnUnknownZone) {
    EXPECT_EQ(failure_of_hours("{ zone = 'Europe/Berlim', week = {} }"),
              "test/flow.lua:2: there is no time zone \"Europe/Berlim\"; did you mean \"Europe/Berlin\"?");
}

TEST(EngineFunctions, BlameTheAuthorsLineForAnOption) {
    EXPECT_EQ(failure_of_hours("{ zoen = 'America/New_York', week = {} }"),
              "test/flow.lua:2: hours.weekly: there is no option `zoen`; did you mean `zone`?");
    EXPECT_EQ(failure_of_hours("{ zone = 'America/New_York', week = { munday = '9-17' } }"),
              "test/flow.lua:2: hours.weekly: there is no option `munday` in `week`; did you mean `monday`?");
}

TEST(EngineFunctions, LetFunctionsBeOptions) {
    auto result = run_flow(R"(
local ivr = require "ivr"
return { on_call = function(call)
  ivr.menu(call, { say = "Press 1.", choices = { { key = "1", run = function() end } } })
end })");
    EXPECT_EQ(result.failure(), "asked: gather");
    result = run_flow(R"(
local ivr = require "ivr"
return { on_call = function(call)
  ivr.menu(call, { say = "Press 1.", choices = { { key = "1", run = 5 } } })
end })");
    EXPECT_EQ(result.failure(), "test/flow.lua:4: ivr.menu: `choices.run` is a function, not 5");
}

// What an author gets wrong with a module is found when the flow loads, at the author's line, with what to write.
#include "run_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::script;
using testing::HasSubstr;

namespace {

// The problem of a flow whose second line is this.
std::string problem_of(const std::string& module, const std::string& line) {
    return problems_of("local " + module + " = require '" + module + "'\n" + line +
                       "\nreturn { on_call = function() end }");
}

std::string calendar(const std::string& options) {
    return "booking.calendar { opening = { zone = 'America/New_York', week = {} }, " + options + " }";
}

}  // namespace

TEST(ModuleMistakes, OfBookingAreFoundAtOnce) {
    EXPECT_EQ(problem_of("booking", calendar("services = {}, setp = 5")),
              "test/flow.lua:2: booking.calendar: there is no option `setp`; did you mean `step`?");
    EXPECT_EQ(problem_of("booking", calendar("services = { cut = { minutes = '5' } }")),
              "test/flow.lua:2: booking.calendar: a service: `minutes` is a whole number from 1 to 1440, not \"5\"");
    EXPECT_EQ(
        problem_of("booking", calendar("services = { cut = { minutes = 5, staff = { 'an' } } }, staff = { ann = {} }")),
        "test/flow.lua:2: booking: the service `cut` names `an`, who is not in `staff`; did you mean \"ann\"?");
    EXPECT_EQ(
        problem_of("booking", "booking.calendar { opening = { zone = 'Europe/Berlim', week = {} }, services = {} }"),
        "test/flow.lua:2: there is no time zone \"Europe/Berlim\"; did you mean \"Europe/Berlin\"?");
    EXPECT_EQ(
        problem_of("booking",
                   "booking.calendar { opening = { zone = 'UTC', week = { monday = '9' } }, services = {} }"),
        "test/flow.lua:2: hours: monday = \"9\" is not understood; write \"9:00-17:00\", several spans with commas "
        "between them, or \"closed\"");
}

TEST(ModuleMistakes, OfBookingNameTheServiceThatWasMeant) {
    auto result = run_flow(
        "local salon = require('booking').calendar { opening = { zone = 'UTC', week = {} }, services = "
        "{ haircut = { minutes = 30 } } }\nreturn { on_call = function()\n"
        "salon:slots { service = 'hairct' }\nend }");
    EXPECT_EQ(result.failure(),
              "test/flow.lua:3: calendar:slots: there is no service `hairct`; did you mean \"haircut\"?");
}

TEST(ModuleMistakes, OfEscalationAreFoundAtOnce) {
    EXPECT_EQ(problem_of("escalation", "escalation.policy { tiers = { { to = '5551230100' } } }"),
              "test/flow.lua:2: escalation.policy: `tiers.to` is a phone number such as \"+15551230100\", not "
              "\"5551230100\"; "
              "did you mean \"+15551230100\"?");
    EXPECT_THAT(problem_of("escalation", "escalation.policy { tiers = {}, voicemail = { maxlength = 5 } }"),
                HasSubstr("there is no option `maxlength` in `voicemail`; did you mean `max_length`?"));
}

TEST(ModuleMistakes, OfLanguagesAreFoundAtOnce) {
    EXPECT_EQ(problem_of("lang",
                         "lang.languages { { code = 'en-US', name = 'English', prompts = { hi = 'Hi', bye = 'Bye' } }, "
                         "{ code = 'de-DE', name = 'German', prompts = { hi = 'Hallo' } } }"),
              "test/flow.lua:2: lang: German has no prompt `bye`, which English has");
    EXPECT_THAT(problem_of("lang", "lang.languages {}"), HasSubstr("takes a list of languages"));
}

TEST(ModuleMistakes, OfSurveysAreFoundAtOnce) {
    EXPECT_EQ(problem_of("survey",
                         "survey.questions { name = 'x', { id = 'a', kind = 'scale', say = '?' }, "
                         "{ id = 'a', kind = 'scale', say = '?' } }"),
              "test/flow.lua:2: survey.questions: two questions have the id `a`");
    EXPECT_THAT(problem_of("survey", "survey.questions { name = 'x', { id = 'a', kind = 'stars', say = '?' } }"),
                HasSubstr("`kind` is"));
    EXPECT_EQ(problem_of("survey", "survey.questions { name = 'x', { id = 'a', kind = 'choice', say = '?' } }"),
              "test/flow.lua:2: survey.questions: the question `a` has no `choices`");
}

TEST(ModuleMistakes, OfTextWantAZone) {
    auto result = run_flow("local text = require 'text'\nreturn { on_call = function()\ntext.date('today', {})\nend }");
    EXPECT_EQ(result.failure(), "test/flow.lua:3: text.date: `opening` or `zone` is missing");
}

TEST(ModuleMistakes, PartsOfModulesAreNotRequired) {
    EXPECT_THAT(problem_of("booking_slots", ""), HasSubstr("module 'booking_slots' is not part of this flow"));
}

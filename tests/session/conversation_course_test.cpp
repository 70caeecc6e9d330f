#include "session/conversation_course.hpp"

#include <gtest/gtest.h>

namespace switchhook::session {
namespace {

using namespace std::chrono_literals;
using core::Json;
using Course = ConversationCourse;

// A course whose clock the test moves; what is due is written down as "say …", "press …", "end …", or "".
struct Line {
    explicit Line(const Json& options = Json::object()) : course(Course::settings_of(options, {})) {
        course.begin(now);
    }

    std::string due(std::chrono::milliseconds queued = 0ms) {
        auto action = course.next(now, queued);
        if (!action) return "";
        if (auto* say = std::get_if<Course::Say>(&*action)) return "say " + say->text;
        if (auto* press = std::get_if<Course::Press>(&*action)) return "press " + press->digits;
        return "end " + std::get<Course::End>(*action).reason;
    }
    std::string due_after(std::chrono::milliseconds time, std::chrono::milliseconds queued = 0ms) {
        now += time;
        return due(queued);
    }
    void press(std::string_view digits) {
        for (char digit : digits) course.digit(digit, now);
    }

    core::Time now{1h};
    Course course;
};

TEST(ConversationCourse, AsksACallerWhoSaysNothingTwiceAndThenLetsThemGo) {
    Line line(Json{{"silence", {{"timeout", 10}, {"prompt", "Hello?"}}}});
    EXPECT_EQ(line.due(), "");
    EXPECT_EQ(line.due_after(9'999ms), "");
    EXPECT_EQ(line.due_after(1ms), "say Hello?");
    line.course.assistant_is_idle(line.now);
    EXPECT_EQ(line.due_after(10s), "say Hello?");
    line.course.assistant_is_idle(line.now);
    EXPECT_EQ(line.due_after(10s), "end silence");
}

TEST(ConversationCourse, LastsAsLongAsTheEngineAllowsUnlessTheFlowSaysHowLong) {
    EXPECT_EQ(Course::settings_of(Json::object(), {.time_limit = 300s}).time_limit, 300s);
    EXPECT_EQ(Course::settings_of(Json{{"time_limit", 900}}, {.time_limit = 300s}).time_limit, 900s);
}

TEST(ConversationCourse, SaysWhenTheCallerWillHaveBeenSilentForTooLong) {
    Line line(Json{{"silence", {{"timeout", 10}}}});
    line.due();
    EXPECT_EQ(line.course.deadline(), line.now + 10s);
}

TEST(ConversationCourse, CountsSilenceFromWhenTheCallerHasHeardItAll) {
    Line line(Json{{"silence", {{"timeout", 10}, {"prompt", "Hello?"}}}});
    line.course.assistant_speaks();
    EXPECT_EQ(line.due_after(60s), "");
    line.course.assistant_is_idle(line.now);
    EXPECT_EQ(line.due(5s), "");
    EXPECT_EQ(line.due_after(14'999ms), "");
    EXPECT_EQ(line.due_after(1ms), "say Hello?");
}

TEST(ConversationCourse, IsPatientWhileTheCallerSpeaksOrAToolRuns) {
    Line line(Json{{"silence", {{"timeout", 10}, {"prompt", "Hello?"}}}});
    line.course.caller_speaks();
    EXPECT_EQ(line.due_after(60s), "");
    line.course.caller_pauses(line.now);
    line.course.hold();
    EXPECT_EQ(line.due_after(60s), "");
    line.course.release(line.now);
    EXPECT_EQ(line.due_after(10s), "say Hello?");
}

TEST(ConversationCourse, BeginsToCountAnewOnceTheCallerHasSpoken) {
    Line line(Json{{"silence", {{"timeout", 10}, {"prompt", "Hello?"}, {"times", 1}}}});
    EXPECT_EQ(line.due_after(10s), "say Hello?");
    line.course.assistant_is_idle(line.now);
    line.course.caller_speaks();
    line.course.caller_pauses(line.now);
    EXPECT_EQ(line.due_after(10s), "say Hello?");
}

TEST(ConversationCourse, WaitsForEverWhereSilenceIsAllowed) {
    Line line(Json{{"silence", false}, {"time_limit", 3600}});
    EXPECT_EQ(line.due_after(3599s), "");
}

TEST(ConversationCourse, TakesKeysTogetherUntilTheCallerPausesForTwoSeconds) {
    Line line;
    line.press("12");
    EXPECT_EQ(line.due_after(1s), "");
    line.press("34");
    EXPECT_EQ(line.due_after(1'999ms), "");
    EXPECT_EQ(line.course.deadline(), line.now + 1ms);
    EXPECT_EQ(line.due_after(1ms), "press 1234");
}

TEST(ConversationCourse, TakesTheKeysAtOnceAfterAHashWhichIsNotOneOfThem) {
    Line line;
    line.press("42#");
    EXPECT_EQ(line.due(), "press 42");
    line.press("#");
    EXPECT_EQ(line.due(), "press #");
}

TEST(ConversationCourse, SaysGoodbyeAtTheTimeLimitAndEndsOnceItWasHeard) {
    Line line(Json{{"time_limit", 60}, {"goodbye", "Bye."}, {"silence", false}});
    EXPECT_EQ(line.due_after(60s), "say Bye.");
    EXPECT_EQ(line.due_after(1s), "");
    line.course.assistant_is_idle(line.now);
    EXPECT_EQ(line.due(2s), "");
    EXPECT_EQ(line.due_after(2s), "end time_limit");
}

TEST(ConversationCourse, IsNotHeldBackAtTheTimeLimitByAModelThatSaysNothing) {
    Line line(Json{{"time_limit", 60}, {"silence", false}});
    line.due_after(60s);
    EXPECT_EQ(line.due_after(14s), "");
    EXPECT_EQ(line.due_after(1s), "end time_limit");
}

TEST(ConversationCourse, IsNotHeldBackAtTheTimeLimitByACallerWhoInterrupts) {
    Line line(Json{{"time_limit", 60}, {"silence", false}});
    line.due_after(60s);
    line.course.interrupted();
    line.course.assistant_is_idle(line.now);
    EXPECT_EQ(line.due(), "end time_limit");
}

TEST(ConversationCourse, LetsTheLastWordBeHeardBeforeItEnds) {
    Line line;
    line.course.assistant_speaks();
    line.course.end_when_heard("finished", line.now);
    EXPECT_EQ(line.due(3s), "");
    line.course.assistant_is_idle(line.now);
    EXPECT_EQ(line.due_after(1s, 2s), "");
    EXPECT_EQ(line.due_after(1s, 1s), "");
    EXPECT_EQ(line.due_after(1s), "end finished");
}

TEST(ConversationCourse, EndsSoonAfterTheLastWordMustHaveBeenHeardWhateverTheCarrierSays) {
    Line line;
    line.course.end_when_heard("finished", line.now);
    EXPECT_EQ(line.due(3s), "");
    EXPECT_EQ(line.due_after(4'999ms, 3s), "");
    EXPECT_EQ(line.due_after(1ms, 3s), "end finished");
}

TEST(ConversationCourse, GoesOnIfTheCallerInterruptsTheGoodbye) {
    Line line;
    line.course.end_when_heard("finished", line.now);
    EXPECT_EQ(line.due(3s), "");
    line.course.interrupted();
    EXPECT_EQ(line.due(), "");
    EXPECT_EQ(line.due_after(30s), "");
}

}  // namespace
}  // namespace switchhook::session

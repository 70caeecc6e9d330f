#include "script/run_flow.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;

namespace {

// The values told where an on_call of these lines breaks.
std::string values_where_it_breaks(const std::string& lines) {
    std::string values;
    on_worker([&] {
        auto made = Flow::compile(
            {"shop", {"shop/flow.lua", "return { on_call = function(call)\n" + lines + "\nend }"}, {}}, Limits{});
        auto* flow = std::get_if<std::shared_ptr<const Flow>>(&made);
        ASSERT_TRUE(flow) << script::lines(std::get<Problems>(made));
        FlowRun run(*flow, Limits{});
        auto step = run.start("on_call", test_call());
        while (std::holds_alternative<core::Ask>(step))
            step = run.resume(core::Answer::nothing("timeout", test_time()));
        EXPECT_TRUE(std::holds_alternative<Failed>(step));
        values = run.values();
    });
    return values;
}

}  // namespace

TEST(AuthorValues, AreThoseOfTheLineThatBreaks) {
    EXPECT_EQ(values_where_it_breaks("local tries, name = 2, 'Ann'\n"
                                     "local answer, reason = call:gather { say = 'Hi' }\n"
                                     "local visit = { people = 4, day = { 1 }, ['at'] = 'noon' }\n"
                                     "error(tostring(answer) .. name .. tries .. reason .. visit.people)"),
              "tries = 2, name = \"Ann\", answer = nil, reason = \"timeout\", visit = { at = \"noon\", people = 4 }");
}

TEST(AuthorValues, KeepSecretsAndWhatCallersKeyIn) {
    auto values = values_where_it_breaks(
        "local pin, api_key, digits = '4711', 'sk-1', '0815'\n"
        "local record = { token = 'abc', password = 'def', name = 'Ann' }\n"
        "error(pin .. api_key .. digits .. record.name)");
    EXPECT_EQ(values, "record = { name = \"Ann\" }");
}

TEST(AuthorValues, MaskPhoneNumbers) {
    EXPECT_EQ(values_where_it_breaks("local who, room = '+15551230147', 'room 12'\nerror(who .. room)"),
              "who = \"+…0147\", room = \"room 12\"");
}

TEST(AuthorValues, AreShort) {
    auto values = values_where_it_breaks(
        "local long = ('é'):rep(100)\n"
        "local a, b, c, d, e, f, g, h = 1, 2, 3, 4, 5, 6, 7, 8\n"
        "error(long .. a .. b .. c .. d .. e .. f .. g .. h)");
    EXPECT_EQ(values, "a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8");
    EXPECT_LT(values_where_it_breaks("local long = ('é'):rep(100)\nerror(long)").size(), 60U);
}

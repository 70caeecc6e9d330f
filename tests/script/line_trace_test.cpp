#include "script/line_trace.hpp"

#include "script/run_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

namespace {

const char* const branches = R"(local function pick(key)
  if key == "1" then
    return "one"
  else
    return "other"
  end
end

return {
  on_call = function(call)
    local answer = call:gather { digits = 1 }
    call:say(pick(answer.digits))
  end,
})";

}  // namespace

TEST(LineTrace, NotesTheLinesThatRan) {
    on_worker([] {
        Lines lines;
        FlowRun run(compile_flow(branches), {});
        run.trace(lines);
        run.start("on_call", test_call());
        run.resume(core::Answer::of({{"digits", "2"}}, test_time()));
        ASSERT_TRUE(lines.contains("test/flow.lua"));
        EXPECT_THAT(lines["test/flow.lua"], Contains(5));
        EXPECT_THAT(lines["test/flow.lua"], Contains(12));
        EXPECT_THAT(lines["test/flow.lua"], Not(Contains(3)));
        EXPECT_EQ(lines.size(), 1U) << "the engine's own scripts are nobody's lines";
    });
}

TEST(LineTrace, KnowsTheLinesOfEveryFunctionThatSayWhatToDo) {
    EXPECT_THAT(lines_with_code({"test/flow.lua", branches}), ElementsAre(2, 3, 5, 9, 11, 12));
}

TEST(LineTrace, KnowsNoLinesOfWhatDoesNotCompile) {
    EXPECT_THAT(lines_with_code({"test/flow.lua", "return {"}), IsEmpty());
}

#include "script/test_state.hpp"

#include <lua.hpp>

namespace switchhook::script {
namespace {

constexpr const char* scripts[] = {"test_world",     "test_conversation", "test_call",
                                   "test_telling",   "test_caller",       "test_surroundings",
                                   "test_assistant", "test_whole",        "test"};

std::string text_on_top(lua_State* L) {
    std::size_t size = 0;
    auto* text = lua_tolstring(L, -1, &size);
    return text == nullptr ? std::string() : std::string(text, size);
}

std::string field(lua_State* L, const char* key) {
    lua_getfield(L, -1, key);
    auto text = text_on_top(L);
    lua_pop(L, 1);
    return text;
}

}  // namespace

TestState::TestState(const Source& test, std::shared_ptr<const Flow> flow, const FlowTester::Options& options,
                     FlowTester::FindFlow find)
    : lua_(test, std::move(flow), options, std::move(find), scripts) {}

int TestState::list_tests(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    TestLua::push_runner_field(L, "tests");
    for (int i = 1, count = static_cast<int>(lua_objlen(L, -1)); i <= count; ++i) {
        lua_rawgeti(L, -1, i);
        self.tests_.push_back({field(L, "name"), field(L, "where")});
        lua_pop(L, 1);
    }
    return 0;
}

std::optional<std::string> TestState::load() {
    if (auto error = lua_.load()) return error;
    return lua_.protect(list_tests, this);
}

int TestState::run_test(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    TestLua::push_runner_field(L, "run");
    lua_pushinteger(L, static_cast<lua_Integer>(self.index_));
    lua_call(L, 1, 1);
    self.text_ = text_on_top(L);
    return 0;
}

// The transcript of the test that ran last, with text_ as a marked line at its end.
int TestState::push_transcript(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    TestLua::push_runner_field(L, "transcript");
    if (!self.text_.empty()) lua_pushlstring(L, self.text_.data(), self.text_.size());
    lua_call(L, self.text_.empty() ? 0 : 1, 1);
    self.text_ = text_on_top(L);
    return 0;
}

TestResult TestState::run(std::size_t index) {
    auto started = std::chrono::steady_clock::now();
    TestResult result{.name = tests_[index].name, .where = tests_[index].where};
    index_ = index + 1;
    text_.clear();
    if (auto stopped = lua_.protect(run_test, this))
        result.failure = *stopped;
    else
        result.failure = text_;

    text_.clear();
    auto recordings = lua_.host().take_recordings();
    for (const auto& recording : recordings) {
        if (!result.failure.empty()) break;
        auto difference = replay(recording, lua_.limits());
        if (!difference) continue;
        result.failure = result.where + ": " + *difference;
        text_ = *difference;
    }
    if (!result.failure.empty() && !lua_.protect(push_transcript, this)) result.transcript = text_;
    result.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
    return result;
}

}  // namespace switchhook::script

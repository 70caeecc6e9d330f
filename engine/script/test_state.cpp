#include "script/test_state.hpp"

#include "script/bytecode.hpp"
#include "script/library.hpp"
#include "script/test_scripts.hpp"
#include "script/watchdog.hpp"

#include <lua.hpp>

#include <stdexcept>

namespace switchhook::script {
namespace {

constexpr const char* runner_field = "switchhook.runner";  // what test.lua returned

std::string text_on_top(lua_State* L) {
    std::size_t size = 0;
    auto* text = lua_tolstring(L, -1, &size);
    return text == nullptr ? std::string() : std::string(text, size);
}

void push_runner_function(lua_State* L, const char* name) {
    lua_getfield(L, LUA_REGISTRYINDEX, runner_field);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
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
    : test_(test),
      flow_(std::move(flow)),
      limits_(options.limits),
      host_(flow_, std::move(find), options, std::filesystem::path(test.path).parent_path()),
      L_(open_state(memory_)) {
    if (lua_cpcall(L_, open, this) != 0)
        throw std::logic_error("the engine's own scripts do not load: " + text_on_top(L_));
}

constexpr const char* scripts[] = {"test_world",     "test_conversation", "test_call",
                                   "test_telling",   "test_caller",       "test_surroundings",
                                   "test_assistant", "test_whole",        "test"};

int TestState::open(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    open_library(L, {});
    self.host_.push(L);
    load_test_scripts(L, scripts);
    lua_getfield(L, -1, "test");
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, runner_field);

    lua_getfield(L, -1, "words");
    for (lua_pushnil(L); lua_next(L, -2) != 0;) add_global(L, lua_tostring(L, -2));
    lua_pushlightuserdata(L, &self);
    lua_pushcclosure(L, require, 1);
    add_global(L, "require");
    protect_globals(L);
    return 0;
}

// A module of the flow under test, so that a test may speak of the flow's own constants.
int TestState::require(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, lua_upvalueindex(1)));
    const char* name = luaL_checkstring(L, 1);
    auto& modules = self.flow_->bundle().modules;
    auto module = modules.find(name);
    if (module == modules.end())
        return luaL_error(L, "module '%s' is not part of flow \"%s\": a test may require what its flow requires", name,
                          self.flow_->name().c_str());
    self.load_source(L, module->second);
    lua_call(L, 0, 1);
    return 1;
}

// Pushes a file, compiled; raises what is wrong with it.
void TestState::load_source(lua_State* L, const Source& source) {
    if (source.text.starts_with('\x1b')) luaL_error(L, "%s:1: is not a text file", source.path.c_str());
    auto name = "@" + source.path;
    if (luaL_loadbuffer(L, source.text.data(), source.text.size(), name.c_str()) != 0) lua_error(L);
}

// Calls a function of ours with this object, on the clock and under the limits. Gives the error, if it raised one.
std::optional<std::string> TestState::protect(int (*function)(lua_State*)) {
    auto* L = L_;
    Slice slice(L, cpu_per_test, limits_.string_bytes, core::Time{});
    memory_.forget_refusal();
    memory_.limit(memory_bytes);
    int code = lua_cpcall(L, function, this);
    memory_.lift();
    if (code == 0) return {};
    auto message = text_on_top(L);
    lua_settop(L, 0);
    if (slice.expired())
        return slice.expired_at() + ": the test used more than " + std::to_string(cpu_per_test.count()) +
               " ms of CPU time: look for a loop that never ends";
    if (memory_.refused() || code == LUA_ERRMEM)
        return test_.path + ":1: the tests of this file hold more than " + std::to_string(memory_bytes >> 20) + " MiB";
    return message.empty() ? test_.path + ":1: the test raised an error that is not a text" : message;
}

int TestState::load_file(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    self.load_source(L, self.test_);
    lua_call(L, 0, 0);
    return 0;
}

int TestState::list_tests(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    push_runner_function(L, "tests");
    for (int i = 1, count = static_cast<int>(lua_objlen(L, -1)); i <= count; ++i) {
        lua_rawgeti(L, -1, i);
        self.tests_.push_back({field(L, "name"), field(L, "where")});
        lua_pop(L, 1);
    }
    return 0;
}

std::optional<std::string> TestState::load() {
    if (auto error = protect(load_file)) return error;
    return protect(list_tests);
}

int TestState::run_test(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    push_runner_function(L, "run");
    lua_pushinteger(L, static_cast<lua_Integer>(self.index_));
    lua_call(L, 1, 1);
    self.text_ = text_on_top(L);
    return 0;
}

// The transcript of the test that ran last, with text_ as a marked line at its end.
int TestState::push_transcript(lua_State* L) {
    auto& self = *static_cast<TestState*>(lua_touserdata(L, 1));
    push_runner_function(L, "transcript");
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
    if (auto stopped = protect(run_test))
        result.failure = *stopped;
    else
        result.failure = text_;

    text_.clear();
    auto recordings = host_.take_recordings();
    for (const auto& recording : recordings) {
        if (!result.failure.empty()) break;
        auto difference = replay(recording, limits_);
        if (!difference) continue;
        result.failure = result.where + ": " + *difference;
        text_ = *difference;
    }
    if (!result.failure.empty() && !protect(push_transcript)) result.transcript = text_;
    result.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
    return result;
}

}  // namespace switchhook::script

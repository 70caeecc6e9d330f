#include "script/test_lua.hpp"

#include "script/library.hpp"
#include "script/test_scripts.hpp"
#include "script/watchdog.hpp"

#include <lua.hpp>

#include <stdexcept>

namespace switchhook::script {
namespace {

constexpr const char* runner_field = "switchhook.runner";  // what the last script returned

std::string text_on_top(lua_State* L) {
    std::size_t size = 0;
    auto* text = lua_tolstring(L, -1, &size);
    return text == nullptr ? std::string() : std::string(text, size);
}

}  // namespace

TestLua::TestLua(const Source& file, std::shared_ptr<const Flow> flow, const FlowTester::Options& options,
                 FlowTester::FindFlow find, std::span<const char* const> scripts, void (*add_to_host)(lua_State*))
    : file_(file),
      flow_(std::move(flow)),
      limits_(options.limits),
      host_(flow_, std::move(find), options, std::filesystem::path(file.path).parent_path()),
      scripts_(scripts),
      add_to_host_(add_to_host),
      L_(open_state(memory_)) {
    if (lua_cpcall(L_, open, this) != 0)
        throw std::logic_error("the engine's own scripts do not load: " + text_on_top(L_));
}

int TestLua::open(lua_State* L) {
    auto& self = *static_cast<TestLua*>(lua_touserdata(L, 1));
    open_library(L, {});
    self.host_.push(L);
    if (self.add_to_host_ != nullptr) self.add_to_host_(L);
    load_test_scripts(L, self.scripts_);
    lua_getfield(L, -1, self.scripts_.back());
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
int TestLua::require(lua_State* L) {
    auto& self = *static_cast<TestLua*>(lua_touserdata(L, lua_upvalueindex(1)));
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
void TestLua::load_source(lua_State* L, const Source& source) {
    if (source.text.starts_with('\x1b')) luaL_error(L, "%s:1: is not a text file", source.path.c_str());
    auto name = "@" + source.path;
    if (luaL_loadbuffer(L, source.text.data(), source.text.size(), name.c_str()) != 0) lua_error(L);
}

int TestLua::load_file(lua_State* L) {
    auto& self = *static_cast<TestLua*>(lua_touserdata(L, 1));
    self.load_source(L, self.file_);
    lua_call(L, 0, 0);
    return 0;
}

std::optional<std::string> TestLua::load() {
    return protect(load_file, this);
}

void TestLua::push_runner_field(lua_State* L, const char* name) {
    lua_getfield(L, LUA_REGISTRYINDEX, runner_field);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

// Runs Lua, and says why it failed. `run` gives Lua's status; an error's value is then on top of L.
template <class Run>
std::optional<std::string> TestLua::limited(lua_State* L, Run run) {
    Slice slice(L, cpu_per_call, limits_.string_bytes, core::Time{});
    memory_.forget_refusal();
    memory_.limit(memory_bytes);
    const int status = run();
    memory_.lift();
    if (status == 0 || status == LUA_YIELD) return {};
    auto message = text_on_top(L);
    lua_settop(L, 0);
    if (slice.expired())
        return slice.expired_at() + ": the test used more than " + std::to_string(cpu_per_call.count()) +
               " ms of CPU time: look for a loop that never ends";
    if (memory_.refused() || status == LUA_ERRMEM)
        return file_.path + ":1: the tests of this file hold more than " + std::to_string(memory_bytes >> 20) + " MiB";
    return message.empty() ? file_.path + ":1: the test raised an error that is not a text" : message;
}

std::optional<std::string> TestLua::protect(int (*function)(lua_State*), void* argument) {
    return limited(L_, [&] { return lua_cpcall(L_, function, argument); });
}

TestLua::Resumed TestLua::resume(lua_State* thread, int arguments) {
    Resumed resumed;
    resumed.error = limited(thread, [&] {
        const int status = lua_resume(thread, arguments);
        resumed.waits = status == LUA_YIELD;
        return status;
    });
    return resumed;
}

}  // namespace switchhook::script

#include "script/scenario_run.hpp"

#include "script/author_line.hpp"
#include "script/embedded.hpp"
#include "script/lua_json.hpp"

#include <lua.hpp>

#include <algorithm>
#include <string_view>

namespace switchhook::script {
namespace {

struct CloseState {
    void operator()(lua_State* L) const { lua_close(L); }
};

// Loads one of the engine's scripts, as a function on top of the stack or what is wrong with it.
bool load_words(lua_State* L, std::string_view name) {
    auto scripts = embedded_scripts();
    auto found = std::find_if(scripts.begin(), scripts.end(), [&](const auto& one) { return one.name == name; });
    auto text = found == scripts.end() ? std::string_view() : found->text;
    auto chunk = "=[switchhook]/" + std::string(name) + ".lua";
    return luaL_loadbuffer(L, text.data(), text.size(), chunk.c_str()) == 0;
}

// ask(kind, options) in Lua: the coroutine rests until resume() brings value, reason and error.
int ask(lua_State* L) {
    return lua_yield(L, 2);
}

int where(lua_State* L) {
    lua_pushstring(L, author_line(L).c_str());
    return 1;
}

// "demo.lua:12: what" taken apart; a message without a place keeps it all.
Failed failure_of(std::string message) {
    auto colon = message.find(": ");
    bool placed = colon != std::string::npos && colon > 0 && message[colon - 1] >= '0' && message[colon - 1] <= '9';
    if (!placed) return {{}, std::move(message), {}};
    return {message.substr(0, colon), message.substr(colon + 2), {}};
}

std::string message_on_top(lua_State* L) {
    const char* text = lua_tostring(L, -1);
    return text ? text : "an error that is not a text";
}

}  // namespace

struct ScenarioRun::State {
    Source scenario;
    std::unique_ptr<lua_State, CloseState> lua{luaL_newstate()};
    lua_State* thread = nullptr;  // the coroutine; anchored on lua's stack

    Step go_on(int arguments) {
        int status = lua_resume(thread, arguments);
        if (status == 0) return Finished{};
        if (status != LUA_YIELD) return failure_of(message_on_top(thread));
        const char* kind = lua_gettop(thread) == 2 ? lua_tostring(thread, 1) : nullptr;
        if (!kind) return Failed{{}, "the scenario yields by itself: only its verbs may", {}};
        lua_checkstack(thread, 128);
        auto options = to_json(thread, 2);
        if (!options) return Failed{author_line(thread), options.error().text(), {}};
        core::Ask next{kind, std::move(*options), author_line(thread)};
        lua_settop(thread, 0);
        return next;
    }
};

ScenarioRun::ScenarioRun(Source scenario) : state_(std::make_unique<State>()) {
    state_->scenario = std::move(scenario);
}
ScenarioRun::ScenarioRun(ScenarioRun&&) noexcept = default;
ScenarioRun::~ScenarioRun() = default;

Step ScenarioRun::start() {
    auto* L = state_->lua.get();
    luaL_openlibs(L);
    if (!load_words(L, "scenario")) return Failed{{}, message_on_top(L), {}};
    lua_pushcfunction(L, ask);
    lua_pushcfunction(L, where);
    if (lua_pcall(L, 2, 1, 0) != 0) return Failed{{}, message_on_top(L), {}};
    // Further words are made of what the caller's gave.
    for (auto name : {"scenario_assistant", "scenario_web"}) {
        if (!load_words(L, name)) return Failed{{}, message_on_top(L), {}};
        lua_pushvalue(L, -2);
        if (lua_pcall(L, 1, 0, 0) != 0) return Failed{{}, message_on_top(L), {}};
    }
    lua_pop(L, 1);

    state_->thread = lua_newthread(L);
    const auto& [path, text] = state_->scenario;
    if (luaL_loadbuffer(state_->thread, text.data(), text.size(), ("@" + path).c_str()) != 0)
        return failure_of(message_on_top(state_->thread));
    return state_->go_on(0);
}

Step ScenarioRun::resume(const core::Answer& answer) {
    auto* thread = state_->thread;
    auto push_text = [&](const std::string& text) {
        if (text.empty())
            lua_pushnil(thread);
        else
            lua_pushlstring(thread, text.data(), text.size());
    };
    lua_checkstack(thread, 128);
    push_json(thread, answer.value);
    push_text(answer.reason);
    push_text(answer.error);
    return state_->go_on(3);
}

}  // namespace switchhook::script

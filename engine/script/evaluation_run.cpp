#include "script/evaluation_run.hpp"

#include "script/library.hpp"
#include "script/lua_json.hpp"
#include "script/recorded_run.hpp"

#include <lua.hpp>

namespace switchhook::script {
namespace {

constexpr const char* scripts[] = {"test_world",
                                   "test_conversation",
                                   "test_call",
                                   "test_telling",
                                   "test_caller",
                                   "test_surroundings",
                                   "test_assistant",
                                   "test_whole",
                                   "test_evaluation_models",
                                   "test_evaluation_caller",
                                   "test_evaluation_assistant",
                                   "test_evaluation_judge",
                                   "test_evaluation"};
constexpr const char* thread_field = "switchhook.evaluation";
constexpr std::size_t most_of_a_request = 4 << 20;  // bytes

std::string field(lua_State* L, const char* key) {
    lua_getfield(L, -1, key);
    const char* text = lua_tostring(L, -1);
    std::string value = text == nullptr ? "" : text;
    lua_pop(L, 1);
    return value;
}

void push(lua_State* L, const std::string& text) {
    lua_pushlstring(L, text.data(), text.size());
}

void push_time(lua_State* L, core::Time time) {
    lua_pushnumber(L, static_cast<lua_Number>(time.time_since_epoch().count()));
}

EvaluationResult::Outcome outcome_named(const std::string& name) {
    if (name == "passed") return EvaluationResult::Outcome::passed;
    return name == "broken" ? EvaluationResult::Outcome::broken : EvaluationResult::Outcome::failed;
}

}  // namespace

EvaluationRun::EvaluationRun(const Source& file, std::shared_ptr<const Flow> flow, const FlowTester::Options& options)
    : lua_(file, std::move(flow), options, {}, scripts, add_model) {}

// What no test has: host.model(who, options) → reply, or nil and the reason; time
void EvaluationRun::add_model(lua_State* L) {
    lua_pushcfunction(L, ask_model);
    lua_setfield(L, -2, "model");
}

int EvaluationRun::ask_model(lua_State* L) {
    lua_settop(L, 2);
    lua_pushlightuserdata(L, engine_yield_tag());
    lua_insert(L, 1);
    return lua_yield(L, 3);
}

int EvaluationRun::list(lua_State* L) {
    auto& self = *static_cast<EvaluationRun*>(lua_touserdata(L, 1));
    TestLua::push_runner_field(L, "loaded");
    lua_call(L, 0, 0);
    TestLua::push_runner_field(L, "evaluations");
    for (int i = 1, count = static_cast<int>(lua_objlen(L, -1)); i <= count; ++i) {
        lua_rawgeti(L, -1, i);
        lua_getfield(L, -1, "at_least");
        auto at_least = lua_tonumber(L, -1);
        lua_pop(L, 1);
        self.evaluations_.push_back({field(L, "name"), field(L, "where"), at_least});
        lua_pop(L, 1);
    }
    return 0;
}

std::optional<std::string> EvaluationRun::load() {
    if (auto error = lua_.load()) return error;
    return lua_.protect(list, this);
}

int EvaluationRun::push_start(lua_State* L) {
    auto& self = *static_cast<EvaluationRun*>(lua_touserdata(L, 1));
    self.thread_ = lua_newthread(L);
    lua_setfield(L, LUA_REGISTRYINDEX, thread_field);
    TestLua::push_runner_field(L, "run");
    lua_pushinteger(L, static_cast<lua_Integer>(self.index_ + 1));
    push_time(L, self.now_);
    lua_xmove(L, self.thread_, 3);
    return 0;
}

int EvaluationRun::push_answer(lua_State* L) {
    auto& self = *static_cast<EvaluationRun*>(lua_touserdata(L, 1));
    const auto& answer = *self.answer_;
    luaL_checkstack(L, 128, "an answer of a model");
    const auto& reason = answer.error.empty() ? answer.reason : answer.error;
    push_json(L, answer.value);
    if (reason.empty())
        lua_pushnil(L);
    else
        push(L, reason);
    push_time(L, answer.time);
    lua_xmove(L, self.thread_, 3);
    return 0;
}

EvaluationRun::Step EvaluationRun::start(std::size_t index, core::Time now) {
    index_ = index;
    now_ = now;
    if (auto error = lua_.protect(push_start, this))
        return EvaluationResult{EvaluationResult::Outcome::broken, *error, {}};
    return go_on(2);
}

EvaluationRun::Step EvaluationRun::resume(const core::Answer& answer) {
    answer_ = &answer;
    auto error = lua_.protect(push_answer, this);
    answer_ = nullptr;
    return error ? result(error) : go_on(3);
}

EvaluationRun::Step EvaluationRun::go_on(int arguments) {
    auto resumed = lua_.resume(thread_, arguments);
    if (!resumed.waits) return result(resumed.error);
    if (lua_gettop(thread_) != 3 || lua_touserdata(thread_, 1) != engine_yield_tag())
        return result(evaluations_[index_].where +
                      ": an evaluation yields by itself: only its models may be waited for");
    lua_checkstack(thread_, 128);
    auto chat = to_json(thread_, 3, {.max_bytes = most_of_a_request});
    if (!chat) return result(evaluations_[index_].where + ": what a model is asked: " + chat.error().text());
    ModelRequest request{lua_tostring(thread_, 2), std::move(*chat)};
    lua_settop(thread_, 0);
    return request;
}

int EvaluationRun::take_outcome(lua_State* L) {
    auto& self = *static_cast<EvaluationRun*>(lua_touserdata(L, 1));
    TestLua::push_runner_field(L, "outcome");
    if (!self.raised_.empty()) push(L, self.raised_);
    lua_call(L, self.raised_.empty() ? 0 : 1, 1);
    for (const char* name : {"outcome", "why", "transcript"}) self.outcome_[name] = field(L, name);
    return 0;
}

// A run that has passed is replayed from its own answers, as a test is.
EvaluationResult EvaluationRun::result(const std::optional<std::string>& raised) {
    raised_ = raised.value_or("");
    auto recordings = lua_.host().take_recordings();
    for (const auto& recording : recordings) {
        if (!raised_.empty()) break;
        if (auto difference = replay(recording, lua_.limits()))
            raised_ = evaluations_[index_].where + ": " + *difference;
    }
    outcome_ = core::Json::object();
    if (auto error = lua_.protect(take_outcome, this))
        return {EvaluationResult::Outcome::broken, raised_.empty() ? *error : raised_, {}};
    return {outcome_named(outcome_["outcome"]), outcome_["why"], outcome_["transcript"]};
}

}  // namespace switchhook::script

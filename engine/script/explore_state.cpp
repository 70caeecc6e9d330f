#include "script/explore_state.hpp"

#include "script/library.hpp"
#include "script/lua_json.hpp"
#include "script/test_scripts.hpp"
#include "script/watchdog.hpp"

#include <lua.hpp>

#include <algorithm>
#include <stdexcept>

namespace switchhook::script {
namespace {

constexpr const char* walk_field = "switchhook.walk";
constexpr const char* scripts[] = {"test_world", "test_conversation", "test_call", "explore_choices", "explore"};

// What one walk may use: the flow's own limits hold besides.
constexpr std::chrono::milliseconds cpu_per_walk{2000};
constexpr std::size_t memory_bytes = 128 << 20;

// A call that asks so much in one walk asks without end.
constexpr std::size_t most_asks = 2'000;

Limits limits_of_walks(Limits limits) {
    limits.asks = std::min(limits.asks, most_asks);
    return limits;
}

std::string error_text(lua_State* L) {
    auto* text = lua_tostring(L, -1);
    return text == nullptr ? "an error that is not a text" : text;
}

std::vector<std::string> texts(const core::Json& list) {
    std::vector<std::string> all;
    for (const auto& each : list) all.push_back(each.get<std::string>());
    return all;
}

Walked walked_from(const core::Json& json) {
    Walked walked;
    const std::string state = json.at("state");
    walked.state = state == "broke"  ? Walked::State::broke
                   : state == "over" ? Walked::State::over
                                     : Walked::State::waits;
    walked.over = json.value("over", "");
    walked.ends_otherwise = json.at("ends_by_itself");
    walked.kind = json.at("kind");
    walked.where = json.at("where");
    walked.waits_for = json.at("waits_for");
    walked.latest = json.at("latest");
    walked.without_a_word = json.at("without_a_word");
    walked.heard = texts(json.at("heard"));
    walked.trail = json.at("trail");
    for (const auto& choice : json.at("choices"))
        walked.choices.push_back({choice.at("label"), choice.at("passive"), choice.at("leaves")});
    walked.labels = texts(json.at("labels"));
    walked.invented = json.at("invented");
    walked.open = json.at("open");
    walked.silence = json.at("silence");
    if (auto broke = json.find("broke"); broke != json.end()) {
        walked.broke_where = broke->at("where");
        walked.broke_what = broke->at("what");
        walked.broke_limit = broke->value("limit", "");
    }
    return walked;
}

}  // namespace

ExploreState::ExploreState(std::shared_ptr<const Flow> flow, const Limits& limits)
    : flow_(std::move(flow)),
      limits_(limits_of_walks(limits)),
      host_(flow_, {}, {.limits = limits_}, {}),
      L_(open_state(memory_)) {
    if (lua_cpcall(L_, open, this) != 0)
        throw std::logic_error("the engine's own scripts do not load: " + error_text(L_));
}

int ExploreState::open(lua_State* L) {
    auto& self = *static_cast<ExploreState*>(lua_touserdata(L, 1));
    open_library(L, {});
    self.host_.push(L);
    load_test_scripts(L, scripts);
    lua_getfield(L, -1, "explore");
    lua_getfield(L, -1, "walk");
    lua_setfield(L, LUA_REGISTRYINDEX, walk_field);
    protect_globals(L);
    return 0;
}

int ExploreState::run(lua_State* L) {
    auto& self = *static_cast<ExploreState*>(lua_touserdata(L, 1));
    luaL_checkstack(L, 128, "a walk");
    lua_getfield(L, LUA_REGISTRYINDEX, walk_field);
    push_json(L, self.spec_);
    lua_call(L, 1, 1);
    auto result = to_json(L, -1);
    self.result_ = result ? std::move(*result) : core::Json();
    return 0;
}

Walked ExploreState::walk(const core::Json& start, const std::vector<int>& path, int silence) {
    spec_ = {
        {"flow", flow_->name()}, {"start", start}, {"path", path}, {"silence", silence}, {"constants", constants_}};
    int code = 0;
    {
        Slice slice(L_, cpu_per_walk, limits_.string_bytes, core::Time{});
        memory_.forget_refusal();
        memory_.limit(memory_bytes);
        code = lua_cpcall(L_, run, this);
        memory_.lift();
    }
    host_.take_recordings();
    if (code != 0) {
        auto what = error_text(L_);
        lua_settop(L_, 0);
        throw std::runtime_error("a walk through " + flow_->name() + " ends: " + what);
    }
    return walked_from(result_);
}

}  // namespace switchhook::script

#include "script/flow_state.hpp"

#include "script/author_line.hpp"
#include "script/author_values.hpp"
#include "script/bytecode.hpp"
#include "script/compiled_flow.hpp"
#include "script/coverage.hpp"
#include "script/engine_functions.hpp"
#include "script/lazy_values.hpp"
#include "script/library.hpp"
#include "script/lua_json.hpp"
#include "script/option_check.hpp"
#include "script/read_only.hpp"
#include "script/watchdog.hpp"

#include <lua.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace switchhook::script {
namespace {

// The fields of the registry that are ours.
constexpr const char* engine_field = "switchhook.engine";      // the table that engine scripts are called with
constexpr const char* verbs_field = "switchhook.verbs";        // what call.lua returned
constexpr const char* modules_field = "switchhook.modules";    // name → what its file returned
constexpr const char* returned_field = "switchhook.returned";  // what flow.lua returned
constexpr const char* thread_field = "switchhook.thread";      // the flow's coroutine

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (unsigned char byte : text) value = (value ^ byte) * 0x100000001b3;
    return value;
}

void load_chunk(lua_State* L, std::string_view bytecode, const char* name) {
    if (luaL_loadbuffer(L, bytecode.data(), bytecode.size(), name) != 0) lua_error(L);
}

// Pushes a script and the argument to call it with.
void push_engine_script(lua_State* L, std::string_view name) {
    auto& script = *find_engine_script(name);
    load_chunk(L, script.bytecode, script.chunk_name.c_str());
    lua_getfield(L, LUA_REGISTRYINDEX, engine_field);
}

// Pushes what the script of that name returns: a part of the engine's own scripts that few calls need, and those not
// for long. It is loaded each time, so that it goes when it has done its work.
void push_part(lua_State* L, const char* name) {
    push_engine_script(L, name);
    lua_call(L, 1, 1);
}

int part(lua_State* L) {
    push_part(L, luaL_checkstring(L, 1));
    return 1;
}

// The global `agent`: a table that can be called.
void push_agent(lua_State* L) {
    push_part(L, "agent");
    lua_getfield(L, -1, "library");
    make_read_only(L, "agent");
    lua_getmetatable(L, -1);
    lua_getfield(L, -3, "make");
    lua_setfield(L, -2, "__call");
    lua_pop(L, 1);
    lua_remove(L, -2);
}

constexpr LazyValue flow_values[] = {{"agent", push_agent}};

const LazyValues& values_of_flows() {
    static const LazyValues all{flow_values, &library_values()};
    return all;
}

// What may be asked while an assistant waits for a tool: the caller is theirs.
bool fits_in_conversation(std::string_view kind) {
    constexpr std::string_view kinds[] = {"tool_result",
                                          "end_conversation",
                                          "interject",
                                          "play_while",
                                          "collect_digits",
                                          "chat",
                                          "http",
                                          "sms",
                                          "kv",
                                          "log",
                                          "sleep"};
    return std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds);
}

void clear_table(lua_State* L, int index) {
    for (lua_pushnil(L); lua_next(L, index) != 0;) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, index);
    }
}

bool is_answered_by_event(std::string_view kind) {
    return kind == "converse" || kind == "tool_result" || kind == "end_conversation";
}

void push_info(lua_State* L, const core::CallInfo& info) {
    auto text = [L](const char* key, const std::string& value) {
        lua_pushlstring(L, value.data(), value.size());
        lua_setfield(L, -2, key);
    };
    auto json = [L](const char* key, const core::Json& value) {
        push_json(L, value);
        lua_setfield(L, -2, key);
    };
    lua_createtable(L, 0, 16);
    text("id", info.id);
    text("from", info.from);
    text("to", info.to);
    text("provider", info.provider);
    text("account", info.account);
    text("direction", info.direction);
    json("settings", info.settings);
    json("caller", info.caller);
    json("message", info.message);
    json("summary", info.summary);
    const auto started = std::chrono::floor<std::chrono::seconds>(info.started);
    lua_pushnumber(L, static_cast<double>(started.time_since_epoch().count()));
    lua_setfield(L, -2, "started");
}

// What the calls in a counted source call: they note what ran, and give a condition's value on.
int count_statement(lua_State* L) {
    auto& coverage = *static_cast<FlowCoverage*>(lua_touserdata(L, lua_upvalueindex(1)));
    auto index = static_cast<std::size_t>(lua_tointeger(L, 1));
    if (coverage.counting && index < coverage.statements.size()) ++coverage.statements[index].times;
    return 0;
}

int count_decision(lua_State* L) {
    auto& coverage = *static_cast<FlowCoverage*>(lua_touserdata(L, lua_upvalueindex(1)));
    auto index = static_cast<std::size_t>(lua_tointeger(L, 1));
    lua_settop(L, 2);
    if (coverage.counting && index < coverage.decisions.size()) {
        auto& decision = coverage.decisions[index];
        ++(lua_toboolean(L, 2) != 0 ? decision.times_true : decision.times_false);
    }
    return 1;
}

void add_counters(lua_State* L, FlowCoverage& coverage) {
    auto add = [&](const char* name, lua_CFunction function) {
        lua_pushlightuserdata(L, &coverage);
        lua_pushcclosure(L, function, 1);
        add_global(L, name);
    };
    add(statement_counter, count_statement);
    add(decision_counter, count_decision);
}

std::string milliseconds(std::chrono::microseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

// "lexi/flow.lua:12: what" → its two parts; the first is empty if the message does not begin with a place.
struct Placed {
    std::string where;
    std::string what;
};

Placed split_place(const std::string& message) {
    auto digits = message.find_first_not_of("0123456789", message.find(':') + 1);
    auto colon = message.find(':');
    while (colon != std::string::npos) {
        digits = message.find_first_not_of("0123456789", colon + 1);
        if (digits != std::string::npos && digits > colon + 1 && message.compare(digits, 2, ": ") == 0)
            return {message.substr(0, digits), message.substr(digits + 2)};
        colon = message.find(':', colon + 1);
    }
    return {{}, message};
}

}  // namespace

struct FlowState::Arguments {
    FlowState& self;
    const core::CallInfo* info = nullptr;
    const core::Answer* answer = nullptr;
};

FlowState::FlowState(const Flow::Compiled& flow, const Limits& limits, std::string_view seed)
    : flow_(flow), limits_(limits), seed_(hash(seed)), L_(open_state(memory_)) {
    if (lua_cpcall(L_, open, this) != 0)
        throw std::logic_error("the engine's own scripts do not load: " + std::string(lua_tostring(L_, -1)));
}

int FlowState::open(lua_State* L) {
    auto& self = *static_cast<FlowState*>(lua_touserdata(L, 1));
    lua_gc(L, LUA_GCSTOP, 0);  // what is made here stays
    open_library(L, {.seed = self.seed_});
    set_lazy_values(L, values_of_flows());
    self.renew_thread(L);  // after: a thread keeps the globals that were there when it was made

    lua_pushlightuserdata(L, &self);
    lua_pushcclosure(L, require, 1);
    add_global(L, "require");
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, modules_field);

    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushlightuserdata(L, &self);
    lua_pushcclosure(L, ask, 1);
    lua_setfield(L, -2, "raw");
    call_sandbox_script(L, "sandbox/ask");
    lua_setfield(L, -2, "ask");
    lua_pushcfunction(L, part);
    lua_setfield(L, -2, "part");
    lua_pushlightuserdata(L, &self);
    lua_pushcclosure(L, is_known_good, 1);
    lua_setfield(L, -2, "is_known_good");
    add_engine_functions(L);
    lua_setfield(L, LUA_REGISTRYINDEX, engine_field);

    push_engine_script(L, "call");
    lua_pushvalue(L, -2);
    let_write_globals(L);
    lua_pop(L, 1);
    lua_call(L, 1, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, verbs_field);
    if (self.flow_.coverage) add_counters(L, *self.flow_.coverage);
    protect_globals(L);
    lua_pushlightuserdata(L, engine_yield_tag());  // the first one of its kind may allocate: here, not under a limit
    lua_gc(L, LUA_GCRESTART, -1);
    return 0;
}

// What the flow's files do while they load went well when the flow was compiled: it need not be checked for each call.
int FlowState::is_known_good(lua_State* L) {
    auto& self = *static_cast<FlowState*>(lua_touserdata(L, lua_upvalueindex(1)));
    lua_pushboolean(L, self.flow_.checked && self.handler_.empty());
    return 1;
}

int FlowState::require(lua_State* L) {
    auto& self = *static_cast<FlowState*>(lua_touserdata(L, lua_upvalueindex(1)));
    const char* name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, modules_field);
    lua_getfield(L, 2, name);
    if (lua_islightuserdata(L, -1))
        return luaL_error(
            L, "module '%s' requires itself, directly or through another: move what both need into a third", name);
    if (!lua_isnil(L, -1)) return 1;
    lua_pop(L, 1);

    if (auto module = self.flow_.modules.find(std::string_view(name)); module != self.flow_.modules.end()) {
        load_chunk(L, module->second.bytecode, module->second.name.c_str());
        lua_pushvalue(L, 1);
    } else if (is_engine_module(name)) {
        push_engine_script(L, name);
    } else {
        return luaL_error(
            L, "module '%s' is not part of this flow: put %s.lua beside flow.lua and require it by a literal name",
            name, name);
    }
    lua_pushlightuserdata(L, engine_yield_tag());
    lua_setfield(L, 2, name);
    ++self.loading_;
    int code = lua_pcall(L, 1, 1, 0);
    --self.loading_;
    if (code != 0) {
        lua_pushnil(L);
        lua_setfield(L, 2, name);
        return lua_error(L);
    }
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

std::string FlowState::where(lua_State* L) const {
    auto line = author_line(L);
    // In a coroutine whose functions are all the engine's, it is the line that the flow itself is at.
    if (line.empty() && L != thread_) line = author_line(thread_);
    return line.empty() ? flow_.bundle.main.path : line;
}

// Fills pending_, or says in refusal_ why it cannot.
bool FlowState::prepare_ask(lua_State* L) try {
    pending_.reset();
    auto place = where(L);
    auto refuse = [&](const std::string& why) {
        refusal_ = place + ": " + why;
        return false;
    };
    if (lua_type(L, 1) != LUA_TSTRING) return refuse("what to ask must be a text");
    std::string kind = lua_tostring(L, 1);
    if (loading_ > 0)
        return refuse(kind + " cannot be used while the file loads: move it into a function that on_call calls");
    if (!lua_isyieldable(L))
        return refuse(kind +
                      " cannot be used inside a function given to gsub or to a metamethod: collect first, then ask");
    auto options = core::Json::object();
    if (lua_type(L, 2) > LUA_TNIL) {
        auto json = to_json(L, 2, {.max_bytes = limits_.string_bytes});
        if (!json) return refuse(kind + ": " + json.error().text());
        if (!json->is_object()) return refuse(kind + ": the options must be a table of names and values");
        options = std::move(*json);
    }
    if (auto wrong = check_options(kind, options, handler_)) return refuse(*wrong);
    if (in_conversation_ && !fits_in_conversation(kind))
        return refuse("`" + kind +
                      "` cannot be used while the assistant talks with the caller: return from the tool first, and do "
                      "it after `converse`");
    last_where_ = place;
    pending_ = core::Ask{std::move(kind), std::move(options), std::move(place)};
    return true;
} catch (const std::exception& error) {
    pending_.reset();
    refusal_ = error.what();
    return false;
}

int FlowState::ask(lua_State* L) {
    auto& self = *static_cast<FlowState*>(lua_touserdata(L, lua_upvalueindex(1)));
    luaL_checkstack(L, 128, "no stack left to ask");
    lua_settop(L, 2);
    if (!self.prepare_ask(L)) {
        lua_pushlstring(L, self.refusal_.data(), self.refusal_.size());
        return 1;
    }
    // What a conversation is told is the engine's own table and in pending_ by now: it need not wait along.
    if (is_answered_by_event(self.pending_->kind)) clear_table(L, 2);
    lua_pushlightuserdata(L, engine_yield_tag());
    return lua_yield(L, 1);
}

void FlowState::renew_thread(lua_State* L) {
    auto* thread = lua_newthread(L);
    lua_setfield(L, LUA_REGISTRYINDEX, thread_field);
    thread_ = thread;
}

// Runs a C function that puts what the flow's coroutine is to be resumed with onto it.
std::optional<Failed> FlowState::push(int (*function)(lua_State*), Arguments& arguments) {
    // What filled the memory may be garbage by now, which Lua does not collect before it refuses an allocation.
    if (memory_.refused()) lua_gc(L_, LUA_GCCOLLECT, 0);
    memory_.forget_refusal();
    memory_.limit(limits_.memory_bytes);
    int code = lua_cpcall(L_, function, &arguments);
    memory_.lift();
    if (code == 0) return {};
    std::string what = lua_tostring(L_, -1) != nullptr ? lua_tostring(L_, -1) : "unknown error";
    lua_settop(L_, 0);
    if (memory_.refused() || code == LUA_ERRMEM) return out_of_memory();
    return Failed{last_where_, what, {}};
}

int FlowState::drop_thread(lua_State* L) {
    static_cast<FlowState*>(lua_touserdata(L, 1))->renew_thread(L);
    return 0;
}

int FlowState::push_main(lua_State* L) {
    auto& self = static_cast<Arguments*>(lua_touserdata(L, 1))->self;
    self.renew_thread(L);
    load_chunk(L, self.flow_.main.bytecode, self.flow_.main.name.c_str());
    lua_xmove(L, self.thread_, 1);
    return 0;
}

int FlowState::push_handler(lua_State* L) {
    auto& arguments = *static_cast<Arguments*>(lua_touserdata(L, 1));
    auto& self = arguments.self;
    self.renew_thread(L);
    lua_getfield(L, LUA_REGISTRYINDEX, returned_field);
    lua_getfield(L, -1, self.handler_.c_str());
    lua_getfield(L, LUA_REGISTRYINDEX, verbs_field);
    lua_getfield(L, -1, self.handler_ == "on_message" ? "message" : "call");
    push_info(L, *arguments.info);
    lua_call(L, 1, 1);
    lua_remove(L, -2);
    lua_xmove(L, self.thread_, 2);
    return 0;
}

int FlowState::push_answer(lua_State* L) {
    auto& arguments = *static_cast<Arguments*>(lua_touserdata(L, 1));
    auto& self = arguments.self;
    auto& answer = *arguments.answer;
    if (!answer.error.empty()) {
        lua_pushfstring(L, "%s: ", self.last_where_.c_str());
        lua_pushlstring(L, answer.error.data(), answer.error.size());
        lua_concat(L, 2);
        lua_pushnil(L);
        lua_pushnil(L);
    } else {
        lua_pushboolean(L, 0);
        push_json(L, answer.value);
        if (answer.reason.empty())
            lua_pushnil(L);
        else
            lua_pushlstring(L, answer.reason.data(), answer.reason.size());
    }
    lua_xmove(L, self.thread_, 3);
    return 0;
}

std::optional<Failed> FlowState::load(core::Time now) {
    Arguments arguments{*this};
    if (auto failure = push(push_main, arguments)) return failure;
    loading_ = 1;
    auto step = run(0, now);
    loading_ = 0;
    if (auto* failure = std::get_if<Failed>(&step)) return std::move(*failure);
    lua_settop(thread_, 1);
    lua_xmove(thread_, L_, 1);
    lua_setfield(L_, LUA_REGISTRYINDEX, returned_field);
    return {};
}

void FlowState::push_returned() {
    lua_getfield(L_, LUA_REGISTRYINDEX, returned_field);
}

std::string FlowState::values() const {
    return thread_ != nullptr ? author_values(thread_) : std::string();
}

Step FlowState::start(std::string_view handler, const core::CallInfo& info) {
    // What the handler before left must not keep this one from its memory.
    if (memory_.refused() || memory_.used() > limits_.memory_bytes / 2) {
        if (lua_cpcall(L_, drop_thread, this) != 0) lua_settop(L_, 0);
        lua_gc(L_, LUA_GCCOLLECT, 0);
    }
    handler_ = handler;
    awaits_event_ = in_conversation_ = false;
    last_where_ = flow_.bundle.main.path;
    Arguments arguments{*this, &info};
    if (auto failure = push(push_handler, arguments)) return *failure;
    return run(1, info.started);
}

Step FlowState::resume(const core::Answer& answer) {
    if (awaits_event_) in_conversation_ = answer.value.is_object() && answer.value.contains("tool");
    Arguments arguments{*this, nullptr, &answer};
    if (auto failure = push(push_answer, arguments)) return *failure;
    return run(3, answer.time);
}

Step FlowState::run(int arguments, core::Time now) {
    auto left = limits_.cpu_per_call - cpu_used_;
    bool last_of_call = left < limits_.cpu_per_slice;
    if (left.count() <= 0) return out_of_cpu(last_where_, true);
    Slice slice(thread_, std::min<std::chrono::nanoseconds>(left, limits_.cpu_per_slice), limits_.string_bytes, now);
    pending_.reset();
    memory_.forget_refusal();
    memory_.limit(limits_.memory_bytes);
    int code = lua_resume(thread_, arguments);
    memory_.lift();
    cpu_used_ += slice.used();
    if (code == LUA_YIELD) return asked();
    if (code == 0) return finished();
    if (slice.expired()) return out_of_cpu(slice.expired_at(), last_of_call);
    return failed(code);
}

Step FlowState::asked() {
    bool engines = lua_gettop(thread_) == 1 && lua_touserdata(thread_, 1) == engine_yield_tag() && pending_;
    if (!engines)
        return Failed{where(thread_),
                      "coroutine.yield outside of a coroutine: only a function run by coroutine.wrap or "
                      "coroutine.resume may yield",
                      {}};
    lua_settop(thread_, 0);
    if (++asks_ > limits_.asks)
        return Failed{pending_->where,
                      "this flow asked for more than " + std::to_string(limits_.asks) +
                          " steps in one call: look for a loop that never ends",
                      "asks"};
    awaits_event_ = is_answered_by_event(pending_->kind);
    // A conversation waits for long, and is answered at the pace of speech: what it no longer needs goes first.
    if (awaits_event_) lua_gc(L_, LUA_GCCOLLECT, 0);
    return std::move(*pending_);
}

Step FlowState::finished() {
    if (lua_gettop(thread_) == 0 || handler_.empty()) return Finished{};
    auto value = to_json(thread_, 1);
    return Finished{value ? std::move(*value) : core::Json()};
}

Failed FlowState::failed(int code) {
    bool is_text = lua_type(thread_, -1) == LUA_TSTRING;
    std::string message = is_text ? lua_tostring(thread_, -1) : "";
    if (code == LUA_ERRMEM || (memory_.refused() && message.ends_with("not enough memory"))) return out_of_memory();
    if (!is_text)
        return {where(thread_),
                std::string("the flow raised a ") + luaL_typename(thread_, -1) +
                    ": raise a text, as error(\"what went wrong\")",
                {}};
    auto [place, what] = split_place(message);
    if (place.empty() || place.starts_with("[switchhook]")) place = where(thread_);
    return {place, what, what.starts_with("a string of more than ") ? "string" : ""};
}

Failed FlowState::out_of_cpu(const std::string& where, bool whole_call) const {
    auto what = whole_call ? "this flow used more than " + milliseconds(limits_.cpu_per_call) +
                                 " of CPU in one call: look for a loop that runs too often"
                           : "this flow used more than " + milliseconds(limits_.cpu_per_slice) +
                                 " of CPU before its next step: look for a loop that never waits";
    return {where.empty() ? flow_.bundle.main.path : where, what, "cpu"};
}

Failed FlowState::out_of_memory() const {
    return {where(thread_),
            "this flow needs more than " + std::to_string(limits_.memory_bytes >> 10) +
                " KiB of memory: look for a table or a text that keeps growing",
            "memory"};
}

}  // namespace switchhook::script

#include "script/test_host.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "script/author_line.hpp"
#include "script/effective_settings.hpp"
#include "script/lua_json.hpp"

#include <date/tz.h>
#include <lua.hpp>

#include <chrono>
#include <stdexcept>

namespace switchhook::script {
namespace {

void push(lua_State* L, const std::string& text) {
    lua_pushlstring(L, text.data(), text.size());
}

std::string text_at(lua_State* L, int index) {
    std::size_t size = 0;
    auto* text = luaL_checklstring(L, index, &size);
    return {text, size};
}

// The value at `index`; what has no JSON form is the author's to mend.
core::Json json_at(lua_State* L, int index) {
    luaL_checkstack(L, 128, "a value of the test");
    auto json = to_json(L, index);
    if (!json) throw std::invalid_argument(json.error().text());
    return std::move(*json);
}

core::Time time_at(lua_State* L, int index) {
    return core::Time(std::chrono::milliseconds(static_cast<std::int64_t>(luaL_checknumber(L, index))));
}

void set_field(lua_State* L, const char* key, const std::string& text) {
    push(L, text);
    lua_setfield(L, -2, key);
}

int push_step(lua_State* L, const Step& step) {
    lua_createtable(L, 0, 4);
    if (auto* ask = std::get_if<core::Ask>(&step)) {
        set_field(L, "state", "asks");
        set_field(L, "kind", ask->kind);
        set_field(L, "where", ask->where);
        push_json(L, ask->options);
        lua_setfield(L, -2, "options");
    } else if (auto* failed = std::get_if<Failed>(&step)) {
        set_field(L, "state", "failed");
        set_field(L, "where", failed->where);
        set_field(L, "what", failed->what);
        set_field(L, "limit", failed->limit);
    } else {
        set_field(L, "state", "finished");
        push_json(L, std::get<Finished>(step).value);
        lua_setfield(L, -2, "value");
    }
    return 1;
}

// The settings of a test's call: the flow's, with what the test says over them. Throws std::invalid_argument where the
// flow does not know or take what the test says, as numbers.lua would be refused.
core::Json settings_of_test(const Flow& flow, const core::Json& given) {
    const auto& declared = declared_settings(flow);
    auto settings = flow.settings();
    for (const auto& [name, value] : given.items()) {
        auto found = declared.find(name);
        if (found == declared.end()) {
            std::vector<std::string> names;
            for (const auto& [known, setting] : declared) names.push_back(known);
            if (!names.empty())
                throw std::invalid_argument(flow.name() + " has no setting \"" + name +
                                            "\": " + core::did_you_mean(name, names));
            settings[name] = value;
            continue;
        }
        auto checked = checked_setting(found->second, value);
        if (auto* fault = std::get_if<SettingFault>(&checked))
            throw std::invalid_argument("the setting `" + name + "` " + fault->what + ": " + fault->fix);
        settings[name] = std::get<core::Json>(std::move(checked));
    }
    for (const auto& [name, setting] : declared)
        if (setting.required && !settings.contains(name))
            throw std::invalid_argument("the test has no `" + name + "`, a setting that " + flow.name() +
                                        " needs: write test.flow(\"" + flow.name() + "\", { settings = { " + name +
                                        " = … } })");
    return settings;
}

int nothing_because(lua_State* L, const std::string& why) {
    lua_pushnil(L);
    push(L, why);
    return 2;
}

}  // namespace

TestHost::TestHost(std::shared_ptr<const Flow> flow, FlowTester::FindFlow find, const FlowTester::Options& options,
                   const std::filesystem::path& folder)
    : flow_(std::move(flow)), find_(std::move(find)), options_(options), golden_(options.root, folder) {}

// Turns an exception into a Lua error, raised when no C++ object is alive any more.
template <int (TestHost::*method)(lua_State*)>
int TestHost::call(lua_State* L) {
    auto* host = static_cast<TestHost*>(lua_touserdata(L, lua_upvalueindex(1)));
    try {
        return (host->*method)(L);
    } catch (const std::exception& error) {
        script::push(L, author_line(L) + ": " + error.what());
    }
    return lua_error(L);
}

void TestHost::push(lua_State* L) {
    static constexpr std::pair<const char*, lua_CFunction> functions[] = {
        {"flow", call<&TestHost::flow>},
        {"start", call<&TestHost::start>},
        {"start_again", call<&TestHost::start_again>},
        {"resume", call<&TestHost::resume>},
        {"rebuild", call<&TestHost::rebuild>},
        {"time", call<&TestHost::time>},
        {"twiml", call<&TestHost::twiml>},
        {"golden", call<&TestHost::golden>},
        {"write_golden", call<&TestHost::write_golden>},
        {"updates_golden", call<&TestHost::updates_golden>},
        {"seed", call<&TestHost::seed>},
        {"json", call<&TestHost::json>},
        {"where", call<&TestHost::where>},
        {"did_you_mean", call<&TestHost::did_you_mean>},
    };
    lua_createtable(L, 0, std::size(functions));
    for (const auto& [name, function] : functions) {
        lua_pushlightuserdata(L, this);
        lua_pushcclosure(L, function, 1);
        lua_setfield(L, -2, name);
    }
}

std::vector<Recording> TestHost::take_recordings() {
    std::vector<Recording> recordings;
    for (auto& run : runs_) recordings.push_back(std::move(run).take_recording());
    runs_.clear();
    return recordings;
}

std::shared_ptr<const Flow> TestHost::find_flow(const std::string& name) const {
    if (name == flow_->name()) return flow_;
    return find_ ? find_(name) : nullptr;
}

core::CallInfo TestHost::call_info(lua_State* L, int index, const Flow& flow) const {
    auto json = json_at(L, index);
    core::CallInfo info;
    info.id = json.at("id");
    info.from = json.at("from");
    info.to = json.at("to");
    info.provider = "twilio";
    info.account = "AC00000000000000000000000000000000";
    info.settings = settings_of_test(flow, json.value("settings", core::Json::object()));
    info.caller = json.value("caller", core::Json::object());
    info.message = json.value("message", core::Json::object());
    info.summary = json.value("summary", core::Json::object());
    info.started = core::Time(std::chrono::milliseconds(json.at("started").get<std::int64_t>()));
    return info;
}

int TestHost::flow(lua_State* L) {
    auto name = text_at(L, 1);
    auto found = find_flow(name);
    if (!found)
        return nothing_because(
            L, "no flow is called \"" + name + "\": this file stands beside test.flow(\"" + flow_->name() + "\")");
    auto settings = found->settings();
    if (lua_istable(L, 2)) settings.update(json_at(L, 2));
    lua_createtable(L, 0, 4);
    // As it is in a call with these settings.
    push_json(L, fallback_of(*found, settings));
    lua_setfield(L, -2, "fallback");
    for (auto* handler : {"on_call", "on_message", "on_call_ended"}) {
        lua_pushboolean(L, found->handles(handler));
        lua_setfield(L, -2, handler);
    }
    return 1;
}

int TestHost::start(lua_State* L) {
    auto flow = find_flow(text_at(L, 1));
    if (!flow) throw std::invalid_argument("the flow is gone");
    auto handler = text_at(L, 2);
    auto info = call_info(L, 3, *flow);
    runs_.emplace_back(flow, options_.limits);
    lua_pushinteger(L, static_cast<lua_Integer>(runs_.size()));
    return 1 + push_step(L, runs_.back().start(handler, info));
}

int TestHost::start_again(lua_State* L) {
    auto& run = runs_.at(static_cast<std::size_t>(luaL_checkinteger(L, 1)) - 1);
    auto handler = text_at(L, 2);
    return push_step(L, run.start(handler, call_info(L, 3, run.flow())));
}

int TestHost::resume(lua_State* L) {
    auto& run = runs_.at(static_cast<std::size_t>(luaL_checkinteger(L, 1)) - 1);
    auto time = time_at(L, 5);
    if (!lua_isnil(L, 4)) return push_step(L, run.resume(core::Answer::raise(text_at(L, 4), time)));
    if (!lua_isnil(L, 3)) return push_step(L, run.resume(core::Answer::nothing(text_at(L, 3), time)));
    return push_step(L, run.resume(core::Answer::of(json_at(L, 2), time)));
}

int TestHost::rebuild(lua_State* L) {
    auto difference = runs_.at(static_cast<std::size_t>(luaL_checkinteger(L, 1)) - 1).rebuild();
    if (!difference) return 0;
    script::push(L, *difference);
    return 1;
}

int TestHost::twiml(lua_State* L) {
    if (!options_.render) return nothing_because(L, "TwiML is compared where switchhook's own commands run the tests");
    CarrierDocument document;
    for (auto& ask : json_at(L, 1))
        document.asks.push_back({ask.at("kind"), ask.value("options", core::Json::object()), ""});
    document.number = static_cast<unsigned>(luaL_checkinteger(L, 2));
    document.step = static_cast<std::uint32_t>(luaL_checkinteger(L, 3));
    document.call = text_at(L, 4);
    auto rendered = options_.render(document);
    if (!rendered.problem.empty()) return nothing_because(L, rendered.problem);
    script::push(L, rendered.text);
    return 1;
}

int TestHost::golden(lua_State* L) {
    auto text = golden_.read(text_at(L, 1));
    if (!text) return 0;
    script::push(L, *text);
    return 1;
}

int TestHost::write_golden(lua_State* L) {
    auto name = text_at(L, 1);
    if (!golden_.write(name, text_at(L, 2))) throw std::runtime_error("cannot write " + golden_.path(name).string());
    return 0;
}

int TestHost::updates_golden(lua_State* L) {
    lua_pushboolean(L, options_.update);
    return 1;
}

int TestHost::seed(lua_State* L) {
    lua_pushnumber(L, static_cast<lua_Number>(options_.seed));
    return 1;
}

int TestHost::time(lua_State* L) {
    auto number = [L](int index) { return static_cast<unsigned>(luaL_checkinteger(L, index)); };
    auto day = date::year(static_cast<int>(number(1))) / date::month(number(2)) / date::day(number(3));
    if (!day.ok() || number(4) > 23 || number(5) > 59 || number(6) > 59)
        return nothing_because(L, "there is no such day or hour: write it as at(\"2026-03-02 22:30\")");
    auto local = date::local_days(day) + std::chrono::hours(number(4)) + std::chrono::minutes(number(5)) +
                 std::chrono::seconds(number(6));
    auto name = text_at(L, 7);
    const date::time_zone* zone = nullptr;
    try {
        zone = date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return nothing_because(
            L, "no time zone is called \"" + name + "\": write its IANA name, such as \"America/New_York\"");
    }
    if (zone->get_info(local).result == date::local_info::nonexistent)
        return nothing_because(L, "the clocks of " + name + " skip this hour on that day: say another");
    auto which = lua_toboolean(L, 8) ? date::choose::latest : date::choose::earliest;
    auto moment = std::chrono::duration_cast<std::chrono::milliseconds>(zone->to_sys(local, which).time_since_epoch());
    lua_pushnumber(L, static_cast<lua_Number>(moment.count()));
    return 1;
}

int TestHost::json(lua_State* L) {
    script::push(L, core::dump(json_at(L, 1)));
    return 1;
}

int TestHost::where(lua_State* L) {
    auto line = author_line(L);
    if (line.empty()) return 0;
    script::push(L, line);
    return 1;
}

int TestHost::did_you_mean(lua_State* L) {
    auto word = text_at(L, 1);
    std::vector<std::string> words;
    for (const auto& each : json_at(L, 2)) words.push_back(each.get<std::string>());
    script::push(L, core::did_you_mean(word, words));
    return 1;
}

}  // namespace switchhook::script

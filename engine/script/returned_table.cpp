#include "script/returned_table.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/phone_number.hpp"
#include "script/lua_json.hpp"
#include "script/lua_tokens.hpp"
#include "script/phone_fix.hpp"
#include "script/setting_declaration.hpp"

#include <lua.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace switchhook::script {
namespace {

const std::vector<std::string> handler_names = {"on_call", "on_message", "on_call_ended"};
const std::vector<std::string> flow_keys = {"settings", "fallback", "on_call", "on_message", "on_call_ended"};
const std::vector<std::string> fallback_keys = {"dial", "say"};

bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The line on which a key is given a value: `key =`, `["key"] =` or `function flow.key(`. The last such line, since
// the table that a file returns ends it; 0 if there is none.
int line_of_key(std::string_view text, std::string_view key) {
    auto tokens = lua_tokens(text);
    int line = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].kind == LuaToken::Kind::number || tokens[i].text != key) continue;
        auto& after = tokens[tokens[i + 1].is_symbol("]") ? i + 2 : i + 1];
        bool function = after.is_symbol("(") && i >= 3 && tokens[i - 3].is_name("function");
        if (after.is_symbol("=") || function) line = tokens[i].line;
    }
    return line;
}

class Checker {
public:
    Checker(lua_State* L, Flow::Compiled& flow) : L_(L), flow_(flow) {}

    Problems check() {
        int table = lua_gettop(L_);
        if (lua_type(L_, table) != LUA_TTABLE) {
            report({}, std::string("the file returns ") + (lua_isnil(L_, table) ? "nothing" : luaL_typename(L_, table)),
                   "end it with `return { on_call = function(call) … end }`");
            return std::move(problems_);
        }
        lua_pushnil(L_);
        while (lua_next(L_, table) != 0) {
            member(lua_gettop(L_));
            lua_pop(L_, 1);
        }
        fallback_number();
        if (problems_.empty() && !flow_.handlers.contains("on_call") && !flow_.handlers.contains("on_message"))
            report({}, "the flow answers neither calls nor texts", "add `on_call = function(call) … end`");
        std::sort(problems_.begin(), problems_.end(), [](auto& a, auto& b) { return a.line < b.line; });
        return std::move(problems_);
    }

private:
    void report(std::string_view key, std::string what, std::string fix) {
        int line = key.empty() ? 0 : line_of_key(flow_.bundle.main.text, key);
        problems_.push_back({flow_.bundle.main.path, line, std::move(what), std::move(fix)});
    }

    // A key of the flow, whose value is at `value` and itself below it.
    void member(int value) {
        if (lua_type(L_, value - 1) != LUA_TSTRING) {
            report({}, "the flow has a value without a name", "write each as `name = value`");
            return;
        }
        std::string key = lua_tostring(L_, value - 1);
        if (contains(handler_names, key))
            handler(key, value);
        else if (key == "settings")
            settings(value);
        else if (key == "fallback")
            fallback(value);
        else
            report(key, "a flow has no `" + key + "`", core::did_you_mean(key, flow_keys));
    }

    void handler(const std::string& key, int value) {
        if (lua_type(L_, value) == LUA_TFUNCTION)
            flow_.handlers.insert(key);
        else
            report(key, "`" + key + "` is a " + luaL_typename(L_, value),
                   "write `" + key + " = function(" + (key == "on_message" ? "message" : "call") + ") … end`");
    }

    void settings(int value) {
        auto json = to_json(L_, value);
        if (!json)
            report("settings", "settings: " + json.error().text(), "");
        else if (!json->is_object())
            report("settings", "`settings` is not a table of names and values", "write `settings = { name = value }`");
        else
            for (const auto& [name, given] : json->items()) setting(name, given);
        auto callers = flow_.settings.find("test_callers");
        if (callers != flow_.settings.end() && !is_list_of_numbers(*callers))
            report("test_callers", "`settings.test_callers` is not a list of phone numbers",
                   "write `test_callers = { \"+15551230147\" }`");
    }

    void setting(const std::string& name, const core::Json& given) {
        auto read = setting_of(name, given);
        if (auto* fault = std::get_if<SettingFault>(&read)) {
            bool named = fault->what.starts_with("settings.");
            return report(name, (named ? "" : "`settings." + name + "` ") + fault->what, fault->fix);
        }
        auto& setting = std::get<Setting>(read);
        setting.line = line_of_key(flow_.bundle.main.text, name);
        if (!setting.standard.is_null()) flow_.settings[name] = setting.standard;
        flow_.declared.emplace(name, std::move(setting));
    }

    static bool is_list_of_numbers(const core::Json& value) {
        return (value.is_array() || value.empty()) && std::all_of(value.begin(), value.end(), [](const auto& number) {
                   return number.is_string() && core::is_e164(number.template get_ref<const std::string&>());
               });
    }

    void fallback(int value) {
        auto json = to_json(L_, value);
        if (!json || !json->is_object()) {
            report("fallback", "`fallback` is not a table", "write `fallback = { dial = \"+15550100\" }`");
            return;
        }
        for (auto& [key, item] : json->items()) {
            if (!contains(fallback_keys, key))
                report(key, "`fallback` has no `" + key + "`", core::did_you_mean(key, fallback_keys));
            else if (!item.is_string() || item.get_ref<const std::string&>().empty())
                report(key, "`fallback." + key + "` is not a text", "write it in quotes");
        }
        if (json->empty()) report("fallback", "`fallback` says nothing to do", "give it `dial`, `say` or both");
        flow_.fallback = std::move(*json);
    }

    // Once all settings are known: a number to dial, or the name of the setting that holds it.
    void fallback_number() {
        auto dial = core::text_of(flow_.fallback, "dial");
        if (dial.empty() || core::is_e164(dial)) return;
        auto found = flow_.declared.find(dial);
        if (found == flow_.declared.end()) {
            std::vector<std::string> names;
            for (const auto& [name, setting] : flow_.declared) names.push_back(name);
            auto meant = core::closest(dial, names);
            report("dial", "`fallback.dial` is not a phone number: " + core::dump(dial),
                   meant.empty() ? phone_fix(dial) : "did you mean the setting \"" + meant + "\"?");
        } else if (const auto& setting = found->second; setting.type != Setting::Type::phone &&
                                                        !core::is_e164(core::text_of(flow_.settings, dial.c_str()))) {
            report("dial", "`fallback.dial` names the setting `" + dial + "`, which holds no phone number",
                   "declare it with type = \"phone\"");
        } else if (setting.standard.is_null() && !setting.required) {
            report("dial", "`fallback.dial` names the setting `" + dial + "`, which may be missing",
                   "give it a default, or write required = true");
        }
    }

    lua_State* L_;
    Flow::Compiled& flow_;
    Problems problems_;
};

}  // namespace

Problems check_returned(lua_State* L, Flow::Compiled& flow) {
    return Checker(L, flow).check();
}

}  // namespace switchhook::script

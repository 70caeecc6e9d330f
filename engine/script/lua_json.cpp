#include "script/lua_json.hpp"

#include "script/slice.hpp"

#include <boost/locale/utf.hpp>
#include <lua.hpp>

#include <cmath>
#include <optional>
#include <string_view>

namespace switchhook::script {
namespace {

using core::Json;
using Converted = boost::system::result<Json, NotJson>;

constexpr double largest_whole = 9007199254740992.0;  // 2^53: above, doubles skip numbers

bool is_utf8(std::string_view text) {
    for (auto at = text.begin(); at != text.end();) {
        auto code = boost::locale::utf::utf_traits<char>::decode(at, text.end());
        if (!boost::locale::utf::is_valid_codepoint(code)) return false;
    }
    return true;
}

// Converts one value with all that is in it. `key` is the way to it, for the message.
class Converter {
public:
    Converter(lua_State* L, const JsonOptions& options) : L_(L), options_(options) {}

    // Null, with error() set, where there is no JSON form.
    Json convert(int index, const std::string& key, int depth) {
        if (!spend(16, key)) return nullptr;
        switch (lua_type(L_, index)) {
            case LUA_TNIL:
                return nullptr;
            case LUA_TBOOLEAN:
                return lua_toboolean(L_, index) != 0;
            case LUA_TNUMBER:
                return number(lua_tonumber(L_, index), key);
            case LUA_TSTRING:
                return text(index, key);
            case LUA_TTABLE:
                return table(index, key, depth);
            case LUA_TFUNCTION:
                if (options_.functions) return Json::binary({});
                [[fallthrough]];
            default:
                return refuse(key, std::string("is a ") + lua_typename(L_, lua_type(L_, index)) +
                                       ": give a text, a number, a boolean or a table of those");
        }
    }

    std::optional<NotJson>& error() { return error_; }

private:
    Json refuse(const std::string& key, std::string what) {
        if (!error_) error_ = NotJson{key, std::move(what)};
        return nullptr;
    }

    // One table reached in many ways can stand for more JSON than any memory holds.
    bool spend(std::size_t bytes, const std::string& key) {
        spent_ += bytes;
        if (spent_ > options_.max_bytes)
            refuse(key, "makes this larger than " + std::to_string(options_.max_bytes) + " bytes: give less at once");
        else if (slice_expired())
            refuse(key, "takes too long");
        return !error_;
    }

    Json number(double value, const std::string& key) {
        if (!std::isfinite(value)) return refuse(key, "is not a finite number: check what it is computed from");
        if (value == std::floor(value) && std::abs(value) <= largest_whole) return static_cast<std::int64_t>(value);
        return value;
    }

    Json text(int index, const std::string& key) {
        std::size_t size = 0;
        const char* data = lua_tolstring(L_, index, &size);
        if (!spend(size, key)) return nullptr;
        if (!is_utf8({data, size})) return refuse(key, "is not UTF-8 text: save the file as UTF-8");
        return std::string(data, size);
    }

    Json table(int index, const std::string& key, int depth) {
        if (depth >= options_.max_depth)
            return refuse(key, "lies more than " + std::to_string(options_.max_depth) +
                                   " tables deep, or in itself: make it flat");
        auto length = lua_objlen(L_, index);
        return length > 0 ? list(index, length, key, depth) : object(index, key, depth);
    }

    Json list(int index, std::size_t length, const std::string& key, int depth) {
        auto items = Json::array();
        for (std::size_t i = 1; i <= length && !error_; ++i) {
            lua_rawgeti(L_, index, static_cast<int>(i));
            items.push_back(convert(lua_gettop(L_), key + "[" + std::to_string(i) + "]", depth + 1));
            lua_pop(L_, 1);
        }
        std::size_t entries = 0;
        lua_pushnil(L_);
        while (lua_next(L_, index) != 0) {
            lua_pop(L_, 1);
            ++entries;
        }
        if (entries != length) return refuse(key, "is a list with names or gaps in it: give either a list or names");
        return items;
    }

    Json object(int index, const std::string& key, int depth) {
        auto members = Json::object();
        lua_pushnil(L_);
        while (!error_ && lua_next(L_, index) != 0) {
            int value = lua_gettop(L_);
            member(value, key, depth, members);
            lua_settop(L_, value - 1);
        }
        return members;
    }

    // Adds the value at `value`, with its name below it.
    void member(int value, const std::string& key, int depth, Json& members) {
        int type = lua_type(L_, value - 1);
        if (type != LUA_TSTRING) {
            refuse(key, std::string("has a ") + lua_typename(L_, type) + " as a key: use texts, or a list from 1 on");
            return;
        }
        auto name = text(value - 1, key);
        if (error_) return;
        auto& member_name = name.get_ref<const std::string&>();
        members[member_name] = convert(value, key.empty() ? member_name : key + "." + member_name, depth + 1);
    }

    lua_State* L_;
    const JsonOptions& options_;
    std::optional<NotJson> error_;
    std::size_t spent_ = 0;
};

void push_children(lua_State* L, const Json& json) {
    luaL_checkstack(L, 8, "an answer nested too deeply");
    auto size = static_cast<int>(json.size());
    if (json.is_array()) {
        lua_createtable(L, size, 0);
        int i = 0;
        for (auto& item : json) {
            push_json(L, item);
            lua_rawseti(L, -2, ++i);
        }
        return;
    }
    lua_createtable(L, 0, size);
    for (auto member = json.begin(); member != json.end(); ++member) {
        lua_pushlstring(L, member.key().data(), member.key().size());
        push_json(L, member.value());
        lua_rawset(L, -3);
    }
}

}  // namespace

std::string NotJson::text() const {
    return (key.empty() ? "this" : key) + " " + what;
}

boost::system::result<Json, NotJson> to_json(lua_State* L, int index, const JsonOptions& options) {
    if (index < 0) index = lua_gettop(L) + index + 1;
    int top = lua_gettop(L);
    Converter converter(L, options);
    auto json = converter.convert(index, {}, 0);
    lua_settop(L, top);
    if (converter.error()) return Converted(boost::system::in_place_error, std::move(*converter.error()));
    return Converted(boost::system::in_place_value, std::move(json));
}

void push_json(lua_State* L, const Json& json) {
    switch (json.type()) {
        case Json::value_t::boolean:
            return lua_pushboolean(L, json.get<bool>());
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float:
            return lua_pushnumber(L, json.get<double>());
        case Json::value_t::string: {
            auto& text = json.get_ref<const std::string&>();
            return static_cast<void>(lua_pushlstring(L, text.data(), text.size()));
        }
        case Json::value_t::array:
        case Json::value_t::object:
            return push_children(L, json);
        default:
            return lua_pushnil(L);
    }
}

}  // namespace switchhook::script

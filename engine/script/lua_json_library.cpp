#include "script/lua_json_library.hpp"

#include "script/lua_json.hpp"
#include "script/lua_text.hpp"
#include "script/slice.hpp"

#include <lua.hpp>

#include <string>

namespace switchhook::script {
namespace {

constexpr int max_depth = 32;

int json_encode(lua_State* L) {
    luaL_checkany(L, 1);
    luaL_checkstack(L, 128, "no stack left to encode");
    auto json = to_json(L, 1, {.max_bytes = slice_string_limit(), .max_depth = max_depth});
    if (slice_expired()) raise_slice_expired(L);
    if (!json) return luaL_error(L, "json.encode: %s", json.error().text().c_str());
    auto text = json->dump();
    if (text.size() > slice_string_limit()) raise_string_limit(L);
    lua_pushlstring(L, text.data(), text.size());
    return 1;
}

// Reads a text while it is not too deep and the slice lasts.
class Reader : public nlohmann::detail::json_sax_dom_parser<core::Json> {
    using Base = nlohmann::detail::json_sax_dom_parser<core::Json>;

public:
    explicit Reader(core::Json& json) : Base(json, false) {}

    bool start_object(std::size_t size) { return enter() && Base::start_object(size); }
    bool start_array(std::size_t size) { return enter() && Base::start_array(size); }
    bool end_object() {
        --depth_;
        return Base::end_object();
    }
    bool end_array() {
        --depth_;
        return Base::end_array();
    }

    template <class Exception>
    bool parse_error(std::size_t, const std::string&, const Exception& exception) {
        std::string_view text = exception.what();  // "[json.exception.parse_error.101] parse error at line 1, …"
        auto place = text.find(" at ");
        problem = place == std::string_view::npos ? text : text.substr(place + 4);
        return false;
    }

    std::string problem;  // "line 1, column 5: …"

private:
    bool enter() {
        if (slice_expired()) return false;
        if (++depth_ <= max_depth) return true;
        problem = "the text is nested more than " + std::to_string(max_depth) + " deep";
        return false;
    }

    int depth_ = 0;
};

int json_decode(lua_State* L) {
    auto text = check_text(L, 1);
    if (text.size() > slice_string_limit())
        return luaL_error(L, "json.decode: a text of more than %d bytes: ask for less at once",
                          static_cast<int>(slice_string_limit()));
    core::Json json;
    Reader reader(json);
    bool good = core::Json::sax_parse(text, &reader);
    if (slice_expired()) raise_slice_expired(L);
    if (!good) return luaL_error(L, "json.decode: %s", reader.problem.c_str());
    push_json(L, json);
    return 1;
}

}  // namespace

void add_json_functions(lua_State* L) {
    static const luaL_Reg functions[] = {{"decode", json_decode}, {"encode", json_encode}, {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

}  // namespace switchhook::script

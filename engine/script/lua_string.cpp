#include "script/lua_string.hpp"

#include "script/lua_format.hpp"
#include "script/lua_text.hpp"
#include "script/pattern.hpp"
#include "script/slice.hpp"

#include <lua.hpp>

#include <cstring>
#include <string>

namespace switchhook::script {
namespace {

// The patterns that this thread used last. A Lua string stays where it is, so a pattern in a loop is found by its
// address; the text is compared too, since the address may belong to another string by now.
const Pattern& compiled(std::string_view text, Pattern::Caret caret) {
    struct Slot {
        std::string text;
        Pattern::Caret caret{};
        Pattern pattern;
        bool used = false;
    };
    thread_local std::array<Slot, 32> slots;
    auto& slot = slots[(reinterpret_cast<std::uintptr_t>(text.data()) >> 4) % slots.size()];
    if (!slot.used || slot.caret != caret || slot.text != text) {
        slot.used = false;
        slot.pattern = Pattern(text, caret);
        slot.text = text;
        slot.caret = caret;
        slot.used = true;
    }
    return slot.pattern;
}

// True for a match. What is malformed or interrupted does not come back.
bool find_or_raise(lua_State* L, const Pattern& pattern, std::string_view subject, std::size_t from,
                   Pattern::Match& match) {
    switch (pattern.find(subject, from, slice_expired, match)) {
        case Pattern::Outcome::matched:
            return true;
        case Pattern::Outcome::no_match:
            return false;
        case Pattern::Outcome::interrupted:
            raise_slice_expired(L);
        case Pattern::Outcome::malformed:
            break;
    }
    luaL_error(L, "%s", match.error);
    return false;
}

void push_capture(lua_State* L, const Pattern::Capture& capture, std::string_view subject) {
    if (capture.is_position)
        lua_pushinteger(L, static_cast<lua_Integer>(capture.begin + 1));
    else
        lua_pushlstring(L, subject.data() + capture.begin, capture.length);
}

const char* first_capture_error(const Pattern& pattern) {
    for (std::size_t i = 0; i < pattern.capture_count(); ++i) {
        if (auto error = pattern.capture_error(i)) return error;
    }
    return nullptr;
}

// Pushes all captures. REQUIRES: first_capture_error(pattern) gave none.
int push_captures(lua_State* L, const Pattern& pattern, const Pattern::Match& match, std::string_view subject) {
    auto count = static_cast<int>(pattern.capture_count());
    luaL_checkstack(L, count + 3, "too many captures");
    for (int i = 0; i < count; ++i) push_capture(L, match.captures[static_cast<std::size_t>(i)], subject);
    return count;
}

void push_whole(lua_State* L, const Pattern::Match& match, std::string_view subject) {
    lua_pushlstring(L, subject.data() + match.begin, match.end - match.begin);
}

int push_captures_or_whole(lua_State* L, const Pattern& pattern, const Pattern::Match& match,
                           std::string_view subject) {
    if (auto error = first_capture_error(pattern)) return luaL_error(L, "%s", error);
    if (pattern.capture_count() > 0) return push_captures(L, pattern, match, subject);
    push_whole(L, match, subject);
    return 1;
}

// The third argument of find and match: where to begin, from 1; negative counts from the end.
std::size_t start_argument(lua_State* L, std::size_t size) {
    auto start = luaL_optinteger(L, 3, 1);
    if (start < 0) start += static_cast<lua_Integer>(size) + 1;
    if (start < 1) return 0;
    return std::min(static_cast<std::size_t>(start - 1), size);
}

int plain_find(lua_State* L, std::string_view subject, std::string_view text, std::size_t from) {
    if (subject.size() - from >= text.size()) {
        auto found =
            static_cast<const char*>(memmem(subject.data() + from, subject.size() - from, text.data(), text.size()));
        if (found != nullptr) {
            auto begin = found - subject.data();
            lua_pushinteger(L, begin + 1);
            lua_pushinteger(L, begin + static_cast<lua_Integer>(text.size()));
            return 2;
        }
    }
    lua_pushnil(L);
    return 1;
}

int string_find(lua_State* L) {
    auto subject = check_text(L, 1), text = check_text(L, 2);
    auto from = start_argument(L, subject.size());
    if (lua_toboolean(L, 4) != 0 || text.find_first_of("^$*+?.([%-") == std::string_view::npos)
        return plain_find(L, subject, text, from);
    auto& pattern = compiled(text, Pattern::Caret::anchors);
    Pattern::Match match;
    if (!find_or_raise(L, pattern, subject, from, match)) {
        lua_pushnil(L);
        return 1;
    }
    if (auto error = first_capture_error(pattern)) return luaL_error(L, "%s", error);
    lua_pushinteger(L, static_cast<lua_Integer>(match.begin + 1));
    lua_pushinteger(L, static_cast<lua_Integer>(match.end));
    return 2 + push_captures(L, pattern, match, subject);
}

int string_match(lua_State* L) {
    auto subject = check_text(L, 1), text = check_text(L, 2);
    auto from = start_argument(L, subject.size());
    auto& pattern = compiled(text, Pattern::Caret::anchors);
    Pattern::Match match;
    if (find_or_raise(L, pattern, subject, from, match)) return push_captures_or_whole(L, pattern, match, subject);
    lua_pushnil(L);
    return 1;
}

// Upvalues: subject, pattern, where to go on (from 0).
int gmatch_next(lua_State* L) {
    auto subject = check_text(L, lua_upvalueindex(1));
    auto from = static_cast<std::size_t>(lua_tointeger(L, lua_upvalueindex(3)));
    if (from > subject.size()) return 0;
    auto& pattern = compiled(check_text(L, lua_upvalueindex(2)), Pattern::Caret::is_literal);
    Pattern::Match match;
    if (!find_or_raise(L, pattern, subject, from, match)) return 0;
    // An empty match must not be found again.
    lua_pushinteger(L, static_cast<lua_Integer>(match.end + (match.end == match.begin ? 1 : 0)));
    lua_replace(L, lua_upvalueindex(3));
    return push_captures_or_whole(L, pattern, match, subject);
}

int string_gmatch(lua_State* L) {
    check_text(L, 1);
    check_text(L, 2);
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, gmatch_next, 3);
    return 1;
}

// find_next(subject, pattern, from): first, last and the captures (the whole match if the pattern has none) of the
// first match from `from` on; nil if there is none; nil and LuaJIT's words for a malformed pattern.
int find_next(lua_State* L) {
    auto subject = check_text(L, 1);
    auto& pattern = compiled(check_text(L, 2), Pattern::Caret::anchors);
    Pattern::Match match;
    auto outcome = pattern.find(subject, static_cast<std::size_t>(lua_tointeger(L, 3) - 1), slice_expired, match);
    if (outcome == Pattern::Outcome::interrupted) raise_slice_expired(L);
    if (outcome == Pattern::Outcome::no_match) return 0;
    auto error = outcome == Pattern::Outcome::malformed ? match.error : first_capture_error(pattern);
    if (error != nullptr) {
        lua_pushnil(L);
        lua_pushstring(L, error);
        return 2;
    }
    lua_pushinteger(L, static_cast<lua_Integer>(match.begin + 1));
    lua_pushinteger(L, static_cast<lua_Integer>(match.end));
    return 2 + push_captures_or_whole(L, pattern, match, subject);
}

// Adds what a replacement text gives for a match: %0 is the match, %1 to %9 its captures.
void add_replacement(lua_State* L, std::string& out, std::string_view replacement, const Pattern& pattern,
                     const Pattern::Match& match, std::string_view subject) {
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        if (replacement[i] != '%') {
            out += replacement[i];
            continue;
        }
        char next = ++i < replacement.size() ? replacement[i] : '\0';
        if (next < '0' || next > '9') {
            out += next;
            continue;
        }
        auto index = static_cast<std::size_t>(next - '1');
        if (next == '0' || (index == 0 && pattern.capture_count() == 0)) {
            out += subject.substr(match.begin, match.end - match.begin);
            continue;
        }
        if (index >= pattern.capture_count()) luaL_error(L, "invalid capture index");
        if (auto error = pattern.capture_error(index)) luaL_error(L, "%s", error);
        auto& capture = match.captures[index];
        if (capture.is_position)
            out += std::to_string(capture.begin + 1);
        else
            out += subject.substr(capture.begin, capture.length);
    }
}

// gsub for a replacement that is a text.
int gsub_text(lua_State* L) {
    auto subject = check_text(L, 1), text = check_text(L, 2);
    if (lua_isstring(L, 3) == 0) return luaL_typerror(L, 3, "string/function/table");
    auto replacement = check_text(L, 3);
    auto limit = luaL_optinteger(L, 4, static_cast<lua_Integer>(subject.size() + 1));
    auto& pattern = compiled(text, Pattern::Caret::anchors);
    std::string out;
    lua_Integer count = 0;
    std::size_t copied = 0;
    Pattern::Match match;
    for (std::size_t at = 0; count < limit && at <= subject.size();) {
        if (!find_or_raise(L, pattern, subject, at, match)) break;
        ++count;
        out += subject.substr(copied, match.begin - copied);
        add_replacement(L, out, replacement, pattern, match, subject);
        if (out.size() > slice_string_limit()) raise_string_limit(L);
        if (slice_expired()) raise_slice_expired(L);
        copied = match.end;
        at = match.end + (match.end == match.begin ? 1 : 0);
        if (pattern.anchored()) break;
    }
    out += subject.substr(copied);
    if (count > 0 && out.size() > slice_string_limit()) raise_string_limit(L);
    lua_pushlstring(L, out.data(), out.size());
    lua_pushinteger(L, count);
    return 2;
}

int string_rep(lua_State* L) {
    auto text = check_text(L, 1);
    auto count = luaL_checkinteger(L, 2);
    auto separator = lua_isnoneornil(L, 3) ? std::string_view() : check_text(L, 3);
    if (count <= 0 || text.size() + separator.size() == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    auto times = static_cast<std::size_t>(count), piece = text.size() + separator.size();
    if (times > slice_string_limit() || (times - 1) * piece + text.size() > slice_string_limit()) raise_string_limit(L);
    std::string out;
    out.reserve(times * piece);
    for (std::size_t i = 0; i + 1 < times; ++i) out.append(text).append(separator);
    out.append(text);
    lua_pushlstring(L, out.data(), out.size());
    return 1;
}

}  // namespace

void add_string_functions(lua_State* L) {
    static const luaL_Reg functions[] = {{"find", string_find}, {"match", string_match},   {"gmatch", string_gmatch},
                                         {"rep", string_rep},   {"format", string_format}, {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

void add_string_parts(lua_State* L) {
    static const luaL_Reg functions[] = {{"gsub_text", gsub_text}, {"find_next", find_next}, {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

}  // namespace switchhook::script

#include "twiml/legal_text.hpp"

#include <algorithm>
#include <cstdint>

namespace switchhook::twiml {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Decoded {
    char32_t character;
    std::size_t length;  // bytes used up, also by a bad sequence
    bool well_formed;
};

// Decodes one sequence. Surrogates decode as such (they are dropped later as one, not replaced three times).
Decoded decode(std::string_view text) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return {0, 1, false};
    char32_t character = first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const bool overlong = i == 1 && ((first == 0xE0 && i < text.size() && byte(i) < 0xA0) ||
                                         (first == 0xF0 && i < text.size() && byte(i) < 0x90));
        const bool too_high = i == 1 && first == 0xF4 && i < text.size() && byte(i) > 0x8F;
        if (i >= text.size() || (byte(i) & 0xC0) != 0x80 || overlong || too_high) return {0, i, false};
        character = (character << 6) | (byte(i) & 0x3F);
    }
    return {character, length, true};
}

bool is_plain(char c) {
    return (c >= ' ' && static_cast<std::uint8_t>(c) < 0x80) || c == '\n' || c == '\t' || c == '\r';
}

}  // namespace

bool is_legal(char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c <= 0xD7FF || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

std::string_view legal_text(std::string_view text, std::string& changed) {
    if (std::all_of(text.begin(), text.end(), is_plain)) return text;
    std::size_t good = 0;  // text[good, at) is to be kept as it is
    std::size_t at = 0;
    bool copied = false;
    while (at < text.size()) {
        const auto decoded = decode(text.substr(at));
        if (!decoded.well_formed || !is_legal(decoded.character)) {
            if (!copied) changed.clear();
            copied = true;
            changed.append(text.substr(good, at - good));
            if (!decoded.well_formed) changed.append(replacement);
            good = at + decoded.length;
        }
        at += decoded.length;
    }
    if (!copied) return text;
    changed.append(text.substr(good));
    return changed;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace switchhook::twiml

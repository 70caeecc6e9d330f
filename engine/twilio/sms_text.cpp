#include "twilio/sms_text.hpp"

#include "core/trimmed.hpp"
#include "net/http.hpp"
#include "twiml/legal_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace switchhook::twilio {
namespace {

// 3GPP TS 23.038 §6.2.1, in the order of the table; its escape (0x1B) is no character of its own.
constexpr std::u32string_view basic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::u32string_view extension = U"\f^{}\\[~]|€";
static_assert(basic.size() == 127 && extension.size() == 10);

// REQUIRES: well-formed UTF-8.
std::u32string characters_of(std::string_view text) {
    std::u32string characters;
    characters.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        char32_t character = length == 1 ? first : first & (0x7Fu >> length);
        for (std::size_t k = 1; k < length; ++k)
            character = (character << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
        characters += character;
        i += length;
    }
    return characters;
}

// Septets that a character takes; 0 if GSM-7 has none for it.
std::size_t septets(char32_t character) {
    if (basic.find(character) != std::u32string_view::npos) return 1;
    return extension.find(character) != std::u32string_view::npos ? 2 : 0;
}

// Fills parts one after the other; a character that no longer fits opens the next.
std::size_t count_segments(const std::vector<std::size_t>& sizes, std::size_t units, std::size_t single,
                           std::size_t several) {
    if (units <= single) return 1;
    std::size_t segments = 1;
    std::size_t filled = 0;
    for (auto size : sizes) {
        if (filled + size > several) {
            ++segments;
            filled = 0;
        }
        filled += size;
    }
    return segments;
}

}  // namespace

SmsParts count_sms_parts(std::string_view text) {
    // A form feed is GSM-7's, but no character of XML: count what is there, replacing only what is no UTF-8.
    std::u32string characters;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find('\f', begin), text.size());
        std::string changed;
        characters += characters_of(twiml::legal_text(text.substr(begin, end - begin), changed));
        if (end < text.size()) characters += U'\f';
        begin = end + 1;
    }
    SmsParts parts{SmsEncoding::gsm7, 0, 1};
    std::vector<std::size_t> sizes;
    sizes.reserve(characters.size());
    for (auto character : characters) {
        sizes.push_back(septets(character));
        parts.units += sizes.back();
        if (sizes.back() == 0) parts.encoding = SmsEncoding::ucs2;
    }
    if (parts.encoding == SmsEncoding::gsm7) {
        parts.segments = count_segments(sizes, parts.units, 160, 153);
        return parts;
    }
    parts.units = 0;
    for (std::size_t i = 0; i < characters.size(); ++i) parts.units += sizes[i] = characters[i] > 0xFFFF ? 2 : 1;
    parts.segments = count_segments(sizes, parts.units, 70, 67);
    return parts;
}

OptOutKeyword opt_out_keyword(std::string_view text) {
    text = core::trimmed(text);
    for (auto word : {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
        if (net::same_name(text, word)) return OptOutKeyword::stop;
    for (auto word : {"START", "UNSTOP", "YES"})
        if (net::same_name(text, word)) return OptOutKeyword::start;
    for (auto word : {"HELP", "INFO"})
        if (net::same_name(text, word)) return OptOutKeyword::help;
    return OptOutKeyword::none;
}

}  // namespace switchhook::twilio

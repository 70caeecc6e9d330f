#include "script/sms_length.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchhook::script {
namespace {

// 3GPP TS 23.038, 6.2.1: the default alphabet without ASCII's letters and digits, and the extension table.
constexpr std::string_view more_of_gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
constexpr std::string_view extension = "\f^{}\\[~]|€";

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> replacements = {{
    {"’", "'"},  {"‘", "'"}, {"‚", "'"}, {"“", "\""}, {"”", "\""},  {"„", "\""},     {"«", "\""},
    {"»", "\""}, {"–", "-"}, {"—", "-"}, {"‑", "-"},  {"…", "..."}, {"\u00a0", " "}, {"•", "-"},
    {"·", "-"},  {"×", "x"}, {"ç", "c"}, {"′", "'"},  {"`", "'"},
}};

// The character that a text begins with, with all its bytes.
std::string_view first_of(std::string_view text) {
    auto byte = static_cast<unsigned char>(text[0]);
    std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return text.substr(0, size);
}

bool has(std::string_view alphabet, std::string_view character) {
    for (; !alphabet.empty(); alphabet.remove_prefix(first_of(alphabet).size()))
        if (first_of(alphabet) == character) return true;
    return false;
}

// How many septets a character takes; 0 where GSM-7 does not have it.
std::size_t septets(std::string_view character) {
    auto c = character[0];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || has(more_of_gsm7, character)) return 1;
    return has(extension, character) ? 2 : 0;
}

std::size_t messages(std::size_t units, std::size_t in_one, std::size_t in_several) {
    return units <= in_one ? 1 : (units + in_several - 1) / in_several;
}

}  // namespace

SmsLength sms_length(std::string_view text) {
    SmsLength length;
    std::size_t in_gsm7_units = 0, in_ucs2_units = 0;
    for (; !text.empty(); text.remove_prefix(first_of(text).size())) {
        auto character = first_of(text);
        in_ucs2_units += character.size() == 4 ? 2 : 1;
        if (auto units = septets(character)) {
            in_gsm7_units += units;
            continue;
        }
        length.gsm7 = false;
        in_gsm7_units += in_gsm7(character).size();
        if (std::ranges::find(length.outside, character) == length.outside.end())
            length.outside.emplace_back(character);
    }
    length.messages_without = messages(in_gsm7_units, 160, 153);
    length.messages = length.gsm7 ? length.messages_without : messages(in_ucs2_units, 70, 67);
    return length;
}

std::string in_gsm7(std::string_view character) {
    auto found = std::ranges::find(replacements, character, [](const auto& one) { return one.first; });
    return std::string(found == replacements.end() ? std::string_view() : found->second);
}

}  // namespace switchhook::script

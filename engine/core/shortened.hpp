#pragma once

#include <string>

namespace switchhook::core {

// At most so many bytes of a text and "…" where there are more, cut between two characters of UTF-8.
inline std::string shortened(std::string text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    text.resize(most);
    return text + "…";
}

}  // namespace switchhook::core

#pragma once

#include <string>

namespace switchhook::core {

// With the letters A to Z in lower case; all else, UTF-8 included, as it is.
inline std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// Whether `part` is in the text, whatever the case of the letters A to Z.
inline bool contains_in_any_case(const std::string& text, const std::string& part) {
    return lower_case(text).find(lower_case(part)) != std::string::npos;
}

}  // namespace switchhook::core

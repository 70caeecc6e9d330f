#pragma once

#include <string>

namespace switchhook::core {

// With the letters A to Z in lower case; all else, UTF-8 included, as it is.
inline std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace switchhook::core

#pragma once

#include <string>
#include <string_view>

// Lists of words written as one text, separated by blanks: how TwiML and the schema write them.
namespace switchhook::twiml {

template <class Visit>
constexpr void for_each_word(std::string_view words, Visit visit) {
    std::size_t begin = 0;
    while ((begin = words.find_first_not_of(' ', begin)) != std::string_view::npos) {
        auto end = words.find(' ', begin);
        if (end == std::string_view::npos) end = words.size();
        visit(words.substr(begin, end - begin));
        begin = end;
    }
}

constexpr bool has_word(std::string_view words, std::string_view word) {
    bool found = false;
    for_each_word(words, [&](std::string_view each) { found = found || each == word; });
    return found;
}

// "a, b or c"
std::string list_of_words(std::string_view words, std::string_view conjunction);

}  // namespace switchhook::twiml

#include "twiml/words.hpp"

#include <vector>

namespace switchhook::twiml {

std::string list_of_words(std::string_view words, std::string_view conjunction) {
    std::vector<std::string_view> all;
    for_each_word(words, [&](std::string_view word) { all.push_back(word); });
    std::string list;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0 && i + 1 == all.size())
            list.append(" ").append(conjunction).append(" ");
        else if (i > 0)
            list += ", ";
        list += all[i];
    }
    return list;
}

}  // namespace switchhook::twiml

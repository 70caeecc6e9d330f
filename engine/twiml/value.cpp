#include "twiml/value.hpp"

#include "core/shortened.hpp"
#include "twiml/legal_text.hpp"
#include "twiml/words.hpp"

#include <algorithm>
#include <charconv>

namespace switchhook::twiml {
namespace {

std::string quoted(std::string_view value) {
    constexpr std::size_t most = 60;
    return ", not \"" + core::shortened(std::string(value), most) + '"';
}

std::optional<int> whole_number(std::string_view value) {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
    return number;
}

std::optional<std::string> wrong_integer(const Attribute& attribute, std::string_view value) {
    const auto number = whole_number(value);
    if (number && *number >= attribute.min && *number <= attribute.max) return std::nullopt;
    std::string must = "must be a whole number";
    if (attribute.max != INT_MAX)
        must += " from " + std::to_string(attribute.min) + " to " + std::to_string(attribute.max);
    else
        must += " of at least " + std::to_string(attribute.min);
    if (attribute.type == Type::integer_or) must += ", or " + list_of_words(attribute.values, "or");
    return must + quoted(value);
}

std::optional<std::string> wrong_url(const Attribute& attribute, std::string_view value) {
    const bool has_blanks = std::any_of(value.begin(), value.end(), [](char c) { return c >= 0 && c <= ' '; });
    if (has_blanks || value.empty()) return "must be a URL without blanks" + quoted(value);
    if (attribute.type == Type::stream_url)
        return value.starts_with("wss://") ? std::nullopt
                                           : std::optional("must be a URL that begins with wss://" + quoted(value));
    const auto scheme = value.find("://");
    const bool absolute = scheme != std::string_view::npos && scheme < value.find_first_of("/?#");
    if (absolute && !value.starts_with("https://") && !value.starts_with("http://"))
        return "must be a URL that begins with https:// or http://" + quoted(value);
    return std::nullopt;
}

std::optional<std::string> wrong_phrases(std::string_view value) {
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= value.size();) {
        const auto end = std::min(value.find(',', begin), value.size());
        const auto phrase = value.substr(begin, end - begin);
        if (count_characters(phrase) > 100) return "must have at most 100 characters in each phrase" + quoted(phrase);
        ++count;
        begin = end + 1;
    }
    if (count > 500) return "must have at most 500 phrases, not " + std::to_string(count);
    return std::nullopt;
}

std::optional<std::string> wrong_keys(const Attribute& attribute, std::string_view value) {
    const auto stranger = value.find_first_not_of(attribute.values);
    if (value.empty() || stranger != std::string_view::npos)
        return "may hold only the keys " + std::string(attribute.values) + quoted(value);
    if (value.size() > static_cast<std::size_t>(attribute.max))
        return (attribute.max == 1 ? "must be one key" : "must be at most " + std::to_string(attribute.max) + " keys") +
               quoted(value);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> wrong_value(const Attribute& attribute, std::string_view value) {
    if (value.empty() && attribute.may_be_empty) return std::nullopt;
    switch (attribute.type) {
        case Type::text:
            if (count_characters(value) <= static_cast<std::size_t>(attribute.max)) return std::nullopt;
            return "must be at most " + std::to_string(attribute.max) + " characters long" + quoted(value);
        case Type::url:
        case Type::stream_url:
            return wrong_url(attribute, value);
        case Type::boolean:
            if (value == "true" || value == "false") return std::nullopt;
            return "must be true or false" + quoted(value);
        case Type::integer:
            return wrong_integer(attribute, value);
        case Type::integer_or:
            return has_word(attribute.values, value) ? std::nullopt : wrong_integer(attribute, value);
        case Type::choice:
            if (has_word(attribute.values, value)) return std::nullopt;
            return "must be " + list_of_words(attribute.values, "or") + quoted(value);
        case Type::choices: {
            bool good = !value.empty();
            for_each_word(value, [&](std::string_view word) { good = good && has_word(attribute.values, word); });
            if (good) return std::nullopt;
            return "may hold only " + list_of_words(attribute.values, "and") + quoted(value);
        }
        case Type::keys:
            return wrong_keys(attribute, value);
        case Type::phrases:
            return wrong_phrases(value);
    }
    return std::nullopt;
}

}  // namespace switchhook::twiml

#include "twiml/options.hpp"

#include "core/did_you_mean.hpp"
#include "twiml/legal_text.hpp"
#include "twiml/value.hpp"
#include "twiml/words.hpp"

#include <cctype>
#include <cmath>
#include <vector>

namespace switchhook::twiml {
namespace {

Problem unknown_option(const twiml::Element& element, const OptionRules& rules, std::string_view option) {
    std::vector<std::string> known;
    for_each_word(rules.own, [&](std::string_view own) { known.emplace_back(own); });
    for (const auto& attribute : element.attributes)
        if (!has_word(rules.kept, attribute.name)) known.push_back(option_name(attribute.name));
    auto text = rules.who + ": there is no option `" + std::string(option) + "` here";
    if (const auto meant = core::closest(option, known); !meant.empty()) text += "; did you mean `" + meant + "`?";
    return {std::move(text)};
}

Problem wrong_option(const OptionRules& rules, std::string_view option, std::string_view must) {
    return {rules.who + ": `" + std::string(option) + "` " + std::string(must)};
}

// A list as TwiML writes it: words separated by blanks, phrases by commas.
Checked<std::string> list_text(const OptionRules& rules, std::string_view option, const Attribute& attribute,
                               const core::Json& list) {
    const char separator = attribute.type == Type::phrases ? ',' : ' ';
    std::string text;
    for (const auto& item : list) {
        const auto word = plain_text(item);
        if (!word) return wrong_option(rules, option, "must be a list of texts");
        if (word->find(separator) != std::string::npos)
            return wrong_option(rules, option,
                                separator == ',' ? "must have no comma inside a phrase: write two phrases"
                                                 : "must have no blank inside a word");
        if (!text.empty()) text += separator;
        text += *word;
    }
    return {boost::system::in_place_value, std::move(text)};
}

}  // namespace

std::string attribute_name(std::string_view option) {
    std::string name;
    name.reserve(option.size());
    bool upper = false;
    for (char c : option) {
        if (c == '_') {
            upper = true;
            continue;
        }
        name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = false;
    }
    return name;
}

std::string option_name(std::string_view attribute) {
    std::string name;
    for (char c : attribute) {
        if (std::isupper(static_cast<unsigned char>(c))) name += '_';
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return name;
}

std::optional<std::string> plain_text(const core::Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_number_float()) {
        // Lua has one type of number: 5.0 is what an author wrote as 5.
        const double number = value.get<double>();
        if (std::nearbyint(number) == number && std::abs(number) < 1e15)
            return std::to_string(static_cast<long long>(number));
        return value.dump();
    }
    if (value.is_number()) return value.dump();
    return std::nullopt;
}

Checked<void> set_option(Document& document, Document::Element element, const OptionRules& rules,
                         std::string_view option, std::string_view attribute, const core::Json& value) {
    const auto* row = element.row().find(attribute);
    if (!row) return unknown_option(element.row(), rules, option);
    // An empty table of Lua's may be either kind.
    if (row->type == Type::phrases && value.is_structured() && value.empty()) return {};
    std::string text;
    if (value.is_array()) {
        auto list = list_text(rules, option, *row, value);
        if (!list) return list.error();
        text = std::move(*list);
    } else if (auto plain = plain_text(value)) {
        text = std::move(*plain);
    } else {
        return wrong_option(rules, option, "must be a text, a number, or true or false");
    }
    std::string changed;
    const auto legal = legal_text(text, changed);
    if (auto wrong = wrong_value(*row, legal)) return wrong_option(rules, option, *wrong);
    if (auto set = document.set(element, attribute, legal); !set) return Problem{rules.who + ": " + set.error().text};
    return {};
}

Checked<void> set_options(Document& document, Document::Element element, const OptionRules& rules,
                          const core::Json& options) {
    for (const auto& [option, value] : options.items()) {
        if (value.is_null() || has_word(rules.own, option)) continue;
        const auto attribute = attribute_name(option);
        // Only the snake_case form is an option; each thing has one name.
        const bool misspelt = option_name(attribute) != option;
        if (misspelt || has_word(rules.kept, attribute)) return unknown_option(element.row(), rules, option);
        if (auto set = set_option(document, element, rules, option, attribute, value); !set) return set.error();
    }
    return {};
}

Checked<std::string> needed_text(const core::Json& options, const OptionRules& rules, std::string_view option) {
    std::optional<std::string> text;
    if (const auto found = options.find(option); found != options.end()) text = plain_text(*found);
    if (!text || text->empty()) return wrong_option(rules, option, "must be a text that is not empty");
    return {boost::system::in_place_value, std::move(*text)};
}

Checked<std::string> needed_url(const core::Json& options, const OptionRules& rules, std::string_view option) {
    auto text = needed_text(options, rules, option);
    if (!text) return text.error();
    if (auto wrong = wrong_value(Attribute{option, Type::url}, *text)) return wrong_option(rules, option, *wrong);
    return {boost::system::in_place_value, std::move(*text)};
}

bool has(const core::Json& options, std::string_view option) {
    const auto found = options.find(option);
    return found != options.end() && !found->is_null();
}

}  // namespace switchhook::twiml

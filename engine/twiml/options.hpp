#pragma once

#include "core/json.hpp"
#include "twiml/document.hpp"

#include <optional>
#include <string>
#include <string_view>

// A verb's options, as a flow writes them, on their way to TwiML's attributes.
namespace switchhook::twiml {

// Whose options they are: how a problem names it, and which of them are no plain attributes.
struct OptionRules {
    std::string who;             // "gather", "dial: to[2]"
    std::string_view own = {};   // options that the verb itself sees to
    std::string_view kept = {};  // attributes that are the engine's to set
};

// "speech_timeout" is "speechTimeout".
std::string attribute_name(std::string_view option);

// "speechTimeout" is "speech_timeout".
std::string option_name(std::string_view attribute);

// A plain value as text: texts, numbers, booleans. Nothing for tables and null.
std::optional<std::string> plain_text(const core::Json& value);

// Sets one attribute from an option; a problem calls it by the option's name.
Checked<void> set_option(Document& document, Document::Element element, const OptionRules& rules,
                         std::string_view option, std::string_view attribute, const core::Json& value);

// Sets every attribute that the options name, but the verb's own; unknown ones are refused with a suggestion.
Checked<void> set_options(Document& document, Document::Element element, const OptionRules& rules,
                          const core::Json& options);

// An option that must be a text that is not empty.
Checked<std::string> needed_text(const core::Json& options, const OptionRules& rules, std::string_view option);

// An option that must be a URL.
Checked<std::string> needed_url(const core::Json& options, const OptionRules& rules, std::string_view option);

// True if the option is there and not null.
bool has(const core::Json& options, std::string_view option);

}  // namespace switchhook::twiml

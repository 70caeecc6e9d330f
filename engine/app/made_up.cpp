#include "app/made_up.hpp"

#include "core/lower_case.hpp"
#include "script/secret_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <iterator>
#include <regex>
#include <string_view>
#include <utility>
#include <vector>

namespace switchhook::app {
namespace {

using core::Json;
using core::lower_case;

constexpr std::array people = {"Alex", "Robin", "Sam", "Kim", "Jo", "Chris", "Pat", "Max", "Toni", "Lee"};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

std::string digits_of(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
    return digits;
}

// Other digits in a text of the same form.
std::string with_digits(std::string text, const std::string& digits) {
    std::size_t next = 0;
    for (char& c : text)
        if (is_digit(c)) c = digits[next++ % digits.size()];
    return text;
}

bool tells(const std::string& name, std::initializer_list<const char*> words) {
    auto plain = lower_case(name);
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return plain.find(word) != std::string::npos; });
}
bool names_a_person(const std::string& name) {
    return tells(name, {"name", "surname", "patient", "guest", "customer"}) &&
           !tells(name, {"_id", "file", "user_agent"});
}
bool names_a_place(const std::string& name) {
    return tells(name, {"street", "address", "postcode", "zip", "city"});
}
bool names_a_number(const std::string& name) {
    return tells(name, {"birth", "dob", "ssn", "passport", "insurance", "member", "card", "iban"});
}

// Words with a capital letter that are nobody's name.
bool is_common(const std::string& word) {
    constexpr std::array common = {"monday",  "tuesday",   "wednesday", "thursday", "friday",   "saturday", "sunday",
                                   "january", "february",  "march",     "april",    "may",      "june",     "july",
                                   "august",  "september", "october",   "november", "december", "today",    "tomorrow",
                                   "the",     "mr",        "mrs",       "ms",       "dr",       "doctor",   "calling",
                                   "sorry",   "looking",   "yes",       "no",       "ok",       "okay",     "and",
                                   "for",     "not",       "here",      "just",     "a",        "an",       "i",
                                   "my",      "is",        "it",        "that",     "this"};
    return word.size() < 2 || std::find(common.begin(), common.end(), lower_case(word)) != common.end();
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const bool part = i < text.size() && (is_word(text[i]) || text[i] == '\'' || text[i] == '-');
        if (part)
            word += text[i];
        else if (!word.empty())
            words.push_back(std::exchange(word, {}));
    }
    return words;
}

// As it was written: in capitals, in small letters, or as it is.
std::string in_the_case_of(std::string_view model, const std::string& text) {
    std::string was(model);
    if (was == upper(was) && was != lower_case(was) && was.size() > 1) return upper(text);
    return was == lower_case(was) ? lower_case(text) : text;
}

const std::regex& phone_form() {
    static const std::regex form(R"(\+[0-9]{7,15}|(?:1[-. ])?\(?[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}|[0-9]{10,11})"
                                 R"(|\b[0-9]{3}[-. ][0-9]{4}\b|\b[0-9]{7,9}\b)");
    return form;
}

}  // namespace

MadeUp::MadeUp(const script::Bundle& flow, bool only_secrets) : only_secrets_(only_secrets) {
    files_ = lower_case(flow.main.text);
    for (const auto& [name, module] : flow.modules) files_ += "\n" + lower_case(module.text);
}

void MadeUp::look_at(const Json& value, const std::string& name) {
    if (value.is_string()) return look_at_text(value.get<std::string>(), name);
    if (value.is_array())
        for (const auto& item : value) look_at(item, name);
    if (value.is_object())
        for (const auto& [key, item] : value.items()) look_at(item, key);
}

void MadeUp::look_at_text(const std::string& text, const std::string& name) {
    if (text.empty()) return;
    static const std::regex key_form("(?:sk|pk|rk)[-_][A-Za-z0-9_-]{12,}|Bearer [A-Za-z0-9._~+/=-]{8,}");
    static const std::regex email_form(R"([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)");
    static const std::regex spoken_email_form(
        R"([A-Za-z0-9._]+ at [A-Za-z0-9]+ dot (?:com|net|org|edu|info|io|de|uk))");
    static const std::regex long_number_form(
        R"([0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7}|[0-9]{3}-[0-9]{2}-[0-9]{4})");
    static const std::regex street_form(
        R"([0-9]{1,5} (?:[A-Z][A-Za-z]+ ){1,3}(?:Street|St|Lane|Ln|Road|Rd|Avenue|Ave|Drive|Court|Way|Boulevard|Blvd)\b)");
    auto each = [&text](const std::regex& form, auto found) {
        for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) found(at->str());
    };
    if (script::speaks_of_a_secret(name)) add(text, "made-up-secret");
    each(key_form, [&](const std::string& key) { add(key, "made-up-secret"); });
    if (only_secrets_) return;
    // What is JSON within a text: a tool's arguments, a reply's body.
    if (text.front() == '{' || text.front() == '[')
        if (auto json = Json::parse(text, nullptr, false); !json.is_discarded()) return look_at(json, name);
    each(long_number_form, [&](const std::string& number) { add(number, with_digits(number, "4242")); });
    each(phone_form(), [&](const std::string& phone) { add_phone(phone); });
    each(email_form,
         [&](const std::string& email) { add(email, "person" + std::to_string(++emails_) + "@example.com"); });
    each(spoken_email_form, [&](const std::string& email) { add(email, "somebody at example dot com"); });
    each(street_form, [&](const std::string& street) { add(street, "1 Example Street"); });
    if (names_a_person(name)) add_names(text);
    if (names_a_place(name))
        add(text, digits_of(text).size() == text.size() ? with_digits(text, "12345") : "Exampletown");
    if (names_a_number(name) && !digits_of(text).empty() && !text.starts_with('+'))
        add(text, with_digits(text, "1203040506"));
    look_for_names(text);
}

void MadeUp::look_for_names(const std::string& text) {
    static const std::regex form(
        R"((?:[Mm]y name is|[Mm]y name's|[Tt]he name is|[Tt]his is|\bI am|\bI'm|[Cc]all me|[Uu]nder the name(?: of)?|[Uu]nder|[Ii]n the name of) ((?:[A-Z][^ ,.?!;:]+)(?: [A-Z][^ ,.?!;:]+){0,2}))");
    for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) add_names((*at)[1]);
}

void MadeUp::add_names(const std::string& text) {
    auto words = words_of(text);
    if (words.size() > 4) return;  // a sentence, and nobody's name
    auto capital = [](const std::string& word) { return !std::islower(static_cast<unsigned char>(word.front())); };
    if (std::none_of(words.begin(), words.end(), capital)) words = {text};
    for (const auto& word : words) {
        auto known = lower_case(word);
        if (is_common(word) || !digits_of(word).empty() || (words.size() > 1 && !capital(word)) ||
            instead_.contains(known) || is_the_flows(word))
            continue;
        instead_[known] = names_ < people.size() ? people[names_] : "Person" + std::to_string(names_ + 1);
        ++names_;
    }
}

void MadeUp::add_phone(const std::string& text) {
    auto digits = digits_of(text);
    auto key = digits.size() > 10 ? digits.substr(digits.size() - 10) : digits;
    // 555-01xx is nobody's number.
    if (key.size() >= 7 && key.substr(key.size() - 7, 5) == "55501") return;
    // Without its area code it may be a number that is known with it.
    for (const auto& [known, made_up] : phones_)
        if (key.size() == 7 && known.ends_with(key))
            return add(text, with_digits(text, made_up.substr(made_up.size() - 7)));
    auto [found, is_new] = phones_.try_emplace(key);
    if (is_new) {
        char number[16];
        std::snprintf(number, sizeof number, "20255501%02u", static_cast<unsigned>(41 + phones_.size()) % 100);
        found->second = std::string(number).substr(10 - key.size());
        if (found->second.front() == '0') found->second.front() = '5';
    }
    add(text, with_digits(text, digits.substr(0, digits.size() - key.size()) + found->second));
}

void MadeUp::add_pin(const std::string& digits) {
    if (!digits.empty()) whole_.emplace(digits, with_digits(digits, "1234567890"));
}

void MadeUp::add(const std::string& text, std::string instead) {
    if (!is_the_flows(text)) instead_.emplace(lower_case(text), std::move(instead));
}

// As a word of its own.
bool MadeUp::is_the_flows(const std::string& text) const {
    auto sought = lower_case(text);
    for (auto at = files_.find(sought); at != std::string::npos; at = files_.find(sought, at + 1)) {
        const auto end = at + sought.size();
        if ((at == 0 || !is_word(files_[at - 1])) && (end == files_.size() || !is_word(files_[end]))) return true;
    }
    return false;
}

Json MadeUp::of(const Json& value) const {
    if (value.is_string()) return of(value.get<std::string>());
    if (!value.is_structured()) return value;
    auto made = value;
    for (auto& item : made) item = of(item);
    return made;
}

std::string MadeUp::of(const std::string& text) const {
    if (auto found = whole_.find(text); found != whole_.end()) return found->second;
    const auto plain = lower_case(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::pair<const std::string, std::string>* longest = nullptr;
        if (at == 0 || !is_word(text[at - 1]) || !is_word(text[at]))
            for (const auto& entry : instead_) {
                const auto end = at + entry.first.size();
                if (plain.compare(at, entry.first.size(), entry.first) == 0 && end <= text.size() &&
                    (end == text.size() || !is_word(text[end]) || !is_word(text[end - 1])) &&
                    (!longest || entry.first.size() > longest->first.size()))
                    longest = &entry;
            }
        if (!longest) {
            out += text[at++];
            continue;
        }
        auto was = std::string_view(text).substr(at, longest->first.size());
        const bool is_a_name =
            std::any_of(was.begin(), was.end(), [](char c) { return std::isalpha(static_cast<unsigned char>(c)); });
        out += is_a_name ? in_the_case_of(was, longest->second) : longest->second;
        at += was.size();
    }
    return out;
}

}  // namespace switchhook::app

#include "script/phone_number.hpp"

#include "script/phone_metadata.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <re2/re2.h>

namespace switchhook::script {
namespace {

constexpr std::size_t shortest = 2;  // digits of a national number
constexpr std::size_t longest = 17;  // digits of a national number
constexpr std::size_t most_text = 250;

// A pattern, compiled on its first use in the process. Patterns live as long as it does, so their addresses name them.
const re2::RE2& compiled(const char* pattern) {
    static std::mutex mutex;
    static std::map<const char*, std::unique_ptr<re2::RE2>> cache;
    std::lock_guard lock(mutex);
    auto& found = cache[pattern];
    if (!found) found = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
    return *found;
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

bool is_whole(std::string_view number, const char* pattern) {
    return *pattern != '\0' && re2::RE2::FullMatch(piece(number), compiled(pattern));
}

bool begins(std::string_view number, const char* pattern) {
    return *pattern != '\0' &&
           compiled(pattern).Match(piece(number), 0, number.size(), re2::RE2::ANCHOR_START, nullptr, 0);
}

bool has_length_of(std::string_view number, const PhoneKind& kind) {
    return number.size() < 32 && (kind.lengths >> number.size() & 1U) != 0;
}

bool is_of(std::string_view number, const PhoneKind& kind) {
    return has_length_of(number, kind) && is_whole(number, kind.pattern);
}

// "(202) 555-0142 ext. 7" → its digits, a + before them where there was one, and its extension.
struct Written {
    std::string digits;
    bool is_international = false;
    std::string extension;
};

char digit_of_letter(char letter) {
    constexpr std::string_view keypad = "22233344455566677778889999";
    return keypad[static_cast<std::size_t>(letter - 'a')];
}

std::optional<Written> read_text(std::string_view text) {
    Written written;
    std::string rest(text.substr(0, most_text));
    static const re2::RE2 extension(R"((?i)^(.*?)[ ,;]*(?:;ext=|ext(?:ension|n)?\.?:?|x|#)\s*(\d{1,7})\s*#?\s*$)");
    std::string before, digits;
    if (re2::RE2::FullMatch(rest, extension, &before, &digits) &&
        before.find_first_of("0123456789") != std::string::npos) {
        rest = before;
        written.extension = digits;
    }
    static const re2::RE2 shape(R"((?i)^\s*(?:tel:)?\s*(\+?)((?:[ \t().\[\]/~-]|\xE2\x80[\x90-\x95])*\d.*)$)",
                                re2::RE2::Latin1);
    std::string plus, body;
    if (!re2::RE2::FullMatch(rest, shape, &plus, &body)) return {};
    written.is_international = !plus.empty();
    auto letters = std::ranges::count_if(body, [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; });
    for (std::size_t i = 0; i < body.size(); ++i) {
        char c = body[i], low = static_cast<char>(c | 32);
        if (c >= '0' && c <= '9') {
            written.digits += c;
        } else if (low >= 'a' && low <= 'z') {
            if (letters < 3) return {};
            written.digits += digit_of_letter(low);
        } else if (std::string_view(" \t().[]/~-\xE2\x80\x90\x91\x92\x93\x94\x95").find(c) == std::string_view::npos) {
            return {};
        }
    }
    return written;
}

const PhonePlan* plan_of_country(std::string_view country) {
    auto plans = phone_plans();
    auto found = std::ranges::find_if(plans, [&](const PhonePlan& plan) { return country == plan.country; });
    return found == plans.end() || country == "001" ? nullptr : &*found;
}

const PhonePlan* main_plan_of_code(int code) {
    auto plans = phone_plans();
    auto found = std::ranges::find_if(plans, [&](const PhonePlan& plan) { return plan.code == code && plan.main; });
    return found == plans.end() ? nullptr : &*found;
}

// Takes the calling code off a number that begins with one.
const PhonePlan* take_code(std::string& digits) {
    if (digits.starts_with("0")) return nullptr;
    int code = 0;
    for (std::size_t length = 1; length <= 3 && length < digits.size(); ++length) {
        code = code * 10 + (digits[length - 1] - '0');
        if (const auto* plan = main_plan_of_code(code)) {
            digits.erase(0, length);
            return plan;
        }
    }
    return nullptr;
}

// Takes off what is dialled before a national number, unless only the whole is one.
void take_prefix(std::string& number, const PhonePlan& plan) {
    if (*plan.prefix == '\0') return;
    const auto& prefix = compiled(plan.prefix);
    const int groups = prefix.NumberOfCapturingGroups();
    std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups) + 1);
    if (!prefix.Match(number, 0, number.size(), re2::RE2::ANCHOR_START, found.data(), groups + 1)) return;
    bool was_whole = is_whole(number, plan.general.pattern);
    auto after = number.substr(found[0].size());
    if (*plan.transform != '\0' && groups > 0 && found.back().data() != nullptr) {
        std::string replaced;
        for (const char* at = plan.transform; *at != '\0'; ++at) {
            if (at[0] == '\\' && at[1] >= '1' && at[1] <= '9') {
                auto group = static_cast<std::size_t>(*++at - '0');
                if (group < found.size() && found[group].data() != nullptr) replaced += found[group].as_string();
            } else {
                replaced += *at;
            }
        }
        after = replaced + after;
    }
    if (was_whole && !is_whole(after, plan.general.pattern)) return;
    number = after;
}

// The same where a prefix may be part of the number: what is left must be long enough.
void take_own_prefix(std::string& number, const PhonePlan& plan) {
    auto after = number;
    take_prefix(after, plan);
    bool too_long = after.size() >= static_cast<std::size_t>(std::bit_width(plan.general.lengths));
    if (has_length_of(after, plan.general) || too_long) number = after;
}

// A number without + may have the calling code nevertheless: "1 202 555 0142".
void take_own_code(std::string& number, const PhonePlan& plan) {
    auto code = std::to_string(plan.code);
    if (!number.starts_with(code) || number.size() <= code.size()) return;
    auto after = number.substr(code.size());
    take_prefix(after, plan);
    bool better = !is_whole(number, plan.general.pattern) && is_whole(after, plan.general.pattern);
    bool too_long = number.size() >= static_cast<std::size_t>(std::bit_width(plan.general.lengths));
    if (better || too_long) number = after;
}

std::string kind_of(std::string_view number, const PhonePlan& plan) {
    if (!is_of(number, plan.general)) return "unknown";
    bool fixed = false;
    for (const auto& kind : plan.kinds) {
        if (!is_of(number, kind)) continue;
        std::string_view name = kind.name;
        if (name == "fixed_line") {
            fixed = true;
        } else if (name == "mobile" && fixed) {
            return "fixed_line_or_mobile";
        } else {
            return kind.name;
        }
    }
    return fixed ? "fixed_line" : "unknown";
}

// Among the countries of a calling code, the one whose number it is; the main one where that cannot be told.
const PhonePlan& plan_of_number(std::string_view number, const PhonePlan& main) {
    for (const auto& plan : phone_plans()) {
        if (plan.code != main.code) continue;
        bool own = *plan.leading != '\0' ? begins(number, plan.leading) : kind_of(number, plan) != "unknown";
        if (own) return plan;
    }
    return main;
}

std::string formatted(const std::string& number, const PhonePlan& main, bool national) {
    bool own_formats = !national && !main.international_formats.empty();
    for (const auto& form : own_formats ? main.international_formats : main.formats) {
        if (*form.leading != '\0' && !begins(number, form.leading)) continue;
        if (!is_whole(number, form.pattern)) continue;
        std::string rewrite = form.format;
        if (auto first = rewrite.find('\\'); national && *form.first != '\0' && first != std::string::npos) {
            std::string instead = form.first;
            if (auto group = instead.find("\\1"); group != std::string::npos)
                instead.replace(group, 2, rewrite.substr(first, 2));
            rewrite.replace(first, 2, instead);
        }
        std::string text = number;
        re2::RE2::Replace(&text, compiled(form.pattern), rewrite);
        return text;
    }
    return number;
}

// The main plan of the calling code of what was written, and the national number left in `digits`.
boost::system::result<const PhonePlan*, NoPhoneNumber> take_country(Written& written, std::string_view country) {
    const auto* home = plan_of_country(country);
    if (!country.empty() && home == nullptr) return NoPhoneNumber("unknown_country");
    auto& digits = written.digits;
    if (!written.is_international) {
        if (home == nullptr) return NoPhoneNumber("no_country");
        re2::StringPiece dialled;
        const bool abroad =
            *home->international_prefix != '\0' &&
            compiled(home->international_prefix).Match(digits, 0, digits.size(), re2::RE2::ANCHOR_START, &dialled, 1) &&
            dialled.size() < digits.size() && digits[dialled.size()] != '0';
        if (!abroad) {
            take_own_code(digits, *home);
            take_own_prefix(digits, *home);
            return main_plan_of_code(home->code);
        }
        digits.erase(0, dialled.size());
    }
    const auto* plan = take_code(digits);
    if (plan == nullptr) return NoPhoneNumber("unknown_country");
    take_own_prefix(digits, *plan);
    return plan;
}

}  // namespace

boost::system::result<PhoneNumber, NoPhoneNumber> read_phone_number(std::string_view text, std::string_view country) {
    auto written = read_text(text);
    if (!written) return NoPhoneNumber("not_a_number");
    auto main = take_country(*written, country);
    if (!main) return main.error();
    const auto& number = written->digits;
    if (number.size() < shortest) return NoPhoneNumber("too_short");
    if (number.size() > longest) return NoPhoneNumber("too_long");

    const auto& plan = plan_of_number(number, **main);
    PhoneNumber result;
    result.code = plan.code;
    result.e164 = "+" + std::to_string(plan.code) + number;
    result.country = plan.country;
    result.national = formatted(number, **main, true);
    result.international = "+" + std::to_string(plan.code) + " " + formatted(number, **main, false);
    result.extension = written->extension;
    result.kind = kind_of(number, plan);
    result.valid = result.kind != "unknown";
    result.possible = has_length_of(number, plan.general);
    return result;
}

}  // namespace switchhook::script

#pragma once

#include <cstdint>
#include <span>

namespace switchhook::script {

// The numbering plans of the world, as libphonenumber's metadata has them. They are taken at build time from Debian's
// python3-phonenumbers, by phone_metadata.py. Patterns are RE2's; an empty one matches nothing.

struct PhoneKind {
    const char* name;  // "mobile"
    const char* pattern;
    std::uint32_t lengths;  // bit n: a number of the kind may have n digits
};

struct PhoneFormat {
    const char* pattern;  // of the whole national number
    const char* leading;  // what such a number begins with; empty: anything
    const char* format;   // with \1 for the first group
    const char* first;    // within the country, what stands for the first group of `format`; \1 in it is that group
};

struct PhonePlan {
    const char* country;  // "US"; "001" for numbers that belong to no country
    int code;             // calling code
    bool main;            // the first country of its calling code
    const char* international_prefix;
    const char* prefix;     // what is dialled before a national number, with what may follow it
    const char* transform;  // what a prefix with groups becomes; empty: nothing
    const char* leading;    // what numbers of this country begin with, where that alone tells
    PhoneKind general;
    std::span<const PhoneKind> kinds;  // in the order in which they are tried
    std::span<const PhoneFormat> formats;
    std::span<const PhoneFormat> international_formats;  // empty: as `formats`
};

// Countries with the same calling code follow each other, the main one first.
std::span<const PhonePlan> phone_plans();

}  // namespace switchhook::script

#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace switchhook::script {

// A phone number, by the numbering plan of its country.
struct PhoneNumber {
    std::string e164;           // "+12025550142"
    std::string country;        // "US"; "001" for one that belongs to no country
    int code = 0;               // calling code: 1
    std::string national;       // as it is written in its country: "(202) 555-0142"
    std::string international;  // as it is written elsewhere: "+1 202-555-0142"
    std::string extension;      // "12"; mostly empty
    std::string kind;           // "mobile", "fixed_line", "fixed_line_or_mobile", "toll_free", …, "unknown"
    bool valid = false;         // such numbers are given out
    bool possible = false;      // it has as many digits as numbers there have
};

// Why a text is no phone number: "not_a_number", "no_country" (it has no +, and no country was named),
// "unknown_country", "too_short", "too_long".
using NoPhoneNumber = std::string_view;

// Reads a number as people write it. `country` ("US") is whose it is if it does not begin with + or with what is
// dialled there for other countries; it may be empty. The rules are those of libphonenumber. Pure; what it compiles is
// kept for the process.
boost::system::result<PhoneNumber, NoPhoneNumber> read_phone_number(std::string_view text, std::string_view country);

}  // namespace switchhook::script

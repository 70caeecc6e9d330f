#pragma once

#include <climits>

#include <cstdint>
#include <span>
#include <string_view>

// What TwiML may hold: every verb and noun of voice and messaging, and the SSML that stands in <Say>.
// From Twilio's TwiML reference, https://www.twilio.com/docs/voice/twiml and /docs/messaging/twiml.
namespace switchhook::twiml {

enum class Type : std::uint8_t {
    text,        // at most `max` characters
    url,         // http(s), or relative to the document
    stream_url,  // wss://
    boolean,     // true or false
    integer,     // min to max
    integer_or,  // an integer, or one of `values`
    choice,      // one of `values`
    choices,     // some of `values`, separated by blanks
    keys,        // at most `max` of the characters in `values`
    phrases,     // at most 500, separated by commas, at most 100 characters each
};

struct Attribute {
    std::string_view name;
    Type type = Type::text;
    std::string_view values = {};  // separated by blanks
    int min = 0;
    int max = INT_MAX;
    bool may_be_empty = false;  // "" says something of its own: finishOnKey="" (no key ends it), waitUrl="" (silence)
};

struct Element {
    std::string_view name;
    std::string_view inside;  // this row holds inside that element only; empty: wherever no such row is
    std::span<const Attribute> attributes;
    std::string_view children;  // names, separated by blanks
    bool text = false;          // holds text
    int longest = INT_MAX;      // characters of text
    int most = INT_MAX;         // how many of it an element may hold
    bool alone = false;         // an element that holds it holds nothing else

    const Attribute* find(std::string_view attribute) const;
    bool holds(std::string_view child) const;
};

// <Response>, in which every document begins.
const Element& response();

// All rows; a name occurs more than once where its attributes depend on where it stands.
std::span<const Element> elements();

// The row of an element as it stands inside another; null if there is no element of that name.
const Element* find_element(std::string_view name, std::string_view inside);

}  // namespace switchhook::twiml

#pragma once

#include <pugixml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace switchhook::sim {

// What Twilio says against a document: the code of its error dictionary and a sentence of ours.
struct TwimlProblem {
    int code = 0;
    std::string what;
};

// Everything that Twilio warns of in a document that it can parse, in document order. A call goes on after
// these: an unknown element is skipped, a bad attribute takes its default.
// `response` is the root; the rules are those of voice, and of messaging where a Message is in it.
std::vector<TwimlProblem> check_twiml(pugi::xml_node response);

// The number in an attribute: its default where it is absent or not a whole number from `least` on.
int number_attribute(pugi::xml_node verb, const char* name, int otherwise, int least = 0);

// "GET", or "POST" for anything else.
std::string method_attribute(pugi::xml_node verb, const char* name);

// A text as it is read out: runs of blanks are one, none at the ends.
std::string one_line(std::string_view text);

// "true" and "false"; the default for anything else.
bool flag_attribute(pugi::xml_node verb, const char* name, bool otherwise);

}  // namespace switchhook::sim

#pragma once

#include "core/json.hpp"
#include "script/flow.hpp"

#include <map>
#include <string>

namespace switchhook::app {

// Puts made-up data in the place of what tells who somebody is: phone numbers, e-mail addresses, names, street
// addresses, card numbers, and secrets. The same becomes the same everywhere. It finds what has a form of its own, what
// stands under a telling name ("patient_name", "email"), and names that callers say of themselves ("my name is …").
//
// What stands in the flow's own files stays: it is no secret there, and the flow looks for it.
class MadeUp {
public:
    // `only_secrets`: everything else stays.
    MadeUp(const script::Bundle& flow, bool only_secrets);

    // Learns what is personal in a value; `name` is what it stands under.
    void look_at(const core::Json& value, const std::string& name = {});
    // A text that as a whole is somebody's secret: a PIN.
    void add_pin(const std::string& digits);

    // The value, with what was learned.
    core::Json of(const core::Json& value) const;
    std::string of(const std::string& text) const;

private:
    void look_at_text(const std::string& text, const std::string& name);
    void look_for_names(const std::string& text);
    void add_names(const std::string& text);
    void add_phone(const std::string& text);
    void add(const std::string& text, std::string instead);
    bool is_the_flows(const std::string& text) const;

    std::string files_;  // of the flow, in lower case
    bool only_secrets_;
    std::map<std::string, std::string> instead_;  // wherever it stands, between boundaries of words
    std::map<std::string, std::string> whole_;    // only as a whole value
    std::map<std::string, std::string> phones_;   // by their last ten digits: the digits instead
    std::size_t names_ = 0;
    std::size_t emails_ = 0;
};

}  // namespace switchhook::app

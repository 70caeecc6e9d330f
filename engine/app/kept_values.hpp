#pragma once

#include "core/ask.hpp"

#include <map>
#include <string>
#include <vector>

namespace switchhook::app {

// What a business keeps in a flow test, told from what its flow asked of `kv` and was answered.
class KeptValues {
public:
    // Takes an ask's options and its answer. Gives the lines of a test that have the flow be answered so.
    std::vector<std::string> take(const core::Json& options, const core::Answer& answer);

    // The lines of a test that say what the flow has changed.
    std::vector<std::string> expectations() const;

private:
    void assume(const std::string& key, const core::Json& value, std::vector<std::string>& lines);
    void change(const std::string& key, core::Json value);

    struct Value {
        core::Json json;  // null: nothing
        bool changed = false;
    };
    std::map<std::string, Value> values_;
};

}  // namespace switchhook::app

#pragma once

#include "core/ask.hpp"
#include "core/json.hpp"

namespace switchhook::session {

// What was said on a call, in order, for its record: a list of {who = "flow"|"caller"|"carrier", what = text}.
// Bounded: after 200 lines nothing more is noted.
class Transcript {
public:
    void note(const core::Ask& ask, const core::Answer& answer);
    const core::Json& lines() const { return lines_; }

private:
    void add(const char* who, std::string what);
    void note_prompt(const core::Json& prompt);

    core::Json lines_ = core::Json::array();
};

}  // namespace switchhook::session

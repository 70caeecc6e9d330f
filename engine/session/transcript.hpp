#pragma once

#include "core/ask.hpp"
#include "core/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace switchhook::session {

// What was said on a call, in order, for its record: a list of {who, what = text}, `who` being "flow", "caller",
// "assistant" or "carrier". Bounded: after 200 lines nothing more is noted.
class Transcript {
public:
    void note(const core::Ask& ask, const core::Answer& answer);
    core::Json lines() const;

private:
    void add(const char* who, std::string what);
    void note_conversation(const core::Json& finished);
    void note_prompt(std::string_view kind, const core::Json& options);

    // Kept lean until somebody asks: most of a call's memory outside of Lua would be this.
    struct Line {
        const char* who;
        std::string what;
    };
    std::vector<Line> lines_;
};

}  // namespace switchhook::session

#pragma once

#include "script/problem.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// Where a source writes the keys of its table constructors, which the tables themselves no longer tell.
class TableKeys {
public:
    // From the outermost table inwards: {"+15550100", "settings", "front_desk"}.
    using Path = std::vector<std::string>;

    explicit TableKeys(std::string_view source);

    // The line of a key, or of the innermost table around it whose key was found; 0 if there is none.
    int line_of(Path path) const;

    // A key that one constructor has twice: Lua silently takes the last.
    struct Twice {
        std::string key;
        int first_line;
        int line;
    };
    const std::vector<Twice>& twice() const { return twice_; }

private:
    std::map<Path, int> lines_;
    std::vector<Twice> twice_;
};

}  // namespace switchhook::script

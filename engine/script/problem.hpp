#pragma once

#include <string>
#include <vector>

namespace switchhook::script {

// Something wrong in an author's file. Prints as "lexi/flow.lua:12: what: what to do".
struct Problem {
    std::string file;  // relative to the flows folder
    int line = 0;      // from 1; 0 where no line is to blame
    std::string what;
    std::string fix;

    std::string text() const;
};

using Problems = std::vector<Problem>;

// Their texts, one a line.
std::string lines(const Problems& problems);

}  // namespace switchhook::script

#pragma once

#include "sim/playout_buffer.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace switchhook::sim {

// The words behind the sounds that a server sends on one stream, told by whoever makes them, and what the caller has
// heard of each. An item is told once its speech begins to be made, in the order of speaking. A clear ends all that
// were told before it.
class SpokenItems {
public:
    using milliseconds = std::chrono::milliseconds;

    struct Heard {
        std::string text;       // of it all, or of what was heard until it was cut, with "…" behind it
        milliseconds heard{};   // of its sound
        milliseconds length{};  // of its sound
        bool over = false;
        bool cut = false;
    };

    void add(std::string text, milliseconds length, const PlayoutBuffer& playout);
    std::vector<Heard> heard(const PlayoutBuffer& playout) const;

private:
    struct Item {
        std::string text;
        milliseconds length{};
        std::size_t clears;  // before it was told
    };
    std::vector<Item> items_;
};

}  // namespace switchhook::sim

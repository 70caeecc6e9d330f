#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace switchhook::sim {

// Makes names as Twilio does: two letters and 32 hex digits. Equal seeds make equal names, in the same order.
class Sids {
public:
    explicit Sids(std::uint64_t seed) : random_(seed) {}

    std::string make(std::string_view prefix) {
        std::string sid(prefix);
        for (int word = 0; word < 2; ++word) {
            auto bits = random_();
            for (int digit = 0; digit < 16; ++digit, bits >>= 4) sid += "0123456789abcdef"[bits & 15];
        }
        return sid;
    }

private:
    std::mt19937_64 random_;
};

}  // namespace switchhook::sim

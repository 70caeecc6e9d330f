#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace switchhook::sim {

// Counts latencies in buckets of less than 2 % width, from 1 µs to over an hour, without allocating.
class LatencyHistogram {
public:
    void add(std::chrono::nanoseconds latency) {
        auto us = static_cast<std::uint64_t>(latency.count() < 0 ? 0 : latency.count() / 1000);
        ++counts_[bucket(us)];
        ++total_;
        if (latency > max_) max_ = latency;
    }

    // The latency that this share of all (0.5, 0.99) does not exceed; 0 where there are none.
    std::chrono::microseconds quantile(double share) const {
        auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > wanted) return std::chrono::microseconds(upper_bound(i));
        }
        return max();
    }

    std::chrono::microseconds max() const { return std::chrono::duration_cast<std::chrono::microseconds>(max_); }
    std::uint64_t count() const { return total_; }

private:
    // Below 64 µs one bucket each; above, 64 to each doubling.
    static constexpr int bits = 6;
    static constexpr std::uint64_t per_doubling = 1u << bits;

    static std::size_t bucket(std::uint64_t us) {
        if (us < per_doubling) return us;
        int shift = std::bit_width(us) - bits - 1;
        auto index = (static_cast<std::uint64_t>(shift) + 1) * per_doubling + ((us >> shift) - per_doubling);
        return index < size ? index : size - 1;
    }
    static std::uint64_t upper_bound(std::size_t index) {
        if (index < per_doubling) return index;
        auto shift = index / per_doubling - 1;
        return ((index % per_doubling + per_doubling + 1) << shift) - 1;
    }

    static constexpr std::size_t size = 28 * per_doubling;
    std::array<std::uint64_t, size> counts_{};
    std::uint64_t total_ = 0;
    std::chrono::nanoseconds max_{};
};

}  // namespace switchhook::sim

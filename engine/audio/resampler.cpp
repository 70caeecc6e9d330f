#include "audio/resampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <soxr.h>
#include <stdexcept>
#include <string>

namespace switchhook::audio {

// A polyphase filter: output sample m is the last `reach` input samples up to number m·down/up, weighted by the row
// for the remainder m·down mod up.
struct ResamplerFilter {
    std::size_t up;
    std::size_t down;
    std::size_t reach;        // a multiple of `step`
    std::vector<float> rows;  // up × reach; the weights of the oldest sample first
};

namespace {

// Four at a time, in one vector register of any 64-bit machine.
using Lanes __attribute__((vector_size(16))) = float;
constexpr std::size_t lanes = sizeof(Lanes) / sizeof(float);
constexpr std::size_t step = 4 * lanes;

Lanes load(const float* from) {
    Lanes values;
    std::memcpy(&values, from, sizeof values);
    return values;
}

// What libsoxr makes of a single 1 when it raises a rate by this factor, without the silence around it.
std::vector<float> impulse_response(std::size_t factor) {
    auto quality = soxr_quality_spec(SOXR_16_BITQ | SOXR_MINIMUM_PHASE, 0);
    quality.precision = 15;
    quality.passband_end = 0.85;
    quality.stopband_begin = 1;
    constexpr std::size_t length = 2048;
    std::vector<float> impulse(length), response(length * factor);
    impulse[length / 2] = 1;
    std::size_t done = 0;
    const auto* error = soxr_oneshot(1, static_cast<double>(factor), 1, impulse.data(), length, nullptr,
                                     response.data(), response.size(), &done, nullptr, &quality, nullptr);
    if (error != nullptr) throw std::runtime_error(std::string("libsoxr: ") + error);
    // 16-bit samples know nothing below that.
    const auto audible = [](float weight) { return std::abs(weight) > 3e-6F; };
    const auto begin = std::find_if(response.begin(), response.end(), audible);
    const auto end = std::find_if(response.rbegin(), response.rend(), audible).base();
    return {begin, end};
}

ResamplerFilter make_filter(std::size_t from, std::size_t to) {
    const auto common = std::gcd(from, to);
    ResamplerFilter filter{.up = to / common, .down = from / common};
    // It runs at the common multiple of both rates, and closes at half of the lower one.
    const auto weights = impulse_response(std::max(filter.up, filter.down));
    const auto gain = static_cast<float>(filter.up) / static_cast<float>(std::max(filter.up, filter.down));
    filter.reach = (weights.size() + filter.up - 1) / filter.up;
    filter.reach += (step - filter.reach % step) % step;
    filter.rows.resize(filter.up * filter.reach);
    for (std::size_t i = 0; i < weights.size(); ++i)
        filter.rows[i % filter.up * filter.reach + filter.reach - 1 - i / filter.up] = weights[i] * gain;
    return filter;
}

// libsoxr takes some milliseconds to make one, so each is made once.
std::shared_ptr<const ResamplerFilter> filter_between(unsigned from, unsigned to) {
    static constexpr std::array rates{8000U, 16'000U, 24'000U};
    static const auto filters = [] {
        std::array<std::array<std::shared_ptr<const ResamplerFilter>, rates.size()>, rates.size()> all;
        for (std::size_t i = 0; i < rates.size(); ++i)
            for (std::size_t j = 0; j < rates.size(); ++j)
                if (i != j) all[i][j] = std::make_shared<const ResamplerFilter>(make_filter(rates[i], rates[j]));
        return all;
    }();
    const auto index = [](unsigned rate) {
        const auto* found = std::find(rates.begin(), rates.end(), rate);
        if (found == rates.end()) throw std::invalid_argument("no resampling of " + std::to_string(rate) + " Hz");
        return static_cast<std::size_t>(found - rates.begin());
    };
    return filters[index(from)][index(to)];
}

// REQUIRES: `count` is a multiple of `step`.
float weighted_sum(const float* samples, const float* weights, std::size_t count) {
    Lanes a{}, b{}, c{}, d{};  // four sums, so that an addition need not wait for the one before
    for (std::size_t i = 0; i < count; i += step) {
        a += load(samples + i) * load(weights + i);
        b += load(samples + i + lanes) * load(weights + i + lanes);
        c += load(samples + i + 2 * lanes) * load(weights + i + 2 * lanes);
        d += load(samples + i + 3 * lanes) * load(weights + i + 3 * lanes);
    }
    const Lanes sum = (a + b) + (c + d);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

std::int16_t rounded(float value) {
    return static_cast<std::int16_t>(std::clamp(value, -32768.0F, 32767.0F) + (value < 0 ? -0.5F : 0.5F));
}

}  // namespace

Resampler::Resampler(unsigned from, unsigned to) : filter_(filter_between(from, to)) {
    if (filter_) recent_.resize(filter_->reach - 1);
}

void Resampler::resample(std::span<const std::int16_t> samples, std::vector<std::int16_t>& to) {
    if (!filter_) {
        to.insert(to.end(), samples.begin(), samples.end());
        return;
    }
    const auto& filter = *filter_;
    recent_.insert(recent_.end(), samples.begin(), samples.end());
    const auto end = samples.size() * filter.up;
    const auto old_size = to.size();
    to.resize(old_size + (position_ < end ? (end - position_ - 1) / filter.down + 1 : 0));
    for (auto* out = to.data() + old_size; position_ < end; position_ += filter.down) {
        const float* newest = recent_.data() + position_ / filter.up;
        const float* row = filter.rows.data() + position_ % filter.up * filter.reach;
        *out++ = rounded(weighted_sum(newest, row, filter.reach));
    }
    position_ -= end;
    recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(filter.reach - 1));
}

void Resampler::flush(std::vector<std::int16_t>& to) {
    if (!filter_) return;
    const std::vector<std::int16_t> silence(filter_->reach - 1);
    resample(silence, to);
    std::fill(recent_.begin(), recent_.end(), 0.0F);
    position_ = 0;
}

}  // namespace switchhook::audio

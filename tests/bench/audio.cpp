#include "audio/base64.hpp"
#include "audio/converter.hpp"
#include "audio/resampler.hpp"
#include "audio/tone.hpp"
#include "bench/benches.hpp"
#include "bench/child.hpp"
#include "script/flows_folder.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <iterator>
#include <soxr.h>

namespace switchhook::bench {
namespace {

using Samples = std::vector<std::int16_t>;
using audio::decibels, audio::loudness, audio::measure, audio::tone;
// Resamples a whole signal.
using Resample = std::function<Samples(const Samples&, unsigned from, unsigned to)>;

constexpr unsigned phone = 8000, model = 24'000;  // Hz

double thread_ms() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

Samples ours(const Samples& samples, unsigned from, unsigned to) {
    audio::Resampler resampler(from, to);
    Samples result;
    const std::size_t frame = from / 50;
    for (std::size_t i = 0; i < samples.size(); i += frame)
        resampler.resample(std::span(samples).subspan(i, std::min(frame, samples.size() - i)), result);
    resampler.flush(result);
    return result;
}

// The `sox` program, as a user would call it: its own quality, no dither.
class Sox {
public:
    static bool installed() { return std::filesystem::exists(program); }

    Samples resample(const Samples& samples, unsigned from, unsigned to) {
        folder_.write("in.raw", {reinterpret_cast<const char*>(samples.data()), samples.size() * 2});
        Child sox(
            program,
            {"-D", "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", std::to_string(from),
             (folder_ / "in.raw").string(), "-t", "raw", (folder_ / "out.raw").string(), "rate", std::to_string(to)},
            {}, folder_ / "log");
        if (sox.wait() != 0) throw std::runtime_error("sox fails");
        last_cpu_ms_ = sox.cpu_time().count() * 1000;
        std::ifstream file(folder_ / "out.raw", std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        Samples result(bytes.size() / 2);
        std::copy_n(bytes.data(), result.size() * 2, reinterpret_cast<char*>(result.data()));
        return result;
    }

    double last_cpu_ms() const { return last_cpu_ms_; }

private:
    static constexpr const char* program = "/usr/bin/sox";
    script::FlowsFolder folder_;
    double last_cpu_ms_ = 0;
};

struct Quality {
    double snr = 1000;       // dB, the worst of a few tones to the model and back
    double ripple = 0;       // dB, the largest deviation up to 3.4 kHz
    double aliases = -1000;  // dB, the loudest of what comes from above 4 kHz
};

Quality quality_of(const Resample& resample) {
    Quality quality;
    for (double frequency : {100., 300., 1000., 2000., 3000., 3400.}) {
        const auto back = resample(resample(tone(frequency, phone), phone, model), model, phone);
        const auto measured = measure(back, frequency, phone);
        quality.snr = std::min(quality.snr, measured.snr());
        quality.ripple = std::max(quality.ripple, std::abs(decibels(measured.amplitude / 10'000)));
    }
    for (double frequency : {4100., 4500., 5000., 7000., 11'000.}) {
        const auto input = tone(frequency, model, 30'000);
        quality.aliases =
            std::max(quality.aliases, decibels(loudness(resample(input, model, phone)) / loudness(input)));
    }
    return quality;
}

void add(Report& report, const std::string& whose, const Quality& quality, bool held_to_bars) {
    Bar snr{whose + ": SNR, to 24 kHz and back", "dB", {quality.snr}};
    Bar ripple{whose + ": ripple up to 3.4 kHz", "dB", {quality.ripple}};
    Bar aliases{whose + ": aliases of tones above 4 kHz", "dB", {quality.aliases}};
    if (held_to_bars) {
        snr.want = Want::at_least, snr.bar = 78;
        ripple.want = aliases.want = Want::at_most;
        ripple.bar = 0.05, aliases.bar = -80;
    }
    report.add(snr);
    report.add(ripple);
    report.add(aliases);
}

// From the first sample that goes in to the middle of what comes out for it, with frames of 20 ms: how much of a stream
// is held back at worst, and what the filter itself delays.
void add_latency(Report& report) {
    audio::Resampler resampler(model, phone);
    Samples output;
    double held = 0;
    const Samples frame(model / 50);
    for (int i = 1; i <= 100; ++i) {
        resampler.resample(frame, output);
        held = std::max(held, i * 20.0 - static_cast<double>(output.size()) * 1000 / phone);
    }
    const auto delay = [](double frequency) {
        const auto phase = [](double f) { return measure(ours(tone(f, model), model, phone), f, phone).phase; };
        const double turned = std::remainder(phase(frequency + 20) - phase(frequency - 20), 2 * std::numbers::pi);
        return -turned / (2 * std::numbers::pi * 40) * 1000;
    };
    report.add({"ours: held back of a stream", "ms", {held}, Want::at_most, 0});
    report.add({"ours: delay at 1 kHz", "ms", {delay(1000)}, Want::at_most, 2});
    report.add({"ours: delay at 3.3 kHz", "ms", {delay(3300)}, Want::at_most, 2});

    auto quality = soxr_quality_spec(SOXR_16_BITQ | SOXR_MINIMUM_PHASE, 0);
    quality.precision = 15, quality.passband_end = 0.85, quality.stopband_begin = 1;
    auto runtime = soxr_runtime_spec(1);
    runtime.log2_min_dft_size = 8;
    auto* soxr = soxr_create(model, phone, 1, nullptr, nullptr, &quality, &runtime);
    const std::vector<float> silence(model / 50);
    std::vector<float> taken(model);
    std::size_t given = 0, done = 0;
    held = 0;
    for (int i = 1; i <= 100; ++i) {
        soxr_process(soxr, silence.data(), silence.size(), nullptr, taken.data(), taken.size(), &done);
        given += done;
        held = std::max(held, i * 20.0 - static_cast<double>(given) * 1000 / phone);
    }
    soxr_delete(soxr);
    report.add({"libsoxr, the same filter: held back of a stream", "ms", {held}});
}

void add_cpu(Report& report) {
    constexpr double seconds = 20;
    const auto input = tone(1000, phone, 10'000, seconds);
    Bar cpu{"ours: CPU time of an audio second, there and back", "ms", {}};
    for (int i = 0; i < 3; ++i) {
        const auto before = thread_ms();
        ours(ours(input, phone, model), model, phone);
        cpu.samples.push_back((thread_ms() - before) / seconds);
    }
    report.add(cpu);

    Bar frames{"µ-law to 24 kHz and back, CPU time of an audio second", "ms", {}};
    Bar base64{"base 64 of a frame of 160 bytes, there and back", "ns", {}};
    for (int i = 0; i < 3; ++i) {
        audio::Converter up(core::telephone_mulaw, core::pcm_24k), down(core::pcm_24k, core::telephone_mulaw);
        const std::string frame(160, '\x35');
        auto before = thread_ms();
        for (int j = 0; j < seconds * 50; ++j) down.convert(up.convert(frame));
        frames.samples.push_back((thread_ms() - before) / seconds);

        constexpr int times = 200'000;
        std::string text, bytes;
        before = thread_ms();
        for (int j = 0; j < times; ++j) {
            text.clear(), bytes.clear();
            audio::append_base64(text, frame);
            audio::append_decoded_base64(bytes, text).value();
        }
        base64.samples.push_back((thread_ms() - before) * 1e6 / times);
    }
    report.add(frames);
    report.add(base64);
}

void add_sox(Report& report) {
    if (!Sox::installed()) return report.note("sox is not installed, so nothing is compared with it: apt install sox");
    Sox sox;
    add(report, "sox", quality_of([&](auto&&... all) { return sox.resample(all...); }), false);
    // What the program costs without audio is not counted.
    sox.resample(tone(1000, phone, 10'000, 0.1), phone, model);
    const auto empty = sox.last_cpu_ms();
    constexpr double seconds = 300;
    const auto input = tone(1000, phone, 10'000, seconds);
    const auto there = sox.resample(input, phone, model);
    auto cpu = sox.last_cpu_ms();
    sox.resample(there, model, phone);
    cpu += sox.last_cpu_ms();
    report.add({"sox: CPU time of an audio second, there and back", "ms", {(cpu - 2 * empty) / seconds}});
}

}  // namespace

void audio_quality(Report& report) {
    add(report, "ours", quality_of(ours), true);
    add_latency(report);
    add_cpu(report);
    add_sox(report);
}

}  // namespace switchhook::bench

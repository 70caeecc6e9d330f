#pragma once

#include "core/audio_format.hpp"
#include "core/errc.hpp"

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::audio {

// The 44 bytes (58 for G.711) before the samples of a RIFF WAVE file. A length of `unknown_length` says that samples
// go on to the end of the file.
inline constexpr std::uint32_t unknown_length = 0xffff'ffff;
std::string wav_header(core::AudioFormat format, unsigned channels, std::uint32_t data_bytes);

// Writes 16-bit samples as they come. Before finish() the file says that its length is unknown, which players accept.
class WavWriter {
public:
    // Writes the header. REQUIRES: `to` can seek, and outlives the writer.
    WavWriter(std::ostream& to, unsigned rate, unsigned channels);
    // Into a new file, or over an old one. Errc::not_found where that cannot be written.
    static core::Result<WavWriter> open(const std::filesystem::path& path, unsigned rate, unsigned channels);
    WavWriter(WavWriter&&) noexcept;
    // Finishes.
    ~WavWriter();

    // Channels take turns, left first.
    void write(std::span<const std::int16_t> samples);
    // One of two channels may be shorter: silence is added to it. REQUIRES: two channels.
    void write(std::span<const std::int16_t> left, std::span<const std::int16_t> right);

    // Writes the length into the header. Errc::unavailable where anything could not be written.
    core::Result<void> finish();

private:
    WavWriter(std::unique_ptr<std::ostream> file, unsigned rate, unsigned channels);

    std::unique_ptr<std::ostream> file_;  // where the writer opened it
    std::ostream* to_;
    core::AudioFormat format_;
    unsigned channels_;
    std::uint64_t bytes_ = 0;
};

struct Wav {
    unsigned rate = 0;  // Hz
    unsigned channels = 0;
    std::vector<std::int16_t> samples;  // channels take turns
};

// Reads 16-bit PCM, µ-law and A-law. Errc::malformed for what is no such file.
core::Result<Wav> read_wav(std::string_view file);

}  // namespace switchhook::audio

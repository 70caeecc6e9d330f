#include "audio/wav.hpp"

#include "audio/g711.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

namespace switchhook::audio {
namespace {

// Format tags of RFC 2361; `extensible` says that the tag is the first of the sixteen bytes of a sub-format.
enum Tag : std::uint16_t { pcm = 1, alaw = 6, mulaw = 7, extensible = 0xfffe };

// All numbers are little-endian.
void put(std::string& to, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint32_t number(std::string_view from, std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[at + i])) << (8 * i);
    return value;
}

Tag tag_of(core::AudioEncoding encoding) {
    switch (encoding) {
        case core::AudioEncoding::mulaw:
            return mulaw;
        case core::AudioEncoding::alaw:
            return alaw;
        case core::AudioEncoding::pcm16:
            break;
    }
    return pcm;
}

struct Format {
    std::uint32_t tag;
    unsigned channels;
    unsigned rate;
};

// The content of the chunk `fmt `.
std::optional<Format> read_format(std::string_view chunk) {
    if (chunk.size() < 16) return std::nullopt;
    Format format{number(chunk, 0, 2), number(chunk, 2, 2), number(chunk, 4, 4)};
    if (format.tag == extensible && chunk.size() >= 26) format.tag = number(chunk, 24, 2);
    const auto bits = number(chunk, 14, 2);
    const bool known = (format.tag == pcm && bits == 16) || ((format.tag == alaw || format.tag == mulaw) && bits == 8);
    if (!known || format.channels == 0 || format.rate == 0) return std::nullopt;
    return format;
}

std::vector<std::int16_t> read_samples(const Format& format, std::string_view data) {
    data = data.substr(0, data.size() - data.size() % (format.channels * (format.tag == pcm ? 2 : 1)));
    std::vector<std::int16_t> samples(format.tag == pcm ? data.size() / 2 : data.size());
    if (format.tag == mulaw) decode_mulaw(data, samples.data());
    if (format.tag == alaw) decode_alaw(data, samples.data());
    if (format.tag == pcm)
        for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int16_t>(number(data, 2 * i, 2));
    return samples;
}

}  // namespace

std::string wav_header(core::AudioFormat format, unsigned channels, std::uint32_t data_bytes) {
    const auto tag = tag_of(format.encoding);
    const auto frame = static_cast<std::uint32_t>(channels * format.bytes_per_sample());
    const std::uint32_t format_size = tag == pcm ? 16 : 18;
    const std::uint32_t fact_size = tag == pcm ? 0 : 12;
    const std::uint32_t before = 4 + 8 + format_size + fact_size + 8;
    std::string header = "RIFF";
    put(header, data_bytes > unknown_length - before ? unknown_length : before + data_bytes, 4);
    header += "WAVEfmt ";
    put(header, format_size, 4);
    put(header, tag, 2);
    put(header, channels, 2);
    put(header, format.rate, 4);
    put(header, format.rate * frame, 4);
    put(header, frame, 2);
    put(header, static_cast<std::uint32_t>(8 * format.bytes_per_sample()), 2);
    if (tag != pcm) {
        // What is not PCM has an extension, here empty, and tells its number of samples a second time.
        put(header, 0, 2);
        header += "fact";
        put(header, 4, 4);
        put(header, data_bytes == unknown_length ? unknown_length : data_bytes / std::max(frame, 1U), 4);
    }
    header += "data";
    put(header, data_bytes, 4);
    return header;
}

WavWriter::WavWriter(std::ostream& to, unsigned rate, unsigned channels)
    : to_(&to), format_{core::AudioEncoding::pcm16, rate}, channels_(channels) {
    *to_ << wav_header(format_, channels_, unknown_length);
}

WavWriter::WavWriter(std::unique_ptr<std::ostream> file, unsigned rate, unsigned channels)
    : WavWriter(*file, rate, channels) {
    file_ = std::move(file);
}

core::Result<WavWriter> WavWriter::open(const std::filesystem::path& path, unsigned rate, unsigned channels) {
    auto file = std::make_unique<std::ofstream>(path, std::ios::binary | std::ios::trunc);
    if (!file->is_open()) return core::Errc::not_found;
    return WavWriter(std::move(file), rate, channels);
}

WavWriter::WavWriter(WavWriter&& other) noexcept
    : file_(std::move(other.file_)),
      to_(std::exchange(other.to_, nullptr)),
      format_(other.format_),
      channels_(other.channels_),
      bytes_(other.bytes_) {}

WavWriter::~WavWriter() {
    static_cast<void>(finish());
}

void WavWriter::write(std::span<const std::int16_t> samples) {
    std::string bytes;
    bytes.reserve(samples.size_bytes());
    for (auto sample : samples) put(bytes, static_cast<std::uint16_t>(sample), 2);
    to_->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes_ += bytes.size();
}

void WavWriter::write(std::span<const std::int16_t> left, std::span<const std::int16_t> right) {
    std::vector<std::int16_t> both(2 * std::max(left.size(), right.size()));
    for (std::size_t i = 0; i < left.size(); ++i) both[2 * i] = left[i];
    for (std::size_t i = 0; i < right.size(); ++i) both[2 * i + 1] = right[i];
    write(both);
}

core::Result<void> WavWriter::finish() {
    if (to_ == nullptr) return {};
    auto& to = *std::exchange(to_, nullptr);
    const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes_, unknown_length));
    const auto end = to.tellp();
    const auto header = wav_header(format_, channels_, length);
    to.seekp(end - static_cast<std::streamoff>(bytes_ + header.size()));
    to << header;
    to.seekp(end);
    to.flush();
    if (!to) return core::Errc::unavailable;
    return {};
}

core::Result<Wav> read_wav(std::string_view file) {
    if (file.size() < 12 || !file.starts_with("RIFF") || file.substr(8, 4) != "WAVE") return core::Errc::malformed;
    std::optional<Format> format;
    for (auto rest = file.substr(12); rest.size() >= 8;) {
        const auto name = rest.substr(0, 4);
        const std::size_t size = number(rest, 4, 4);
        // What is longer than the file ends with it, as an unknown length does.
        const auto content = rest.substr(8, size);
        if (name == "fmt ") {
            format = read_format(content);
            if (!format) return core::Errc::malformed;
        }
        if (name == "data") {
            if (!format) return core::Errc::malformed;
            return Wav{format->rate, format->channels, read_samples(*format, content)};
        }
        // Chunks begin at even places.
        rest.remove_prefix(std::min(rest.size(), 8 + content.size() + size % 2));
    }
    return core::Errc::malformed;
}

}  // namespace switchhook::audio

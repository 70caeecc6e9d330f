#include "audio/converter.hpp"

#include "audio/g711.hpp"

#include <bit>
#include <cstring>

namespace switchhook::audio {

static_assert(std::endian::native == std::endian::little, "PCM is little-endian on the wire and copied as it is");

Converter::Converter(core::AudioFormat from, core::AudioFormat to) : from_(from), to_(to) {
    if (from.rate != to.rate) resampler_.emplace(from.rate, to.rate);
}

std::string_view Converter::convert(std::string_view bytes) {
    if (passes_through()) return bytes;
    decode(bytes);
    if (!resampler_) return encode(samples_);
    resampled_.clear();
    resampler_->resample(samples_, resampled_);
    return encode(resampled_);
}

std::string_view Converter::flush() {
    half_.reset();
    resampled_.clear();
    if (resampler_) resampler_->flush(resampled_);
    return encode(resampled_);
}

void Converter::decode(std::string_view bytes) {
    if (from_.encoding != core::AudioEncoding::pcm16) {
        samples_.resize(bytes.size());
        from_.encoding == core::AudioEncoding::mulaw ? decode_mulaw(bytes, samples_.data())
                                                     : decode_alaw(bytes, samples_.data());
        return;
    }
    const std::size_t kept = half_ ? 1 : 0;
    samples_.resize((bytes.size() + kept) / 2);
    auto* to = reinterpret_cast<char*>(samples_.data());
    const bool ends_within = (bytes.size() + kept) % 2 != 0;
    if (half_ && !samples_.empty()) {
        *to++ = *half_;
        half_.reset();
    }
    if (ends_within && !bytes.empty()) {
        half_ = bytes.back();
        bytes.remove_suffix(1);
    }
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

std::string_view Converter::encode(const std::vector<std::int16_t>& samples) {
    encoded_.resize(samples.size() * to_.bytes_per_sample());
    if (samples.empty()) return encoded_;
    switch (to_.encoding) {
        case core::AudioEncoding::mulaw:
            encode_mulaw(samples, encoded_.data());
            break;
        case core::AudioEncoding::alaw:
            encode_alaw(samples, encoded_.data());
            break;
        case core::AudioEncoding::pcm16:
            std::memcpy(encoded_.data(), samples.data(), encoded_.size());
            break;
    }
    return encoded_;
}

}  // namespace switchhook::audio

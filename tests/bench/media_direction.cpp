#include "bench/media_direction.hpp"

#include "audio/base64.hpp"
#include "audio/converter.hpp"
#include "audio/tone.hpp"

#include <cstring>
#include <stdexcept>

namespace switchhook::bench {
namespace {

constexpr std::string_view sign = "\xa7\x3c\xb5\x2e";
constexpr std::size_t number_bytes = 5;  // with the sign a multiple of three, which base 64 turns into whole characters

std::size_t base64_size(std::string_view base64) {
    const std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
    return base64.size() / 4 * 3 - padding;
}

}  // namespace

std::string tone_bytes(std::size_t ms, bool pcm_24k) {
    const auto rate = pcm_24k ? 24'000U : 8000U;
    const auto samples = audio::tone(200, rate, 6000, static_cast<double>(ms) / 1000);
    const std::string_view bytes(reinterpret_cast<const char*>(samples.data()), 2 * samples.size());
    audio::Converter converter({core::AudioEncoding::pcm16, rate}, pcm_24k ? core::pcm_24k : core::telephone_mulaw);
    return std::string(converter.convert(bytes));
}

MediaDirection::MediaDirection(std::size_t sent_bytes, std::size_t arriving_bytes, Carried& carried)
    : carried_(carried), arriving_bytes_(arriving_bytes), numbered_(sent_bytes == arriving_bytes) {
    frame_ = tone_bytes(20, sent_bytes == 960);
    if (numbered_) std::memcpy(frame_.data(), sign.data(), sign.size());
    base64_ = audio::encode_base64(frame_);
}

std::string_view MediaDirection::send() {
    if (numbered_) {
        std::string head(sign);
        for (std::size_t i = 0; i < number_bytes; ++i) head.push_back(static_cast<char>(sent_at_.size() >> (8 * i)));
        const auto text = audio::encode_base64(head);
        std::memcpy(base64_.data(), text.data(), text.size());
    }
    sent_at_.push_back(steady_now());
    came_.push_back(false);
    return base64_;
}

void MediaDirection::arrived(std::string_view base64, SteadyTime now) {
    if (!numbered_) {
        bytes_ += base64_size(base64);
        for (; (next_ + 1) * arriving_bytes_ <= bytes_; ++next_) {
            if (next_ >= sent_at_.size()) {
                carried_.inserted += measuring_;
                continue;
            }
            came_[next_] = true;
            if (measuring_ && next_ >= measured_from_) carried_.latency.add(now - sent_at_[next_]);
        }
        return;
    }
    if (!audio::append_decoded_base64(part_of_a_frame_, base64))
        throw std::runtime_error("the audio that arrived is not base 64");
    std::string_view rest = part_of_a_frame_;
    for (; rest.size() >= arriving_bytes_; rest.remove_prefix(arriving_bytes_))
        frame_arrived(rest.substr(0, arriving_bytes_), now);
    part_of_a_frame_.erase(0, part_of_a_frame_.size() - rest.size());
}

void MediaDirection::frame_arrived(std::string_view frame, SteadyTime now) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < number_bytes; ++i)
        number |= static_cast<std::size_t>(static_cast<unsigned char>(frame[sign.size() + i])) << (8 * i);
    if (!frame.starts_with(sign) || number >= sent_at_.size()) {
        carried_.inserted += measuring_;
        return;
    }
    if (number < next_ || came_[number]) {
        carried_.out_of_order += measuring_;
        came_[number] = true;
        return;
    }
    came_[number] = true;
    next_ = number + 1;
    if (measuring_ && number >= measured_from_) carried_.latency.add(now - sent_at_[number]);
}

void MediaDirection::begin_to_measure() {
    measuring_ = true;
    measured_from_ = sent_at_.size();
}

void MediaDirection::finish() {
    for (std::size_t i = measured_from_; i < sent_at_.size(); ++i) {
        ++carried_.frames;
        carried_.lost += !came_[i];
    }
    measuring_ = false;
}

}  // namespace switchhook::bench

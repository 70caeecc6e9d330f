#pragma once

#include "core/audio_format.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace switchhook::openai {

// Notices a model that speaks PCM although it was asked for G.711 and says that this is what it speaks, from the sound
// itself: voice changes little from one sample to the next, while the same bytes taken for G.711 are noise. How many
// bytes come in which time would not tell for sure, since a model makes speech up to five times faster than it is
// heard.
class SpokenFormat {
public:
    explicit SpokenFormat(core::AudioFormat expected) : format_(expected) {}

    core::AudioFormat format() const { return format_; }

    // Looks at what is said; true where the format turned out to be another. Only the beginning is looked at.
    bool look_at(std::string_view audio);

private:
    core::AudioFormat format_;
    std::string heard_;  // since the last time there was enough to judge
    std::size_t judged_ = 0;
};

}  // namespace switchhook::openai

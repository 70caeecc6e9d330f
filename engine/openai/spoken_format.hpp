#pragma once

#include "core/audio_format.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace switchhook::openai {

// Notices a model that speaks another format than it says, from the sound itself: voice changes little from one sample
// to the next, while the same bytes taken for another format are noise. How many bytes come in which time would not
// tell, since a model speaks up to five times faster than the caller hears it.
class SpokenFormat {
public:
    explicit SpokenFormat(core::AudioFormat expected) : format_(expected) {}

    core::AudioFormat format() const { return format_; }

    // Looks at what is said; true where the format turned out to be another. Only the first second is looked at.
    bool look_at(std::string_view audio);

private:
    core::AudioFormat format_;
    std::string heard_;  // since the last time there was enough to judge
    std::size_t judged_ = 0;
};

}  // namespace switchhook::openai

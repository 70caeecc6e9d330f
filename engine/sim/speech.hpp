#pragma once

#include "core/audio_format.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace switchhook::sim {

// Tones that last about as long as a voice takes for the text, one for each word. The same text sounds the same.
std::string tones_for(std::string_view text, core::AudioFormat format);

// A voice for the text by espeak-ng, where that is installed; tones otherwise. Suspends while it is made.
boost::asio::awaitable<std::string> voice_for(std::string text, core::AudioFormat format);

}  // namespace switchhook::sim

#pragma once

#include <optional>
#include <string>

namespace switchhook::script {

struct VoiceProblem {
    std::string what;
    std::string fix;
};

// What is wrong with a voice of the carrier's, as "Polly.Joanna-Neural", for a text in a language, as "en-US"; an empty
// language is the voice's own. The carrier adds voices now and then: what is unknown here need not be wrong.
std::optional<VoiceProblem> check_voice(const std::string& voice, const std::string& language);

// The same for a language to speak in, and for one that callers speak.
std::optional<VoiceProblem> check_spoken_language(const std::string& language);
std::optional<VoiceProblem> check_understood_language(const std::string& language);

}  // namespace switchhook::script

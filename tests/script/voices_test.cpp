#include "script/voices.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;

namespace {

std::string problem(const std::string& voice, const std::string& language = "") {
    auto found = check_voice(voice, language);
    return found ? found->what + ": " + found->fix : "";
}

}  // namespace

TEST(Voices, OfTheCarrierAreKnown) {
    for (const char* voice : {"man", "woman", "alice", "Polly.Joanna", "Polly.Joanna-Neural", "Polly.Joanna-Generative",
                              "Polly.Mía-Generative", "Google.en-US-Wavenet-F", "Google.en-US-Chirp3-HD-Leda",
                              "Google.fil-PH-Neural2-A", "Google.de-DE-Standard-A"})
        EXPECT_EQ(problem(voice), "") << voice;
}

TEST(Voices, ThatAreMisspeltAreToldWithWhatWasMeant) {
    EXPECT_EQ(problem("Polly.Joana"), "the carrier has no voice \"Polly.Joana\": did you mean \"Polly.Joanna\"?");
    EXPECT_EQ(problem("Polly.Russell-Generative").find("the carrier has no voice"), 0U);
    EXPECT_EQ(problem("Google.en-US-F"),
              "the carrier has no voice \"Google.en-US-F\": write it as "
              "\"Google.en-US-Wavenet-F\": language, kind and letter");
    EXPECT_NE(problem("Google.en-US-Chirp3-HD-F"), "");
    EXPECT_NE(problem("Google.af-ZA-Wavenet-A"), "");
    EXPECT_NE(problem("marin"), "");
}

TEST(Voices, SpeakTheirOwnLanguage) {
    EXPECT_EQ(problem("Polly.Joanna", "en-GB"), "") << "an accent is no mistake";
    EXPECT_EQ(problem("Polly.Zhiyu", "zh-CN"), "");
    EXPECT_EQ(problem("woman", "de-DE"), "");
    EXPECT_EQ(
        problem("Polly.Amy", "de-DE"),
        "the voice \"Polly.Amy\" speaks en-GB, not de-DE: choose a voice of that language, or leave `language` out");
    EXPECT_NE(problem("Google.fr-FR-Wavenet-A", "en-US"), "");
}

TEST(Voices, LanguagesAreSpokenOrUnderstood) {
    EXPECT_FALSE(check_spoken_language("en-US"));
    EXPECT_FALSE(check_spoken_language("en-us"));
    EXPECT_EQ(check_spoken_language("en-UK")->what, "the carrier does not speak the language \"en-UK\"");
    EXPECT_FALSE(check_understood_language("es-AR"));
    EXPECT_TRUE(check_spoken_language("es-AR")) << "callers speak more than voices do";
    EXPECT_TRUE(check_understood_language("English"));
}

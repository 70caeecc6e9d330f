#include "script/voices.hpp"

#include "core/did_you_mean.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>
#include <vector>

namespace switchhook::script {
namespace {

// What Twilio's <Say> and <Gather> take (twilio.com/docs/voice/twiml/say/text-speech, …/gather), as of Twilio's helper
// libraries of 2026.

enum PollyKind : unsigned { standard = 1, neural = 2, generative = 4 };

struct PollyVoice {
    std::string_view name;
    std::string_view languages;  // with blanks between
    unsigned kinds;
};

constexpr PollyVoice polly_voices[] = {
    {"Aditi", "en-IN hi-IN", standard},
    {"Adriano", "it-IT", neural},
    {"Amy", "en-GB", standard | neural | generative},
    {"Andres", "es-MX", neural | generative},
    {"Aria", "en-NZ", neural},
    {"Arlet", "ca-ES", neural},
    {"Arthur", "en-GB", neural},
    {"Astrid", "sv-SE", standard},
    {"Ayanda", "en-ZA", neural | generative},
    {"Bianca", "it-IT", standard | neural | generative},
    {"Brian", "en-GB", standard | neural},
    {"Burcu", "tr-TR", neural},
    {"Camila", "pt-BR", standard | neural},
    {"Carla", "it-IT", standard},
    {"Carmen", "ro-RO", standard},
    {"Celine", "fr-FR", standard},
    {"Chantal", "fr-CA", standard},
    {"Conchita", "es-ES", standard},
    {"Cristiano", "pt-PT", standard},
    {"Daniel", "de-DE", neural | generative},
    {"Danielle", "en-US", neural | generative},
    {"Dora", "is-IS", standard},
    {"Elin", "sv-SE", neural},
    {"Emma", "en-GB", standard | neural},
    {"Enrique", "es-ES", standard},
    {"Ewa", "pl-PL", standard},
    {"Filiz", "tr-TR", standard},
    {"Gabrielle", "fr-CA", neural},
    {"Geraint", "en-GB-WLS", standard},
    {"Giorgio", "it-IT", standard},
    {"Gregory", "en-US", neural},
    {"Gwyneth", "cy-GB", standard},
    {"Hala", "ar-AE", neural},
    {"Hannah", "de-AT", neural},
    {"Hans", "de-DE", standard},
    {"Hiujin", "yue-HK", neural},
    {"Ida", "nb-NO", neural},
    {"Ines", "pt-PT", standard | neural},
    {"Isabelle", "fr-BE", neural},
    {"Ivy", "en-US", standard | neural},
    {"Jacek", "pl-PL", standard},
    {"Jan", "pl-PL", standard},
    {"Joanna", "en-US", standard | neural | generative},
    {"Joey", "en-US", standard | neural},
    {"Justin", "en-US", standard | neural},
    {"Kajal", "en-IN hi-IN", neural | generative},
    {"Karl", "is-IS", standard},
    {"Kazuha", "ja-JP", neural},
    {"Kendra", "en-US", standard | neural},
    {"Kevin", "en-US", standard | neural},
    {"Kimberly", "en-US", standard | neural},
    {"Laura", "nl-NL", neural},
    {"Lea", "fr-FR", standard | neural | generative},
    {"Liam", "fr-CA", neural},
    {"Lisa", "nl-BE", neural},
    {"Liv", "nb-NO", standard},
    {"Lotte", "nl-NL", standard},
    {"Lucia", "es-ES", standard | neural | generative},
    {"Lupe", "es-US", standard | neural | generative},
    {"Mads", "da-DK", standard},
    {"Maja", "pl-PL", standard},
    {"Marlene", "de-DE", standard},
    {"Mathieu", "fr-FR", standard},
    {"Matthew", "en-US", standard | neural | generative},
    {"Maxim", "ru-RU", standard},
    {"Mia", "es-MX", standard | neural},
    {"Miguel", "es-US", standard},
    {"Mizuki", "ja-JP", standard},
    {"Mía", "es-MX", generative},
    {"Naja", "da-DK", standard},
    {"Niamh", "en-IE", neural},
    {"Nicole", "en-AU", standard},
    {"Ola", "pl-PL", neural},
    {"Olivia", "en-AU", neural | generative},
    {"Pedro", "es-US", neural | generative},
    {"Penelope", "es-US", standard},
    {"Raveena", "en-IN", standard},
    {"Remi", "fr-FR", neural},
    {"Ricardo", "pt-BR", standard},
    {"Ruben", "nl-NL", standard},
    {"Russell", "en-AU", standard},
    {"Ruth", "en-US", neural | generative},
    {"Rémi", "fr-FR", generative},
    {"Salli", "en-US", standard | neural},
    {"Seoyeon", "ko-KR", standard | neural},
    {"Sergio", "es-ES", neural | generative},
    {"Sofie", "da-DK", neural},
    {"Stephen", "en-US", neural | generative},
    {"Suvi", "fi-FI", neural},
    {"Takumi", "ja-JP", standard | neural},
    {"Tatyana", "ru-RU", standard},
    {"Thiago", "pt-BR", neural},
    {"Tomoko", "ja-JP", neural},
    {"Vicki", "de-DE", standard | neural | generative},
    {"Vitoria", "pt-BR", standard | neural},
    {"Zayd", "ar-AE", neural},
    {"Zeina", "arb", standard},
    {"Zhiyu", "cmn-CN", standard | neural},
};

enum GoogleKind : unsigned { google_standard = 1, wavenet = 2, neural2 = 4, chirp = 8 };

struct GoogleLanguage {
    std::string_view language;
    unsigned kinds;
};

constexpr GoogleLanguage google_languages[] = {
    {"af-ZA", google_standard},
    {"am-ET", google_standard | wavenet},
    {"ar-XA", google_standard | wavenet | chirp},
    {"bg-BG", google_standard},
    {"bn-IN", google_standard | wavenet | chirp},
    {"ca-ES", google_standard},
    {"cmn-CN", google_standard | wavenet | chirp},
    {"cmn-TW", google_standard | wavenet},
    {"cs-CZ", google_standard | wavenet},
    {"da-DK", google_standard | wavenet | neural2},
    {"de-DE", google_standard | wavenet | neural2 | chirp},
    {"el-GR", google_standard | wavenet},
    {"en-AU", google_standard | wavenet | neural2 | chirp},
    {"en-GB", google_standard | wavenet | neural2 | chirp},
    {"en-IN", google_standard | wavenet | neural2 | chirp},
    {"en-US", google_standard | wavenet | neural2 | chirp},
    {"es-ES", google_standard | wavenet | neural2 | chirp},
    {"es-US", google_standard | wavenet | neural2 | chirp},
    {"eu-ES", google_standard},
    {"fi-FI", google_standard | wavenet},
    {"fil-PH", google_standard | wavenet | neural2},
    {"fr-CA", google_standard | wavenet | neural2 | chirp},
    {"fr-FR", google_standard | wavenet | neural2 | chirp},
    {"gl-ES", google_standard},
    {"gu-IN", google_standard | wavenet | chirp},
    {"he-IL", google_standard | wavenet},
    {"hi-IN", google_standard | wavenet | neural2 | chirp},
    {"hu-HU", google_standard | wavenet},
    {"id-ID", google_standard | wavenet | chirp},
    {"is-IS", google_standard},
    {"it-IT", google_standard | wavenet | neural2 | chirp},
    {"ja-JP", google_standard | wavenet | neural2 | chirp},
    {"kn-IN", google_standard | wavenet | chirp},
    {"ko-KR", google_standard | wavenet | neural2 | chirp},
    {"lt-LT", google_standard},
    {"lv-LV", google_standard},
    {"ml-IN", google_standard | wavenet | chirp},
    {"mr-IN", google_standard | wavenet | chirp},
    {"ms-MY", google_standard | wavenet},
    {"nb-NO", google_standard | wavenet},
    {"nl-BE", google_standard | wavenet},
    {"nl-NL", google_standard | wavenet | chirp},
    {"pa-IN", google_standard | wavenet},
    {"pl-PL", google_standard | wavenet | chirp},
    {"pt-BR", google_standard | wavenet | neural2 | chirp},
    {"pt-PT", google_standard | wavenet},
    {"ro-RO", google_standard | wavenet},
    {"ru-RU", google_standard | wavenet | chirp},
    {"sk-SK", google_standard | wavenet},
    {"sr-RS", google_standard},
    {"sv-SE", google_standard | wavenet},
    {"ta-IN", google_standard | wavenet | chirp},
    {"te-IN", google_standard | chirp},
    {"th-TH", google_standard | neural2 | chirp},
    {"tr-TR", google_standard | wavenet | chirp},
    {"uk-UA", google_standard | wavenet},
    {"vi-VN", google_standard | wavenet | neural2 | chirp},
    {"yue-HK", google_standard},
};

struct NamedKind {
    std::string_view name;
    unsigned kind;
};

constexpr NamedKind google_kinds[] = {
    {"Standard", google_standard}, {"Wavenet", wavenet}, {"Neural2", neural2}, {"Chirp3-HD", chirp}};

constexpr std::string_view spoken_languages[] = {
    "af-ZA", "am-ET", "ar-AE", "ar-XA", "arb",   "bg-BG",  "bn-IN", "ca-ES",     "cmn-CN", "cmn-TW", "cs-CZ", "cy-GB",
    "da-DK", "de-AT", "de-DE", "el-GR", "en-AU", "en-CA",  "en-GB", "en-GB-WLS", "en-IE",  "en-IN",  "en-NZ", "en-US",
    "en-ZA", "es-ES", "es-MX", "es-US", "fi-FI", "fil-PH", "fr-BE", "fr-CA",     "fr-FR",  "gu-IN",  "he-IL", "hi-IN",
    "hu-HU", "id-ID", "is-IS", "it-IT", "ja-JP", "kn-IN",  "ko-KR", "lv-LV",     "ml-IN",  "mr-IN",  "ms-MY", "nb-NO",
    "nl-BE", "nl-NL", "pa-IN", "pl-PL", "pt-BR", "pt-PT",  "ro-RO", "ru-RU",     "sk-SK",  "sr-RS",  "sv-SE", "ta-IN",
    "te-IN", "th-TH", "tr-TR", "uk-UA", "vi-VN", "yue-HK", "zh-CN", "zh-HK",     "zh-TW",
};

constexpr std::string_view understood_languages[] = {
    "af-ZA", "am-ET", "ar-AE",       "ar-BH",       "ar-DZ",  "ar-EG", "ar-IL",       "ar-IQ", "ar-JO", "ar-KW",
    "ar-LB", "ar-MA", "ar-OM",       "ar-PS",       "ar-QA",  "ar-SA", "ar-TN",       "az-AZ", "bg-BG", "bn-BD",
    "bn-IN", "ca-ES", "cmn-Hans-CN", "cmn-Hant-TW", "cs-CZ",  "da-DK", "de-DE",       "el-GR", "en-AU", "en-CA",
    "en-GB", "en-GH", "en-IE",       "en-IN",       "en-KE",  "en-NG", "en-NZ",       "en-PH", "en-SG", "en-TZ",
    "en-US", "en-ZA", "es-AR",       "es-BO",       "es-CL",  "es-CO", "es-CR",       "es-DO", "es-EC", "es-ES",
    "es-GT", "es-HN", "es-MX",       "es-NI",       "es-PA",  "es-PE", "es-PR",       "es-PY", "es-SV", "es-US",
    "es-UY", "es-VE", "et-EE",       "eu-ES",       "fa-IR",  "fi-FI", "fil-PH",      "fr-CA", "fr-FR", "gl-ES",
    "gu-IN", "he-IL", "hi-IN",       "hr-HR",       "hu-HU",  "hy-AM", "id-ID",       "is-IS", "it-IT", "ja-JP",
    "jv-ID", "ka-GE", "km-KH",       "kn-IN",       "ko-KR",  "lo-LA", "lt-LT",       "lv-LV", "mk-MK", "ml-IN",
    "mn-MN", "mr-IN", "ms-MY",       "my-MM",       "nar-IQ", "nb-NO", "ne-NP",       "nl-BE", "nl-NL", "pa-guru-IN",
    "pl-PL", "pt-BR", "pt-PT",       "ro-RO",       "ru-RU",  "si-LK", "sk-SK",       "sl-SI", "sq-AL", "sr-RS",
    "su-ID", "sv-SE", "sw-KE",       "sw-TZ",       "ta-IN",  "ta-LK", "ta-MY",       "ta-SG", "te-IN", "th-TH",
    "tr-TR", "uk-UA", "ur-IN",       "ur-PK",       "uz-UZ",  "vi-VN", "yue-Hant-HK", "zh",    "zh-TW", "zu-ZA",
};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        auto blank = std::min(text.find(' '), text.size());
        words.emplace_back(text.substr(0, blank));
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    return words;
}

// "en" of "en-US". Chinese has two codes.
std::string_view base_of(std::string_view language) {
    auto base = language.substr(0, language.find('-'));
    if (base == "cmn") return "zh";
    return base == "arb" ? "ar" : base;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

VoiceProblem unknown(const std::string& voice, const std::vector<std::string>& known, const std::string& otherwise) {
    auto meant = core::closest(voice, known);
    return {"the carrier has no voice \"" + voice + "\"",
            meant.empty() ? otherwise : "did you mean \"" + meant + "\"?"};
}

std::vector<std::string> names_of_polly() {
    std::vector<std::string> names;
    for (const auto& voice : polly_voices) {
        auto name = "Polly." + std::string(voice.name);
        if (voice.kinds & standard) names.push_back(name);
        if (voice.kinds & neural) names.push_back(name + "-Neural");
        if (voice.kinds & generative) names.push_back(name + "-Generative");
    }
    return names;
}

std::optional<VoiceProblem> check_language_of(const std::string& voice, std::string_view languages,
                                              const std::string& language) {
    if (language.empty()) return {};
    auto speaks = split(languages);
    auto same = [&](const auto& one) { return base_of(one) == base_of(language); };
    if (std::ranges::any_of(speaks, same)) return {};
    return VoiceProblem{"the voice \"" + voice + "\" speaks " + joined(speaks) + ", not " + language,
                        "choose a voice of that language, or leave `language` out"};
}

std::optional<VoiceProblem> check_polly(const std::string& voice, const std::string& language) {
    auto name = std::string_view(voice).substr(6);
    unsigned kind = standard;
    for (auto [ending, of_ending] : {NamedKind{"-Neural", neural}, NamedKind{"-Generative", generative}})
        if (name.ends_with(ending)) {
            name.remove_suffix(ending.size());
            kind = of_ending;
        }
    auto found = std::ranges::find(polly_voices, name, &PollyVoice::name);
    if (found == std::end(polly_voices) || (found->kinds & kind) == 0)
        return unknown(voice, names_of_polly(), "choose one of Twilio's list, as \"Polly.Joanna-Neural\"");
    return check_language_of(voice, found->languages, language);
}

std::optional<VoiceProblem> check_google(const std::string& voice, const std::string& language) {
    constexpr const char* example = "write it as \"Google.en-US-Wavenet-F\": language, kind and letter";
    auto rest = std::string_view(voice).substr(7);
    std::vector<std::string> languages;
    for (const auto& known : google_languages) {
        languages.emplace_back(known.language);
        auto begin = rest.substr(0, known.language.size());
        bool same = std::ranges::equal(
            begin, known.language, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
        if (!same || rest.size() <= begin.size() || rest[begin.size()] != '-') continue;
        rest.remove_prefix(begin.size() + 1);
        for (const auto& [name, kind] : google_kinds) {
            if (!rest.starts_with(name) || rest.size() <= name.size() + 1 || rest[name.size()] != '-') continue;
            bool letter = rest.size() == name.size() + 2;
            if ((known.kinds & kind) == 0 || letter == (kind == chirp)) break;
            return check_language_of(voice, known.language, language);
        }
        return VoiceProblem{"the carrier has no voice \"" + voice + "\"", example};
    }
    return VoiceProblem{"the carrier has no voice \"" + voice + "\"", example};
}

template <std::size_t size>
std::optional<VoiceProblem> check_one_of(const std::string_view (&known)[size], const std::string& language,
                                         const char* verb) {
    auto same = [&](std::string_view one) {
        return std::ranges::equal(one, language,
                                  [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    };
    if (std::ranges::any_of(known, same)) return {};
    auto meant = core::closest(language, {std::begin(known), std::end(known)});
    return VoiceProblem{"the carrier does not " + std::string(verb) + " the language \"" + language + "\"",
                        meant.empty() ? "write language and country, as \"en-US\"" : "did you mean \"" + meant + "\"?"};
}

}  // namespace

std::optional<VoiceProblem> check_voice(const std::string& voice, const std::string& language) {
    if (voice == "man" || voice == "woman" || voice == "alice") return {};
    if (voice.starts_with("Polly.")) return check_polly(voice, language);
    if (voice.starts_with("Google.")) return check_google(voice, language);
    return unknown(voice, names_of_polly(), "write \"man\", \"woman\", or one as \"Polly.Joanna-Neural\"");
}

std::optional<VoiceProblem> check_spoken_language(const std::string& language) {
    return check_one_of(spoken_languages, language, "speak");
}

std::optional<VoiceProblem> check_understood_language(const std::string& language) {
    return check_one_of(understood_languages, language, "understand");
}

}  // namespace switchhook::script

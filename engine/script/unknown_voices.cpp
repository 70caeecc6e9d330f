#include "script/code_rules.hpp"
#include "script/given_options.hpp"
#include "script/voices.hpp"

#include <string>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// The text that stands at `name` in a table; empty where there is none, or where it is not known.
std::string text_in(const ReadFlow& flow, Code table, const char* name) {
    return flow.code.text_of(flow.code.field(table, name)).value_or("");
}

class VoiceCheck {
public:
    VoiceCheck(const ReadFlow& flow, Findings& findings) : flow_(flow), findings_(findings) {}

    void check(Code table, const AnnotatedClass& rules) {
        auto voice = text_in(flow_, table, "voice"), language = text_in(flow_, table, "language");
        bool listens = rules.field("speech") != nullptr || rules.field("speech_timeout") != nullptr;
        if (is_carriers(rules) && !voice.empty())
            report("voice", flow_.code.field(table, "voice"), check_voice(voice, language));
        if (language.empty() || (!is_carriers(rules) && rules.ask != "gather")) return;
        auto at = flow_.code.field(table, "language");
        // What listens to words must understand the language; what says something only, speak it.
        auto speech = flow_.code.value_of(flow_.code.field(table, "speech"));
        bool says_no = speech.is(Kind::boolean) && speech.node->text == "false";
        bool keys_only = says_no || (rules.ask == "gather" && !speech);
        if (listens && !keys_only) return report("language", at, check_understood_language(language));
        if (is_carriers(rules)) report("language", at, check_spoken_language(language));
    }

private:
    // A voice of the carrier's stands beside what it says, or beside what it asks.
    static bool is_carriers(const AnnotatedClass& rules) {
        return rules.field("voice") != nullptr && rules.field("language") != nullptr;
    }

    void report(const char* rule, Code at, const std::optional<VoiceProblem>& problem) {
        if (problem) findings_.add(rule, at, problem->what, problem->fix);
    }

    const ReadFlow& flow_;
    Findings& findings_;
};

}  // namespace

void find_unknown_voices(const ReadFlow& flow, Findings& findings) {
    VoiceCheck check(flow, findings);
    visit_options(flow, [&](Code table, const AnnotatedClass& rules) { check.check(table, rules); });
}

}  // namespace switchhook::script

#include "script/code_rules.hpp"
#include "script/silent_run.hpp"

#include <algorithm>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

class DeadEnds {
public:
    DeadEnds(const ReadFlow& flow, Findings& findings) : flow_(flow), findings_(findings) {}

    void check(Code at) {
        if (at.is(Kind::while_loop) || at.is(Kind::repeat_loop)) loop(at);
        if (at.is(Kind::function)) recursion(at);
        if (at.is(Kind::method) || at.is(Kind::call)) prompt(at);
    }

private:
    void loop(Code at) {
        auto asks = SilentRun(flow_).asks_for_ever(at);
        if (!asks) return;
        findings_.add("dead-end", asks,
                      "a caller who says nothing is asked again and again, and never leaves this loop",
                      "count the tries, or hang up, say goodbye or dial somebody where no answer came");
    }

    void recursion(Code at) {
        auto asks = SilentRun(flow_).calls_itself_for_ever(at);
        if (!asks) return;
        findings_.add("dead-end", asks,
                      "a caller who says nothing is asked again and again: `" + at.node->text + "` calls itself",
                      "count the tries, or hang up, say goodbye or dial somebody where no answer came");
    }

    void prompt(Code at) {
        const auto* called = flow_.types.called(at);
        if (called == nullptr) return;
        if (called->name == "Call:gather" && at.node->parts.size() > 1) gather(at, at.part(1));
        if (called->name == "ivr.menu" && at.node->parts.size() > 2) menu(at.part(2));
    }

    bool is(Code table, const char* field, bool wanted) const {
        auto value = flow_.code.value_of(flow_.code.field(table, field));
        return value.is(Kind::boolean) && (value.node->text == "true") == wanted;
    }

    void gather(Code at, Code given) {
        auto options = flow_.code.value_of(given);
        if (!options.is(Kind::table) || !is(options, "dtmf", false)) return;
        if (flow_.code.field(options, "speech") && !is(options, "speech", false)) return;
        findings_.add("dead-end", at, "this takes neither keys nor words: no caller can answer it",
                      "write speech = true, or take out dtmf = false");
    }

    void menu(Code given) {
        auto options = flow_.code.value_of(given);
        auto choices = flow_.code.value_of(flow_.code.field(options, "choices"));
        if (!choices.is(Kind::table)) return;
        bool keys_only = is(options, "speech", false);
        std::map<std::string, int> keys;
        for (const auto& item : choices.node->parts) {
            auto choice = item.is(Kind::item) ? flow_.code.value_of(choices.at(item.parts[0])) : Code();
            if (!choice.is(Kind::table)) continue;
            bool has_key = bool(flow_.code.field(choice, "key"));
            bool has_words = bool(flow_.code.field(choice, "words"));
            if (!has_key && (keys_only || !has_words))
                findings_.add("dead-end", choice,
                              "no caller can choose this: it has no `key`" +
                                  std::string(keys_only ? ", and words are not listened to" : ""),
                              "give it a key, as key = \"1\"");
            auto key = flow_.code.text_of(flow_.code.field(choice, "key"));
            if (!key) continue;
            auto [first, added] = keys.emplace(*key, choice.node->line);
            if (!added)
                findings_.add("dead-end", choice,
                              "the key " + *key + " chooses what stands in line " + std::to_string(first->second) +
                                  ", never this",
                              "give it a key of its own");
        }
    }

    const ReadFlow& flow_;
    Findings& findings_;
};

}  // namespace

void find_dead_ends(const ReadFlow& flow, Findings& findings) {
    DeadEnds check(flow, findings);
    for (const auto& file : flow.code.files())
        walk(file.tree, [&](const LuaNode& node) {
            check.check({&file, &node});
            return true;
        });
}

}  // namespace switchhook::script

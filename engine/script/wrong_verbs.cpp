#include "core/did_you_mean.hpp"
#include "script/code_rules.hpp"
#include "script/option_check.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace switchhook::script {
namespace {

using core::Json;
using Kind = LuaNode::Kind;

constexpr const char* reference = "scripts/README.md has all there are";

// "gather: there is no option `digit`; did you mean `digits`?" as what and what to do.
struct Told {
    std::string what;
    std::string fix;
};

Told told(const std::string& text) {
    auto semicolon = text.find("; ");
    if (semicolon == std::string::npos && text.find("is a table of options") != std::string::npos)
        return {text, "write options by name, in braces: { timeout = 20 }"};
    if (semicolon == std::string::npos) return {text, "see " + std::string("scripts/README.md")};
    return {text.substr(0, semicolon), text.substr(semicolon + 2)};
}

// "Call:say" as its author writes it: "say"; "kv.get" stays.
std::string shown(const AnnotatedFunction& function) {
    auto colon = function.name.find(':');
    return colon == std::string::npos ? function.name : function.name.substr(colon + 1);
}

std::string with_article(std::string_view variable) {
    return (std::string_view("aeiou").find(char(std::tolower(static_cast<unsigned char>(variable[0])))) ==
                    std::string_view::npos
                ? "a "
                : "an ") +
           std::string(variable);
}

// What authors call a value of a class: "call" for Call, "answer of gather" is its class's own name else.
std::string in_words(const AnnotatedClass& rules) {
    if (rules.name == "Call") return "call";
    if (rules.name == "Message") return "message";
    return rules.name;
}

class VerbCheck {
public:
    VerbCheck(const ReadFlow& flow, Findings& findings) : flow_(flow), findings_(findings) {
        for (const auto& file : flow.code.files()) note_targets(file.tree);
    }

    void check(const CodeFile& file) { visit(file, file.tree, {}); }

private:
    // The fields that the flow sets itself, on whatever it may be.
    void note_targets(const LuaNode& tree) {
        walk(tree, [&](const LuaNode& node) {
            if (!node.is(Kind::assignment)) return true;
            for (const auto& target : node.parts[0].parts) {
                if (!target.is(Kind::index)) continue;
                targets_.insert(&target);
                if (target.parts[1].is(Kind::string)) set_by_the_flow_.insert(target.parts[1].text);
            }
            return true;
        });
    }

    // The function that code stands in, and whether it always runs with it.
    struct Around {
        const LuaNode* function = nullptr;
        bool always = true;
    };

    void visit(const CodeFile& file, const LuaNode& node, Around around) {
        Code at{&file, &node};
        if (node.is(Kind::method)) {
            method(at);
        } else if (node.is(Kind::index) && !targets_.contains(&node)) {
            index(at);
        }
        if (node.is(Kind::call) || node.is(Kind::method)) {
            if (node.is(Kind::call)) without_colon(at);
            if (const auto* called = flow_.types.called(at)) {
                place(at, *called, around);
                arguments(at, *called);
            }
        }
        if (node.is(Kind::function)) around = {&node, true};
        if (node.is(Kind::if_chain) || node.is(Kind::while_loop) || node.is(Kind::binary)) around.always = false;
        for (const auto& part : node.parts) visit(file, part, around);
    }

    void unknown(Code at, const std::string& whose, const std::string& name, const std::vector<std::string>& known,
                 const std::string& otherwise) {
        auto meant = core::closest(name, known);
        findings_.add("unknown-verb", at, whose + " has no `" + name + "`",
                      meant.empty() ? otherwise : "did you mean `" + meant + "`?");
    }

    // `call:gahter { … }`
    void method(Code at) {
        auto classes = flow_.types.classes_of(at.part(0));
        const auto& name = at.node->text;
        if (classes.empty()) return probable_call(at);
        for (const auto* rules : classes) {
            if (flow_.types.method_named(*rules, name) || rules->field(name)) return;
        }
        if (set_by_the_flow_.contains(name)) return;
        const auto& rules = **classes.begin();
        const auto* of_calls = rules.name == "Message" ? flow_.types.function_named("Call:" + name) : nullptr;
        if (of_calls != nullptr) return wrong_place(at, *of_calls, "on_message");
        unknown(at, with_article(in_words(rules)), name, flow_.types.members_of(rules), reference);
    }

    // Of what is named `call`, and nobody knows what it is, only a slip is told.
    void probable_call(Code at) {
        const auto& object = bare(at.node->parts[0]);
        bool named_so = object.is_name("call") ||
                        (object.is(Kind::index) && object.parts[1].is(Kind::string) && object.parts[1].text == "call");
        const auto* variable = object.is(Kind::name) ? at.file->names.of(object) : nullptr;
        if (!named_so || (variable != nullptr && variable->function == nullptr)) return;
        const auto& name = at.node->text;
        if (flow_.types.function_named("Call:" + name) || set_by_the_flow_.contains(name)) return;
        auto known = flow_.types.members_of("Call");
        if (!core::closest(name, known).empty()) unknown(at, "a call", name, known, reference);
    }

    // `kv.gte`, `answer.digit`
    void index(Code at) {
        if (!at.node->parts[1].is(Kind::string)) return;
        const auto& name = at.node->parts[1].text;
        auto library = flow_.types.library_of(at.part(0));
        if (!library.empty()) {
            auto known = flow_.types.members_of(library);
            if (std::ranges::find(known, name) == known.end()) unknown(at, "`" + library + "`", name, known, reference);
            return;
        }
        auto classes = flow_.types.classes_of(at.part(0));
        if (classes.empty() || set_by_the_flow_.contains(name)) return;
        std::vector<std::string> known;
        for (const auto* rules : classes) {
            auto members = flow_.types.members_of(*rules);
            known.insert(known.end(), members.begin(), members.end());
        }
        if (std::ranges::find(known, name) != known.end()) return;
        const auto& rules = **classes.begin();
        bool strict = rules.name == "Call" || rules.name == "Message";
        if (!strict && core::closest(name, known).empty()) return;
        unknown(at, with_article(in_words(rules)), name, known,
                "what you keep yourself goes into `" + in_words(rules) + ".vars`");
    }

    // `call.say("Hello")`
    void without_colon(Code at) {
        const auto& callee = bare(at.node->parts[0]);
        if (!callee.is(Kind::index) || !callee.parts[1].is(Kind::string)) return;
        const auto& name = callee.parts[1].text;
        for (const auto* rules : flow_.types.classes_of(at.at(callee.parts[0]))) {
            if (!flow_.types.method_named(*rules, name)) continue;
            const auto& object = bare(callee.parts[0]);
            // `call.say(call, …)` is the same as `call:say(…)`.
            if (at.node->parts.size() > 1 && object.is(Kind::name) && at.node->parts[1].is_name(object.text)) return;
            // Nor is it wrong where another of its kind is chosen: `book.say(late and dinner or lunch, …)`.
            if (at.node->parts.size() > 1 && bare(at.node->parts[1]).is(Kind::binary)) return;
            auto variable = object.is(Kind::name) ? object.text : in_words(*rules);
            findings_.add("unknown-verb", at,
                          "`" + variable + "." + name + "(…)` does not say whose `" + name + "` it is",
                          "write `" + variable + ":" + name + "(…)`, with a colon");
            return;
        }
    }

    void wrong_place(Code at, const AnnotatedFunction& called, std::string_view handler) {
        auto why = why_not_there(shown(called), called.phases, handler);
        auto bracket = why.find(" (it works in ");
        auto fix = called.name.starts_with("Message:") ? "`reply` is for texts: use `sms.send`"
                   : handler == "on_call_ended"        ? "do it in on_call, before the handler returns"
                                                       : "text back with `message:reply`, or do it when they call";
        findings_.add("wrong-place", at, why.substr(0, bracket), fix);
    }

    void place(Code at, const AnnotatedFunction& called, const Around& around) {
        if (called.phases.empty() || around.function == nullptr) return;
        auto places = flow_.types.places_of(around.function);
        for (auto where : {FlowTypes::on_call, FlowTypes::on_message, FlowTypes::on_call_ended}) {
            if ((places & where) == 0) continue;
            auto handler = name_of(where);
            // What runs in several handlers may look first which of them it is.
            if (!around.always && places != where) continue;
            if (std::ranges::find(called.phases, handler) == called.phases.end())
                return wrong_place(at, called, handler);
        }
        if ((places & FlowTypes::tool) != 0 && called.name.starts_with("Call:"))
            findings_.add("wrong-place", at,
                          "`" + shown(called) + "` cannot be used in a tool: the assistant talks with the caller",
                          "return from the tool first, and do it after `converse`");
    }

    // ── What a function is given ─────────────────────────────────────────────────────────────────────────────────

    void arguments(Code at, const AnnotatedFunction& called) {
        auto verb = shown(called);
        const auto& given = at.node->parts;
        for (std::size_t i = 1; i < given.size() && i <= called.parameters.size(); ++i) {
            auto parameter = called.parameters[i - 1];
            if (!is_held_to(called, parameter)) continue;
            auto data = data_of(at.part(i), called, parameter);
            // What is filled elsewhere is only looked at for what it has.
            if (!bare(given[i]).is(Kind::table)) parameter.optional = parameter.optional || data.is_object();
            for (int found = 0; found < 20; ++found) {
                auto problem = check_argument(verb, parameter, data);
                if (!problem) break;
                report(at.part(i), *problem);
                if (problem->path.empty() || !data.is_object() || !data.contains(problem->path[0])) break;
                data.erase(problem->path[0]);
                parameter.optional = true;
            }
        }
        too_few(at, called);
    }

    // Whether the engine itself refuses what the annotation does not have. A list to choose from may hold anything.
    static bool is_held_to(const AnnotatedFunction& called, const AnnotatedField& parameter) {
        auto has = [&](const char* word) { return parameter.type.text.find(word) != std::string::npos; };
        return !called.ask.empty() || has("Options") || has("Settings") || has("Overrides");
    }

    // As `call:dial { to = …, timeout = 20 }` says the same as `call:dial(…, { timeout = 20 })`.
    Json data_of(Code argument, const AnnotatedFunction& called, AnnotatedField& parameter) const {
        auto data = with_settings(flow_.code.data_of(argument), argument);
        if (called.name != "Call:dial" || parameter.name != "to" || !data.is_object() || !data.contains("to"))
            return data;
        parameter = called.parameters[1];
        data.erase("to");
        return data;
    }

    // What a number's settings say else is not known here; what they say if it says nothing is.
    Json with_settings(Json data, Code argument) const {
        if (!data.is_discarded()) return with_settings_inside(std::move(data), argument);
        auto name = flow_.code.setting_in(argument);
        if (name.empty()) return data;
        auto value = flow_.code.data_of(flow_.code.field(flow_.code.settings(), name));
        if (value.is_object() && value.contains("type")) value = value.value("default", Json());
        // Words and nothing at all may stand for "none".
        bool a_number = value.is_string() && std::ranges::count_if(value.get_ref<const std::string&>(),
                                                                   [](char c) { return c >= '0' && c <= '9'; }) >= 3;
        return a_number ? value : data;
    }

    Json with_settings_inside(Json data, Code argument) const {
        auto table = flow_.code.value_of(argument);
        if (!data.is_object() || !table.is(Kind::table)) return data;
        for (auto& [name, value] : data.items())
            if (value.is_discarded()) value = with_settings(value, flow_.code.field(table, name));
        return data;
    }

    void too_few(Code at, const AnnotatedFunction& called) {
        const auto& given = at.node->parts;
        const auto& last = bare(given.back());
        bool may_be_more = given.size() > 1 && (last.is(Kind::call) || last.is(Kind::method) || last.is(Kind::varargs));
        if (may_be_more) return;
        for (std::size_t i = given.size() - 1; i < called.parameters.size(); ++i) {
            const auto& parameter = called.parameters[i];
            if (parameter.optional || takes_nil(parameter.type)) continue;
            findings_.add("option", at, shown(called) + ": `" + parameter.name + "` is missing",
                          parameter.about.empty() ? reference : "it is: " + parameter.about);
            return;
        }
    }

    static bool takes_nil(const AnnotatedType& type) {
        return type.kind == AnnotatedType::Kind::any || type.kind == AnnotatedType::Kind::nil ||
               std::ranges::any_of(type.parts, takes_nil);
    }

    void report(Code argument, const OptionProblem& problem) {
        auto [what, fix] = told(problem.what);
        findings_.add(problem.phone_number ? "phone-number" : "option", locate(argument, problem.path), what, fix);
    }

    // The innermost piece of the table that the path leads to.
    static Code locate(Code argument, const std::vector<std::string>& path) {
        auto at = argument;
        for (const auto& step : path) {
            bool field = at.is(Kind::pair) || at.is(Kind::item);
            const auto& table = bare(field ? at.node->parts.back() : *at.node);
            std::size_t wanted = 0, number = 0;
            if (step.starts_with('#')) std::from_chars(step.data() + 1, step.data() + step.size(), wanted);
            const LuaNode* next = nullptr;
            if (!table.is(Kind::table)) break;
            for (const auto& part : table.parts) {
                if (part.is(Kind::item) && ++number == wanted) next = &part;
                if (part.is(Kind::pair) && part.parts[0].is(Kind::string) && part.parts[0].text == step) next = &part;
            }
            if (next == nullptr) break;
            at = argument.at(*next);
        }
        return at;
    }

    const ReadFlow& flow_;
    Findings& findings_;
    std::set<const LuaNode*> targets_;
    std::set<std::string> set_by_the_flow_;
};

}  // namespace

void find_wrong_verbs(const ReadFlow& flow, Findings& findings) {
    VerbCheck check(flow, findings);
    for (const auto& file : flow.code.files()) check.check(file);
}

}  // namespace switchhook::script

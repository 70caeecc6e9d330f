#include "script/code_rules.hpp"
#include "script/given_options.hpp"
#include "script/sms_length.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// "%s" and its like, which stand for something that nobody knows.
std::string without_formats(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%' || i + 1 == text.size()) {
            plain += text[i];
            continue;
        }
        if (text[i + 1] == '%') {
            plain += text[++i];
            continue;
        }
        i = std::min(text.find_first_not_of("0123456789.-+ #", i + 1), text.size());
    }
    return plain;
}

// What is certain to be in a text, in one piece.
std::string known_text(const ReadFlow& flow, Code expression, int steps = 12) {
    auto at = flow.code.value_of(expression);
    if (!at || steps == 0) return {};
    if (at.is(Kind::string)) return at.node->text;
    if (at.is(Kind::binary) && at.node->text == "..")
        return known_text(flow, at.part(0), steps - 1) + known_text(flow, at.part(1), steps - 1);
    if (at.is(Kind::method) && at.node->text == "format")
        return without_formats(known_text(flow, at.part(0), steps - 1));
    return {};
}

class LongTexts {
public:
    LongTexts(const ReadFlow& flow, Findings& findings) : flow_(flow), findings_(findings) {}

    void check(Code text) {
        auto length = sms_length(known_text(flow_, text));
        if (length.gsm7 || length.messages <= length.messages_without) return;
        std::string what, fix;
        for (const auto& character : length.outside) {
            what += (what.empty() ? "" : " ") + character;
            auto instead = in_gsm7(character);
            if (!instead.empty()) fix += (fix.empty() ? "write " : ", ") + instead + " for " + character;
        }
        findings_.add("sms-length", text,
                      "this text goes out as " + std::to_string(length.messages) + " messages, not " +
                          std::to_string(length.messages_without) + ", because of " + what,
                      fix.empty() ? "leave it out, or make the text shorter" : fix);
    }

    void options(Code table, const AnnotatedClass& rules) {
        bool body = rules.name == "SmsOptions" || rules.name == "ReplyOptions";
        bool keyword = rules.name == "KeywordReply" || rules.name == "KeywordOptions";
        if (!body && !keyword) return;
        auto field = flow_.code.field(table, body ? "body" : rules.name == "KeywordReply" ? "reply" : "otherwise");
        if (flow_.code.value_of(field).is(Kind::function)) return returned(flow_.code.value_of(field));
        if (field) check(field);
    }

    // What a handler of texts returns is a reply.
    void returned(Code function) {
        walk(function.node->parts[1], [&](const LuaNode& node) {
            if (node.is(Kind::return_values) && !node.parts.empty()) check(function.at(node.parts[0]));
            return !node.is(Kind::function);
        });
    }

private:
    const ReadFlow& flow_;
    Findings& findings_;
};

}  // namespace

void find_long_texts(const ReadFlow& flow, Findings& findings) {
    LongTexts check(flow, findings);
    visit_options(flow, [&](Code table, const AnnotatedClass& rules) { check.options(table, rules); });
    for (const auto& file : flow.code.files()) {
        walk(file.tree, [&](const LuaNode& node) {
            Code call{&file, &node};
            if (!node.is(Kind::method) || node.parts.size() < 2) return true;
            const auto* called = flow.types.called(call);
            if (called != nullptr && called->name == "Message:reply") check.check(call.part(1));
            return true;
        });
        if (!file.module.empty()) continue;
        auto handler =
            flow.code.value_of(flow.code.field(flow.code.value_of(flow.code.returned_by(file)), "on_message"));
        if (handler.is(Kind::function)) check.returned(handler);
    }
}

}  // namespace switchhook::script

#include "script/code_rules.hpp"

#include <algorithm>
#include <cctype>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

// Whether a text is no number either, so that arithmetic with it raises an error.
bool is_plain_text(const LuaNode& node) {
    if (!bare(node).is(Kind::string)) return false;
    return std::ranges::none_of(bare(node).text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Whether an expression is a field that always holds a text, as the digits that a caller pressed.
bool is_text_field(const ReadFlow& flow, Code at) {
    const auto& node = bare(*at.node);
    if (!node.is(Kind::index) || !node.parts[1].is(Kind::string)) return false;
    auto classes = flow.types.classes_of(at.at(node.parts[0]));
    return !classes.empty() && std::ranges::all_of(classes, [&](const auto* one) {
        const auto* field = one->field(node.parts[1].text);
        return field != nullptr && field->type.kind == AnnotatedType::Kind::string;
    });
}

void check(const ReadFlow& flow, Code at, Findings& findings) {
    const auto& node = *at.node;
    if (!node.is(Kind::binary)) return;
    if (node.text == "+" && (is_plain_text(node.parts[0]) || is_plain_text(node.parts[1])))
        return findings.add("operator", at, "`+` adds numbers", "join texts with two dots: \"Hello, \" .. name");
    if (node.text != "==" && node.text != "~=") return;
    for (std::size_t side : {0U, 1U}) {
        const auto& number = bare(node.parts[1 - side]);
        if (!number.is(Kind::number) || !is_text_field(flow, at.part(side))) continue;
        const auto& name = bare(node.parts[side]).parts[1].text;
        findings.add("operator", at, "`" + name + "` is a text, and never equal to a number",
                     "put the number in quotes: \"" + number.text + "\"");
    }
}

}  // namespace

void find_wrong_operators(const ReadFlow& flow, Findings& findings) {
    for (const auto& file : flow.code.files())
        walk(file.tree, [&](const LuaNode& node) {
            check(flow, {&file, &node}, findings);
            return true;
        });
}

}  // namespace switchhook::script

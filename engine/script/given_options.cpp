#include "script/given_options.hpp"

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;
using Type = AnnotatedType::Kind;

// More than anybody nests options: what refers to itself ends here.
constexpr int deepest = 12;

class Visitor {
public:
    Visitor(const ReadFlow& flow, const std::function<void(Code, const AnnotatedClass&)>& visit)
        : flow_(flow), visit_(visit) {}

    void given(Code expression, const AnnotatedType& type, int depth = 0) {
        auto table = flow_.code.value_of(expression);
        if (!table.is(Kind::table) || depth > deepest) return;
        switch (type.kind) {
            case Type::alias:
                return given(table, type.of_alias->type, depth + 1);
            case Type::one_of:
                for (const auto& part : type.parts) given(table, part, depth + 1);
                return;
            case Type::array:
                for (const auto& item : table.node->parts)
                    if (item.is(Kind::item)) given(table.at(item.parts[0]), type.parts[0], depth + 1);
                return;
            case Type::class_:
                break;
            default:
                return;
        }
        visit_(table, *type.of_class);
        for (const auto& field : type.of_class->fields)
            if (auto value = flow_.code.field(table, field.name)) given(value, field.type, depth + 1);
    }

private:
    const ReadFlow& flow_;
    const std::function<void(Code, const AnnotatedClass&)>& visit_;
};

}  // namespace

void visit_options(const ReadFlow& flow, const std::function<void(Code, const AnnotatedClass&)>& visit) {
    Visitor visitor(flow, visit);
    for (const auto& file : flow.code.files())
        walk(file.tree, [&](const LuaNode& node) {
            if (!node.is(Kind::call) && !node.is(Kind::method)) return true;
            Code call{&file, &node};
            const auto* called = flow.types.called(call);
            for (std::size_t i = 1; called && i < node.parts.size() && i <= called->parameters.size(); ++i)
                visitor.given(call.part(i), called->parameters[i - 1].type);
            return true;
        });
}

}  // namespace switchhook::script

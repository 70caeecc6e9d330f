#include "script/code_rules.hpp"

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;

class Reach {
public:
    Reach(const ReadFlow& flow, const CodeFile& file, Findings& findings)
        : flow_(flow), file_(file), findings_(findings) {}

    void check() {
        walk(file_.tree, [&](const LuaNode& node) {
            if (node.is(Kind::block)) block(node);
            return true;
        });
    }

private:
    void block(const LuaNode& block) {
        for (std::size_t i = 0; i + 1 < block.parts.size(); ++i) {
            auto why = ending(block.parts[i]);
            if (why.empty()) continue;
            const auto& next = block.parts[i + 1];
            if (next.is(Kind::label)) return;  // somebody may jump here
            findings_.add("unreachable", {&file_, &next},
                          "this never runs: " + why + " in line " + std::to_string(block.parts[i].line) +
                              " ends what comes before it",
                          "put it before, or take it out");
            return;
        }
    }

    // What keeps the statement behind this one from running; empty if nothing does.
    std::string ending(const LuaNode& statement) const {
        switch (statement.kind) {
            case Kind::return_values:
                return "`return`";
            case Kind::break_loop:
                return "`break`";
            case Kind::call_statement: {
                const auto* called = flow_.types.called({&file_, &statement.parts[0]});
                if (called == nullptr || !called->ends) return {};
                auto colon = called->name.find(':');
                return "`" + called->name.substr(colon == std::string::npos ? 0 : colon + 1) + "`";
            }
            case Kind::do_block:
                return last_of(statement.parts[0]);
            case Kind::if_chain: {
                if (statement.parts.size() % 2 == 0) return {};  // there is no `else`
                std::string why;
                for (std::size_t i = 1; i < statement.parts.size(); i += 2) {
                    why = last_of(statement.parts[i]);
                    if (why.empty()) return {};
                }
                return last_of(statement.parts.back()).empty() ? std::string() : "every branch of `if`";
            }
            default:
                return {};
        }
    }

    std::string last_of(const LuaNode& block) const {
        return block.parts.empty() ? std::string() : ending(block.parts.back());
    }

    const ReadFlow& flow_;
    const CodeFile& file_;
    Findings& findings_;
};

}  // namespace

void find_unreachable_code(const ReadFlow& flow, Findings& findings) {
    for (const auto& file : flow.code.files()) Reach(flow, file, findings).check();
}

}  // namespace switchhook::script

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// A piece of Lua source, with the pieces that it is made of.
struct LuaNode {
    enum class Kind {
        // Expressions.
        nil,
        boolean,      // text: "true", "false"
        number,       // text: as written
        string,       // text: its value
        varargs,      // ...
        name,         // text
        parentheses,  // the expression in them
        index,        // object, key; `a.b` has the string "b" for its key
        call,         // function, arguments…
        method,       // object, arguments…; text: the method's name
        function,     // names (its parameters), block; text: what it is called where it is defined, or ""
        table,        // items and pairs
        binary,       // left, right; text: the operator
        unary,        // operand; text: the operator

        // Parts of the others.
        item,    // of a table: the value
        pair,    // of a table: key, value
        names,   // names
        values,  // expressions

        // Statements.
        block,           // statements
        local,           // names, values
        assignment,      // values (the targets), values
        call_statement,  // the call
        do_block,        // block
        while_loop,      // condition, block
        repeat_loop,     // block, condition
        if_chain,        // condition, block, condition, block, …, block of `else` if there is one
        count_loop,      // names (one), values (from, to and perhaps step), block
        each_loop,       // names, values, block
        local_function,  // name, function
        return_values,   // expressions
        break_loop,
        goto_label,  // text
        label,       // text
    };

    Kind kind = Kind::nil;
    int line = 0;           // where it begins, from 1
    std::size_t begin = 0;  // its bytes in the source: from here
    std::size_t end = 0;    // to before this
    std::string text;
    std::vector<LuaNode> parts;

    bool is(Kind wanted) const { return kind == wanted; }
    bool is_name(std::string_view wanted) const { return kind == Kind::name && text == wanted; }
};

// The expression without the parentheses around it.
inline const LuaNode& bare(const LuaNode& node) {
    return node.kind == LuaNode::Kind::parentheses ? bare(node.parts[0]) : node;
}

// Calls `visit` with a node and then with all that is in it, in the order of the source, as long as it gives true; what
// is in a node for which it gives false is passed over.
template <class Visit>
void walk(const LuaNode& node, Visit&& visit) {
    if (!visit(node)) return;
    for (const auto& part : node.parts) walk(part, visit);
}

}  // namespace switchhook::script

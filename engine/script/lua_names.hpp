#pragma once

#include "script/lua_tree.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace switchhook::script {

// A local variable of a source.
struct LuaVariable {
    // What it was given: the result of that number (from 0) of an expression. Null: something that no expression shows,
    // as the turns of a loop.
    struct Given {
        const LuaNode* value = nullptr;
        std::size_t result = 0;
    };

    std::string name;
    const LuaNode* function = nullptr;  // whose parameter it is, if it is one
    std::size_t parameter = 0;          // from 0, `self` included
    std::vector<Given> given;
    std::map<std::string, std::vector<const LuaNode*>> fields;  // what `name.field = …` gave
    bool shared = false;                                        // a field was given under a key that is no literal

    // The expression that it stands for all its life; null if there is no such one.
    const LuaNode* only_value() const {
        return function == nullptr && given.size() == 1 && given[0].result == 0 ? given[0].value : nullptr;
    }
};

// Which variable each name of a source means. Refers to the tree, which outlives it.
class LuaNames {
public:
    explicit LuaNames(const LuaNode& chunk);

    // Null for a global, and for a name that is no expression.
    const LuaVariable* of(const LuaNode& name) const;

    // The variable that stands for this expression all its life; null if there is none, or more than one.
    const LuaVariable* named(const LuaNode& value) const;

private:
    friend class LuaScopes;
    std::deque<LuaVariable> variables_;
    std::unordered_map<const LuaNode*, LuaVariable*> meant_;
    std::unordered_map<const LuaNode*, const LuaVariable*> named_;
};

}  // namespace switchhook::script

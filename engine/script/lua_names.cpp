#include "script/lua_names.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::script {

using Kind = LuaNode::Kind;

// Goes through a source as its scopes open and close.
class LuaScopes {
public:
    explicit LuaScopes(LuaNames& names) : names_(names) {}

    void block(const LuaNode& node) {
        auto outer = visible_.size();
        for (const auto& statement : node.parts) read(statement);
        visible_.resize(outer);
    }

private:
    LuaVariable& declare(const LuaNode& name) {
        auto& variable = names_.variables_.emplace_back();
        variable.name = name.text;
        names_.meant_[&name] = &variable;
        visible_.push_back(&variable);
        return variable;
    }

    LuaVariable* find(const std::string& name) const {
        auto found = std::find_if(visible_.rbegin(), visible_.rend(), [&](auto* each) { return each->name == name; });
        return found == visible_.rend() ? nullptr : *found;
    }

    // What the target of that number gets from a list of values.
    static LuaVariable::Given given(const LuaNode& values, std::size_t index) {
        static const LuaNode nil;
        const auto& parts = values.parts;
        if (index < parts.size()) return {&parts[index], 0};
        if (parts.empty()) return {&nil, 0};
        const auto& last = parts.back();
        bool several = last.is(Kind::call) || last.is(Kind::method) || last.is(Kind::varargs);
        if (!several) return {&nil, 0};
        return {&last, index - parts.size() + 1};
    }

    void read(const LuaNode& node) {
        switch (node.kind) {
            case Kind::name:
                if (auto* variable = find(node.text)) names_.meant_[&node] = variable;
                return;
            case Kind::function:
                return function(node);
            case Kind::block:
                return block(node);
            case Kind::local:
                read(node.parts[1]);
                for (std::size_t i = 0; i < node.parts[0].parts.size(); ++i)
                    declare(node.parts[0].parts[i]).given.push_back(given(node.parts[1], i));
                return;
            case Kind::local_function:
                declare(node.parts[0]).given.push_back({&node.parts[1], 0});
                return read(node.parts[1]);
            case Kind::assignment:
                read(node.parts[0]);
                read(node.parts[1]);
                for (std::size_t i = 0; i < node.parts[0].parts.size(); ++i)
                    assign(node.parts[0].parts[i], given(node.parts[1], i));
                return;
            case Kind::count_loop:
            case Kind::each_loop:
                return loop(node);
            case Kind::repeat_loop:
                return repeat(node);
            default:
                for (const auto& part : node.parts) read(part);
        }
    }

    void assign(const LuaNode& target, LuaVariable::Given value) {
        if (target.is(Kind::name)) {
            if (auto* variable = find(target.text)) variable->given.push_back(value);
        } else if (bare(target.parts[0]).is(Kind::name)) {
            auto* variable = find(bare(target.parts[0]).text);
            if (variable == nullptr) return;
            if (target.parts[1].is(Kind::string))
                variable->fields[target.parts[1].text].push_back(value.result == 0 ? value.value : nullptr);
            else
                variable->shared = true;
        }
    }

    void loop(const LuaNode& node) {
        read(node.parts[1]);
        auto outer = visible_.size();
        for (const auto& name : node.parts[0].parts) declare(name).given.emplace_back();
        block(node.parts[2]);
        visible_.resize(outer);
    }

    // The condition sees what the block declares.
    void repeat(const LuaNode& node) {
        auto outer = visible_.size();
        for (const auto& statement : node.parts[0].parts) read(statement);
        read(node.parts[1]);
        visible_.resize(outer);
    }

    void function(const LuaNode& node) {
        auto outer = visible_.size();
        std::size_t number = 0;
        for (const auto& name : node.parts[0].parts) {
            if (!name.is(Kind::name)) continue;
            auto& parameter = declare(name);
            parameter.function = &node;
            parameter.parameter = number++;
        }
        block(node.parts[1]);
        visible_.resize(outer);
    }

    LuaNames& names_;
    std::vector<LuaVariable*> visible_;
};

LuaNames::LuaNames(const LuaNode& chunk) {
    LuaScopes(*this).block(chunk);
    for (const auto& variable : variables_) {
        const auto* value = variable.only_value();
        if (value == nullptr) continue;
        auto [known, added] = named_.emplace(&bare(*value), &variable);
        if (!added) known->second = nullptr;
    }
}

const LuaVariable* LuaNames::named(const LuaNode& value) const {
    auto found = named_.find(&value);
    return found == named_.end() ? nullptr : found->second;
}

const LuaVariable* LuaNames::of(const LuaNode& name) const {
    auto found = meant_.find(&name);
    return found == meant_.end() ? nullptr : found->second;
}

}  // namespace switchhook::script

#pragma once

#include "core/json.hpp"
#include "script/flow.hpp"
#include "script/lua_names.hpp"
#include "script/lua_tree.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace switchhook::script {

// A file of a flow, read.
struct CodeFile {
    CodeFile(const Source& of, std::string required_as, LuaNode read)
        : source(of), module(std::move(required_as)), tree(std::move(read)), names(tree) {}
    CodeFile(const CodeFile&) = delete;
    CodeFile& operator=(const CodeFile&) = delete;

    const Source& source;
    std::string module;  // the name under which the flow requires it; empty for flow.lua
    LuaNode tree;
    LuaNames names;
};

// A piece of a flow's code; without a node there is none.
struct Code {
    const CodeFile* file = nullptr;
    const LuaNode* node = nullptr;

    explicit operator bool() const { return node != nullptr; }
    Code at(const LuaNode& part) const { return {file, &part}; }
    Code part(std::size_t index) const { return {file, &node->parts[index]}; }
    bool is(LuaNode::Kind kind) const { return node != nullptr && node->kind == kind; }
};

// What a flow is made of, as its author wrote it, and what can be said of it without running it.
class FlowCode {
public:
    // The bundle outlives it. Files that are no Lua are left out.
    explicit FlowCode(const Bundle& bundle);

    const std::deque<CodeFile>& files() const { return files_; }

    // The expression that a file returns at its end; none where that cannot be told.
    Code returned_by(const CodeFile& file) const;

    // What an expression stands for: names are followed to what they are given, `require` to what the file returns,
    // `a.b` to what stands in the table. Where it cannot be followed further, that is what is given.
    Code value_of(Code expression) const;

    // The field of a table that is written out; none if it has none, or if that cannot be told.
    Code field(Code table, std::string_view name) const;

    // The expression as plain data. What is not known before the flow runs is a discarded value (Json::is_discarded),
    // a function is a binary one. A table that has keys or items of which nothing is known is discarded as a whole.
    core::Json data_of(Code expression) const;

    // The text that an expression is; none where it is no text or not known.
    std::optional<std::string> text_of(Code expression) const;

    // `setting` of an expression such as `call.settings.setting`; empty for any other.
    std::string setting_in(Code expression) const;

    // The `settings` of the table that flow.lua returns; none where they cannot be told.
    Code settings() const;

private:
    Code follow(Code expression, int steps) const;
    core::Json data_of(Code expression, int& budget) const;

    std::deque<CodeFile> files_;
};

// "ivr" of `require "ivr"`; empty for any other expression.
std::string required_module(const LuaNode& expression);

}  // namespace switchhook::script

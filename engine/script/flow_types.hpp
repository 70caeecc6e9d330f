#pragma once

#include "script/annotations.hpp"
#include "script/flow_code.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace switchhook::script {

// What the names and functions of a flow are, as far as the annotations of scripts/*.lua and the flow's own calls tell:
// which variables hold a call, which functions run in which handler.
//
// What it says is certain; where it cannot be certain it says nothing.
class FlowTypes {
public:
    struct InTheOrderWritten {
        bool operator()(const AnnotatedClass* a, const AnnotatedClass* b) const {
            return std::tie(a->module, a->position) < std::tie(b->module, b->position);
        }
    };
    using Classes = std::set<const AnnotatedClass*, InTheOrderWritten>;

    // Where code runs, as bits; `tool` is what an assistant uses.
    enum Place : unsigned { on_call = 1, on_message = 2, on_call_ended = 4, tool = 8 };
    using Places = unsigned;

    // Both outlive it.
    FlowTypes(const FlowCode& code, const Annotations& annotations);

    // The classes that a value may be of; empty where nobody knows. A tool gets a call or a message.
    Classes classes_of(Code expression) const;

    // The library that an expression is, by the name that its functions begin with: "kv", "ivr". Empty for any other.
    std::string library_of(Code expression) const;

    // The function of the engine that a call calls, as "Call:say", "kv.get" or "sleep"; null for all others.
    const AnnotatedFunction* called(Code call) const;

    // The author's own function that a call calls; none where that cannot be told.
    Code own_function(Code call) const;

    // Where a function runs; 0 where nobody knows.
    Places places_of(const LuaNode* function) const;

    const AnnotatedFunction* function_named(std::string_view name) const;
    const AnnotatedFunction* method_named(const AnnotatedClass& of, std::string_view name) const;
    // The names behind "kv." or "Call:", and the fields of the class.
    std::vector<std::string> members_of(std::string_view library) const;
    std::vector<std::string> members_of(const AnnotatedClass& rules) const;

    // The tables that are tools of an assistant, wherever they stand.
    const std::vector<Code>& tools() const { return tools_; }

private:
    void expect(Code expression, const AnnotatedType& type);
    void expect_function(Code function, const std::string& type, std::string_view owner, std::string_view field);
    void expect_fields(Code table, const AnnotatedClass& rules);
    void run_in(const LuaNode* function, Places places);
    void bind(const LuaNode* function, std::size_t parameter, const Classes& classes);
    void read_calls(const CodeFile& file);
    void spread(const CodeFile& file);
    Classes classes_in(std::string_view text) const;
    Classes classes_of(Code expression, int steps) const;
    Classes classes_of_type(const AnnotatedType& type) const;
    const AnnotatedFunction* called(Code call, int steps) const;

    const FlowCode& code_;
    const Annotations& annotations_;
    std::map<std::string, const AnnotatedFunction*, std::less<>> functions_;
    std::map<std::pair<const LuaNode*, std::size_t>, Classes> parameters_;
    std::unordered_map<const LuaNode*, Places> places_;
    std::vector<Code> tools_;
    std::set<const LuaNode*> tool_tables_;
    bool changed_ = false;
};

// "on_call", for one place.
std::string_view name_of(FlowTypes::Place place);

}  // namespace switchhook::script

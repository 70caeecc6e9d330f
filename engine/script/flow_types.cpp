#include "script/flow_types.hpp"

#include "script/bytecode.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchhook::script {
namespace {

using Kind = LuaNode::Kind;
using Type = AnnotatedType::Kind;

constexpr int most_steps = 12;
constexpr int most_rounds = 12;  // a call handed on through more functions than this is lost sight of

struct NamedPlace {
    FlowTypes::Place place;
    std::string_view name;
};
constexpr std::array<NamedPlace, 4> places = {{{FlowTypes::on_call, "on_call"},
                                               {FlowTypes::on_message, "on_message"},
                                               {FlowTypes::on_call_ended, "on_call_ended"},
                                               {FlowTypes::tool, "a tool"}}};

// The words of tests and of scenarios are none of a flow.
bool is_for_flows(const AnnotatedFunction& function) {
    return !function.module.starts_with("test") && !function.module.starts_with("scenario");
}

// "a: Call|Message, b: table" at its commas, those in brackets left alone.
std::vector<std::string_view> parts_of(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || (text[i] == separator && depth == 0)) {
            auto part = text.substr(begin, i - begin);
            part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
            if (!part.empty()) parts.push_back(part);
            begin = i + 1;
        } else if (std::string_view("([{<").find(text[i]) != std::string_view::npos) {
            ++depth;
        } else if (std::string_view(")]}>").find(text[i]) != std::string_view::npos) {
            --depth;
        }
    }
    return parts;
}

// What is between the brackets of "fun(…): …" or "table<…>".
std::string_view inside(std::string_view text, char open, char close) {
    auto begin = text.find(open);
    if (begin == std::string_view::npos) return {};
    int depth = 0;
    for (auto i = begin; i < text.size(); ++i) {
        if (text[i] == open) ++depth;
        if (text[i] == close && --depth == 0) return text.substr(begin + 1, i - begin - 1);
    }
    return {};
}

}  // namespace

FlowTypes::FlowTypes(const FlowCode& code, const Annotations& annotations) : code_(code), annotations_(annotations) {
    for (const auto& function : annotations.functions())
        if (is_for_flows(function)) functions_.emplace(function.name, &function);
    AnnotatedType flow{Type::class_, "Flow", nullptr, {}, annotations.class_named("Flow")};
    for (int round = 0; round < most_rounds; ++round) {
        changed_ = false;
        for (const auto& file : code.files()) {
            if (file.module.empty() && flow.of_class) expect(code.returned_by(file), flow);
            read_calls(file);
        }
        for (const auto& file : code.files()) spread(file);
        if (!changed_) break;
    }
}

const AnnotatedFunction* FlowTypes::function_named(std::string_view name) const {
    auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : found->second;
}

// A class's methods are written behind the variable that is made below it.
const AnnotatedFunction* FlowTypes::method_named(const AnnotatedClass& of, std::string_view name) const {
    return function_named((of.variable.empty() ? of.name : of.variable) + ":" + std::string(name));
}

std::vector<std::string> FlowTypes::members_of(std::string_view owner) const {
    std::vector<std::string> names;
    for (auto at = functions_.lower_bound(owner); at != functions_.end() && at->first.starts_with(owner); ++at)
        if (at->first.size() > owner.size() && (at->first[owner.size()] == ':' || at->first[owner.size()] == '.'))
            names.push_back(at->first.substr(owner.size() + 1));
    return names;
}

std::vector<std::string> FlowTypes::members_of(const AnnotatedClass& rules) const {
    auto names = members_of(rules.variable.empty() ? rules.name : rules.variable);
    for (const auto& field : rules.fields) names.push_back(field.name);
    return names;
}

FlowTypes::Places FlowTypes::places_of(const LuaNode* function) const {
    auto found = places_.find(function);
    return found == places_.end() ? 0 : found->second;
}

void FlowTypes::run_in(const LuaNode* function, Places where) {
    if ((places_of(function) | where) == places_of(function)) return;
    places_[function] |= where;
    changed_ = true;
}

// ── What is wanted of an expression tells what its functions get ─────────────────────────────────────────────────

void FlowTypes::expect(Code expression, const AnnotatedType& type) {
    auto value = code_.value_of(expression);
    if (!value.is(Kind::table) && !value.is(Kind::function)) return;
    switch (type.kind) {
        case Type::one_of:
            for (const auto& part : type.parts) expect(value, part);
            return;
        case Type::alias:
            return expect(value, type.of_alias->type);
        case Type::class_:
            return expect_fields(value, *type.of_class);
        case Type::array:
            for (const auto& part : value.node->parts)
                if (part.is(Kind::item)) expect(value.at(part.parts[0]), type.parts[0]);
            return;
        case Type::table: {  // table<string, AgentTool>
            auto sides = parts_of(inside(type.text, '<', '>'), ',');
            const auto* rules = sides.size() == 2 ? annotations_.class_named(sides[1]) : nullptr;
            if (rules == nullptr || !value.is(Kind::table)) return;
            for (const auto& part : value.node->parts)
                if (part.is(Kind::pair)) expect_fields(code_.value_of(value.at(part.parts[1])), *rules);
            return;
        }
        default:
            return;
    }
}

void FlowTypes::expect_fields(Code table, const AnnotatedClass& rules) {
    if (!table.is(Kind::table)) return;
    if (rules.name == "AgentTool" && tool_tables_.insert(table.node).second) tools_.push_back(table);
    for (const auto& field : rules.fields) {
        auto given = code_.value_of(code_.field(table, field.name));
        if (!given) continue;
        if (given.is(Kind::function)) {
            const auto& type = field.type;
            if (type.kind == Type::function) expect_function(given, type.text, rules.name, field.name);
            for (const auto& part : type.parts)
                if (part.kind == Type::function) expect_function(given, part.text, rules.name, field.name);
        } else {
            expect(given, field.type);
        }
    }
}

void FlowTypes::expect_function(Code function, const std::string& type, std::string_view owner,
                                std::string_view field) {
    std::size_t number = 0;
    for (auto parameter : parts_of(inside(type, '(', ')'), ',')) {
        auto colon = parameter.find(':');
        if (colon != std::string_view::npos) bind(function.node, number, classes_in(parameter.substr(colon + 1)));
        ++number;
    }
    if (owner == "Flow")
        for (const auto& [place, name] : places)
            if (field == name) run_in(function.node, place);
    if (owner.find("Tool") != std::string_view::npos && field == "run") run_in(function.node, tool);
}

FlowTypes::Classes FlowTypes::classes_in(std::string_view text) const {
    Classes classes;
    for (auto name : parts_of(text, '|')) {
        while (name.ends_with('?') || name.ends_with(' ')) name.remove_suffix(1);
        if (const auto* rules = annotations_.class_named(name)) classes.insert(rules);
    }
    return classes;
}

void FlowTypes::bind(const LuaNode* function, std::size_t parameter, const Classes& classes) {
    auto& known = parameters_[{function, parameter}];
    auto before = known.size();
    known.insert(classes.begin(), classes.end());
    if (known.size() != before) changed_ = true;
}

// ── What calls tell ──────────────────────────────────────────────────────────────────────────────────────────────

void FlowTypes::read_calls(const CodeFile& file) {
    walk(file.tree, [&](const LuaNode& node) {
        // What looks like a tool is one, however it finds its way to the assistant.
        if (node.is(Kind::table)) {
            Code table{&file, &node};
            if (code_.value_of(code_.field(table, "run")).is(Kind::function) && code_.field(table, "about"))
                if (const auto* rules = annotations_.class_named("AgentTool")) expect_fields(table, *rules);
        }
        if (!node.is(Kind::call) && !node.is(Kind::method)) return true;
        Code call{&file, &node};
        if (const auto* function = called(call)) {
            for (std::size_t i = 1; i < node.parts.size() && i <= function->parameters.size(); ++i)
                expect(call.part(i), function->parameters[i - 1].type);
        } else if (auto own = own_function(call)) {
            bool with_self = node.is(Kind::method);
            for (std::size_t i = 1; i < node.parts.size(); ++i) {
                auto classes = classes_of(call.part(i));
                if (!classes.empty()) bind(own.node, i - (with_self ? 0 : 1), classes);
            }
        }
        return true;
    });
}

// Hands on where a function runs: to the functions in it, and to those that it calls.
void FlowTypes::spread(const CodeFile& file) {
    auto visit = [&](auto&& self, const LuaNode& node, const LuaNode* around) -> void {
        auto here = around ? places_of(around) : 0;
        bool function = node.is(Kind::function);
        // A tool that stands in a handler runs as a tool.
        if (function && (places_of(&node) & tool) == 0) run_in(&node, here);
        if (here != 0 && (node.is(Kind::call) || node.is(Kind::method)))
            if (auto own = own_function({&file, &node})) run_in(own.node, here);
        for (const auto& part : node.parts) self(self, part, function ? &node : around);
    };
    visit(visit, file.tree, nullptr);
}

std::string_view name_of(FlowTypes::Place wanted) {
    for (const auto& [place, name] : places)
        if (place == wanted) return name;
    return {};
}

Code FlowTypes::own_function(Code call) const {
    if (!call) return {};
    const auto& node = *call.node;
    if (node.is(Kind::call)) {
        auto value = code_.value_of(call.part(0));
        return value.is(Kind::function) ? value : Code();
    }
    if (!node.is(Kind::method)) return {};
    auto value = code_.value_of(code_.field(code_.value_of(call.part(0)), node.text));
    return value.is(Kind::function) ? value : Code();
}

std::string FlowTypes::library_of(Code expression) const {
    if (!expression) return {};
    const auto& node = bare(*expression.node);
    auto module = required_module(node);
    if (!module.empty()) return is_engine_module(module) ? module : std::string();
    if (!node.is(Kind::name)) return {};
    const auto* variable = expression.file->names.of(node);
    if (variable != nullptr) {
        const auto* value = variable->only_value();
        return value ? library_of(expression.at(*value)) : std::string();
    }
    const auto* rules = annotations_.class_named(node.text);
    return rules != nullptr && rules->variable == node.text ? node.text : std::string();
}

const AnnotatedFunction* FlowTypes::called(Code call) const {
    return called(call, most_steps);
}

const AnnotatedFunction* FlowTypes::called(Code call, int steps) const {
    if (!call || steps == 0) return nullptr;
    const auto& node = *call.node;
    if (node.is(Kind::method)) {
        for (const auto* rules : classes_of(call.part(0), steps - 1))
            if (const auto* function = method_named(*rules, node.text)) return function;
        return nullptr;
    }
    if (!node.is(Kind::call)) return nullptr;
    const auto& callee = bare(node.parts[0]);
    if (callee.is(Kind::index) && callee.parts[1].is(Kind::string)) {
        auto library = library_of(call.at(callee.parts[0]));
        return library.empty() ? nullptr : function_named(library + "." + callee.parts[1].text);
    }
    if (!callee.is(Kind::name) || call.file->names.of(callee) != nullptr) return nullptr;
    return function_named(callee.text);
}

FlowTypes::Classes FlowTypes::classes_of(Code expression) const {
    return classes_of(expression, most_steps);
}

FlowTypes::Classes FlowTypes::classes_of_type(const AnnotatedType& type) const {
    if (type.kind == Type::class_ && type.of_class) return {type.of_class};
    if (type.kind == Type::alias) return classes_of_type(type.of_alias->type);
    Classes classes;
    if (type.kind != Type::one_of) return classes;
    for (const auto& part : type.parts) {
        if (part.kind == Type::nil) continue;
        auto of_part = classes_of_type(part);
        if (of_part.empty()) return {};  // it may be something else altogether
        classes.insert(of_part.begin(), of_part.end());
    }
    return classes;
}

FlowTypes::Classes FlowTypes::classes_of(Code expression, int steps) const {
    if (!expression || steps == 0) return {};
    auto at = expression.at(bare(*expression.node));
    if (at.is(Kind::call) || at.is(Kind::method)) {
        const auto* function = called(at, steps - 1);
        return function && !function->results.empty() ? classes_of_type(function->results[0].type) : Classes();
    }
    if (!at.is(Kind::name)) return {};
    const auto* variable = at.file->names.of(*at.node);
    if (variable == nullptr) return {};
    if (variable->function != nullptr) {
        auto found = parameters_.find({variable->function, variable->parameter});
        return variable->given.empty() && found != parameters_.end() ? found->second : Classes();
    }
    if (variable->given.size() != 1 || variable->given[0].value == nullptr) return {};
    const auto& [value, result] = variable->given[0];
    if (result == 0) return classes_of(at.at(*value), steps - 1);
    const auto* function = called(at.at(*value), steps - 1);
    return function && result < function->results.size() ? classes_of_type(function->results[result].type) : Classes();
}

}  // namespace switchhook::script

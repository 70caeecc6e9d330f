#include "script/flow_code.hpp"

#include "script/lua_reader.hpp"

#include <cmath>
#include <cstdlib>
#include <utility>

namespace switchhook::script {
namespace {

using core::Json;
using Kind = LuaNode::Kind;

// Enough for what people write; what refers to itself ends here.
constexpr int most_steps = 12;
constexpr int most_pieces = 4'096;

Json unknown() {
    return Json(Json::value_t::discarded);
}

Json number_in(const std::string& text) {
    char* end = nullptr;
    auto value = std::strtod(text.c_str(), &end);
    if (end != text.c_str() + text.size()) return unknown();
    if (std::floor(value) == value && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
    return value;
}

}  // namespace

std::string required_module(const LuaNode& expression) {
    const auto& node = bare(expression);
    if (!node.is(Kind::call) || node.parts.size() != 2 || !node.parts[0].is_name("require")) return {};
    return node.parts[1].is(Kind::string) ? node.parts[1].text : std::string();
}

FlowCode::FlowCode(const Bundle& bundle) {
    auto add = [&](const Source& source, const std::string& module) {
        if (auto tree = read_lua(source.text)) files_.emplace_back(source, module, std::move(*tree));
    };
    add(bundle.main, "");
    for (const auto& [name, source] : bundle.modules) add(source, name);
}

Code FlowCode::returned_by(const CodeFile& file) const {
    const auto& statements = file.tree.parts;
    if (statements.empty() || !statements.back().is(Kind::return_values) || statements.back().parts.empty()) return {};
    return {&file, &statements.back().parts[0]};
}

Code FlowCode::value_of(Code expression) const {
    return expression ? follow(expression, most_steps) : expression;
}

Code FlowCode::follow(Code expression, int steps) const {
    Code at = expression.at(bare(*expression.node));
    if (steps == 0) return at;
    if (at.is(Kind::name)) {
        const auto* variable = at.file->names.of(*at.node);
        const auto* value = variable ? variable->only_value() : nullptr;
        return value ? follow(at.at(*value), steps - 1) : at;
    }
    if (at.is(Kind::index) && at.node->parts[1].is(Kind::string)) {
        auto found = field(follow(at.part(0), steps - 1), at.node->parts[1].text);
        // What is given to a field later is known where the table has a name.
        const auto& object = bare(at.node->parts[0]);
        const auto* variable = object.is(Kind::name) ? at.file->names.of(object) : nullptr;
        if (variable != nullptr && variable->shared) return at;
        if (variable != nullptr) {
            auto given = variable->fields.find(at.node->parts[1].text);
            if (given != variable->fields.end()) {
                if (found || given->second.size() != 1 || given->second[0] == nullptr) return at;
                found = at.at(*given->second[0]);
            }
        }
        return found ? follow(found, steps - 1) : at;
    }
    auto module = required_module(*at.node);
    if (module.empty()) return at;
    for (const auto& file : files_) {
        if (file.module != module) continue;
        auto returned = returned_by(file);
        return returned ? follow(returned, steps - 1) : at;
    }
    return at;
}

Code FlowCode::field(Code table, std::string_view name) const {
    if (!table.is(Kind::table)) return {};
    Code found;
    for (const auto& part : table.node->parts) {
        if (!part.is(Kind::pair)) continue;
        if (!part.parts[0].is(Kind::string)) return {};
        if (part.parts[0].text == name) found = table.at(part.parts[1]);
    }
    if (found) return found;
    // `function booking.create() … end` below `local booking = {}`.
    const auto* variable = table.file->names.named(*table.node);
    if (variable == nullptr) return {};
    auto given = variable->fields.find(std::string(name));
    bool once = given != variable->fields.end() && given->second.size() == 1 && given->second[0] != nullptr;
    return once ? table.at(*given->second[0]) : Code();
}

Json FlowCode::data_of(Code expression) const {
    int budget = most_pieces;
    return expression ? data_of(expression, budget) : unknown();
}

Json FlowCode::data_of(Code expression, int& budget) const {
    auto at = value_of(expression);
    if (--budget < 0 || !at) return unknown();
    switch (at.node->kind) {
        case Kind::nil:
            return nullptr;
        case Kind::boolean:
            return at.node->text == "true";
        case Kind::number:
            return number_in(at.node->text);
        case Kind::string:
            return at.node->text;
        case Kind::function:
            return Json::binary({});
        case Kind::binary: {
            if (at.node->text != "..") return unknown();
            auto left = data_of(at.part(0), budget), right = data_of(at.part(1), budget);
            if (!left.is_string() || !right.is_string()) return unknown();
            return left.get<std::string>() + right.get<std::string>();
        }
        case Kind::unary: {
            auto value = data_of(at.part(0), budget);
            if (at.node->text == "not" && value.is_boolean()) return !value.get<bool>();
            if (at.node->text != "-" || !value.is_number()) return unknown();
            if (value.is_number_integer()) return -value.get<std::int64_t>();
            return -value.get<double>();
        }
        case Kind::table:
            break;
        default:
            return unknown();
    }
    auto list = Json::array(), object = Json::object();
    for (const auto& part : at.node->parts) {
        if (part.is(Kind::item)) {
            const auto& item = bare(part.parts[0]);
            bool several = item.is(Kind::call) || item.is(Kind::method) || item.is(Kind::varargs);
            if (several && &part == &at.node->parts.back()) return unknown();
            list.push_back(data_of(at.at(item), budget));
        } else if (part.parts[0].is(Kind::string)) {
            object[part.parts[0].text] = data_of(at.at(part.parts[1]), budget);
        } else {
            return unknown();
        }
    }
    const auto* variable = at.file->names.named(*at.node);
    if (variable != nullptr && (variable->shared || !variable->fields.empty())) return unknown();
    if (!list.empty() && !object.empty()) return unknown();
    return list.empty() ? object : list;
}

std::optional<std::string> FlowCode::text_of(Code expression) const {
    auto data = data_of(expression);
    return data.is_string() ? std::optional(data.get<std::string>()) : std::nullopt;
}

std::string FlowCode::setting_in(Code expression) const {
    if (!expression) return {};
    const auto& node = bare(*expression.node);
    if (node.is(Kind::name)) {
        const auto* variable = expression.file->names.of(node);
        const auto* value = variable ? variable->only_value() : nullptr;
        return value && bare(*value).is(Kind::index) ? setting_in(expression.at(*value)) : std::string();
    }
    if (!node.is(Kind::index) || !node.parts[1].is(Kind::string)) return {};
    const auto* object = &bare(node.parts[0]);
    // `local settings = call.settings`
    if (object->is(Kind::name)) {
        const auto* variable = expression.file->names.of(*object);
        const auto* value = variable ? variable->only_value() : nullptr;
        if (value == nullptr) return {};
        object = &bare(*value);
    }
    bool of_settings =
        object->is(Kind::index) && object->parts[1].is(Kind::string) && object->parts[1].text == "settings";
    return of_settings ? node.parts[1].text : std::string();
}

Code FlowCode::settings() const {
    if (files_.empty() || !files_.front().module.empty()) return {};
    auto returned = value_of(returned_by(files_.front()));
    return value_of(field(returned, "settings"));
}

}  // namespace switchhook::script

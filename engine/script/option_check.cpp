#include "script/option_check.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/phone_number.hpp"
#include "core/shortened.hpp"
#include "script/annotations.hpp"
#include "script/phone_fix.hpp"

#include <algorithm>
#include <cmath>

namespace switchhook::script {
namespace {

using core::Json;
using Kind = AnnotatedType::Kind;
using Complaint = std::optional<OptionProblem>;

// Where in an ask a value stands. Lives on the stack; put into words only when there is something to complain about.
struct Place {
    const Place* outer = nullptr;
    std::string_view name;  // of the field
    std::size_t index = 0;  // of the list's item, from 1; 0: not an item, or the only one
    std::size_t item = 0;   // the same, also for the only one
    std::string_view verb;  // set where the options of a verb begin
    bool partial = false;   // what must be given may be given elsewhere
};

std::string verbs(const Place& place) {
    auto text = place.outer ? verbs(*place.outer) : std::string();
    if (!place.verb.empty()) text += std::string(place.verb) + ": ";
    return text;
}

std::string path(const Place& place) {
    if (!place.verb.empty()) return {};
    auto text = place.outer ? path(*place.outer) : std::string();
    if (!place.name.empty()) text += (text.empty() ? "" : ".") + std::string(place.name);
    if (place.index > 0) text += "[" + std::to_string(place.index) + "]";
    return text;
}

// From the outermost name inwards, an item of a list as "#2".
std::vector<std::string> steps_to(const Place& place) {
    auto steps = place.outer ? steps_to(*place.outer) : std::vector<std::string>();
    if (!place.name.empty()) steps.emplace_back(place.name);
    if (place.item > 0) steps.push_back("#" + std::to_string(place.item));
    return steps;
}

OptionProblem problem(std::string what, const Place& place) {
    return {std::move(what), steps_to(place), false};
}

std::string number_text(double number) {
    return Json(number).dump().ends_with(".0") ? std::to_string(static_cast<long long>(number)) : Json(number).dump();
}

// A value as its author would write it.
std::string shown(const Json& value) {
    if (value.is_null()) return "nil";
    if (value.is_structured()) return "a table";
    if (value.is_binary()) return "a function";
    if (value.is_number_float()) return number_text(value.get<double>());
    auto text = core::dump(value);
    return text.size() > 60 ? core::shortened(text, 56) + "\"" : text;
}

std::string expected(const AnnotatedType& type);

std::string one_of_text(const std::vector<AnnotatedType>& parts) {
    std::vector<std::string> texts;
    for (const auto& part : parts) {
        if (part.kind == Kind::nil) continue;
        auto text = expected(part);
        if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    }
    std::string result;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) result += i + 1 == texts.size() ? " or " : ", ";
        result += texts[i];
    }
    return result;
}

std::string expected(const AnnotatedType& type) {
    switch (type.kind) {
        case Kind::any:
            return "any value";
        case Kind::nil:
            return "nil";
        case Kind::boolean:
            return "true or false";
        case Kind::number:
            return "a number";
        case Kind::integer:
            return "a whole number";
        case Kind::string:
            return "a text";
        case Kind::table:
            return "a table";
        case Kind::function:
            return "a function";
        case Kind::literal:
            return type.text;
        case Kind::array:
            return "a list, each item " + expected(type.parts[0]);
        case Kind::one_of:
            return one_of_text(type.parts);
        case Kind::alias:
            return type.of_alias->about;
        case Kind::class_:
            break;
    }
    for (const auto& field : type.of_class->fields)
        if (!field.optional) return "a table with `" + field.name + "`";
    return "a table of options";
}

std::string expected(const AnnotatedType& type, const Constraints& constraints) {
    auto text = expected(type);
    bool several = type.kind == Kind::one_of;
    if (constraints.least && constraints.most) {
        text += several ? ", from " : " from ";
        text += number_text(*constraints.least) + " to " + number_text(*constraints.most);
    } else if (constraints.least) {
        text += " of at least " + number_text(*constraints.least);
    }
    return text;
}

// Lua has one empty table: where options are expected, an empty list is none.
bool is_empty_table(const Json& value) {
    return value.is_structured() && value.empty();
}

bool has(const Json& object, const std::string& name) {
    if (!object.is_object()) return false;
    auto found = object.find(name);
    return found != object.end() && !found->is_null() && !is_empty_table(*found);
}

// The type without its contents: enough to choose among alternatives.
bool fits(const Json& value, const AnnotatedType& type) {
    if (value.is_discarded()) return true;
    switch (type.kind) {
        case Kind::any:
            return true;
        case Kind::nil:
            return value.is_null();
        case Kind::boolean:
            return value.is_boolean();
        case Kind::number:
            return value.is_number();
        case Kind::integer:
            return value.is_number_integer() ||
                   (value.is_number() && std::floor(value.get<double>()) == value.get<double>());
        case Kind::string:
            return value.is_string();
        case Kind::table:
            return value.is_structured();
        case Kind::function:
            return value.is_binary();
        case Kind::literal:
            return value == type.literal;
        case Kind::array:
            return value.is_array() || is_empty_table(value);
        case Kind::one_of:
            return std::ranges::any_of(type.parts, [&](const auto& part) { return fits(value, part); });
        case Kind::alias:
            return fits(value, type.of_alias->type);
        case Kind::class_:
            break;
    }
    return (value.is_object() || is_empty_table(value)) &&
           std::ranges::all_of(type.of_class->fields,
                               [&](const auto& field) { return field.optional || has(value, field.name); });
}

bool is_in_range(const Json& number, const Constraints& constraints) {
    auto value = number.get<double>();
    return std::isfinite(value) && (!constraints.least || value >= *constraints.least) &&
           (!constraints.most || value <= *constraints.most);
}

std::size_t length(const Json& value) {
    if (!value.is_string()) return value.size();
    const auto& text = value.get_ref<const std::string&>();
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

Complaint check_format(const std::string& text, const AnnotatedAlias& alias, const Place& place) {
    const auto& format = alias.constraints.format;
    bool good = true;
    if (format == "E.164") good = core::is_e164(text);
    if (format == "URL") good = text.starts_with("https://") || text.starts_with("http://");
    if (format == "SIP") good = text.starts_with("sip:") || text.starts_with("sips:");
    if (good) return {};
    auto complaint = verbs(place) + "`" + path(place) + "` is " + alias.about + ", not " + shown(text);
    if (format != "E.164") return problem(std::move(complaint), place);
    auto found = problem(complaint + "; " + phone_fix(text), place);
    found.phone_number = true;
    return found;
}

Complaint check_class(const Json& value, const AnnotatedClass& rules, const Place& place);

Complaint mismatch(const Json& value, const AnnotatedType& type, const Constraints& constraints, const Place& place) {
    auto name = path(place);
    return problem(verbs(place) + (name.empty() ? "what it is given" : "`" + name + "`") + " is " +
                       expected(type, constraints) + ", not " + shown(value),
                   place);
}

Complaint check_value(const Json& value, const AnnotatedType& type, const Constraints& constraints, const Place& place);

Complaint check_items(const Json& list, const AnnotatedType& item, const Place& place) {
    std::size_t index = 0;
    for (const auto& each : list) {
        ++index;
        Place inner{&place, {}, list.size() > 1 ? index : 0, index, {}};
        if (auto complaint = check_value(each, item, {}, inner)) return complaint;
    }
    return {};
}

Complaint check_one_of(const Json& value, const AnnotatedType& type, const Constraints& constraints,
                       const Place& place) {
    // A number out of range is told what else it might be.
    for (const auto& part : type.parts) {
        if (!fits(value, part)) continue;
        if (value.is_number() && !is_in_range(value, constraints)) return mismatch(value, type, constraints, place);
        return check_value(value, part, constraints, place);
    }
    // Only one alternative is a table: then what is wrong is inside.
    const AnnotatedType* only = nullptr;
    for (const auto& part : type.parts)
        if (part.kind == Kind::class_) only = only ? &type : &part;
    if (value.is_object() && only && only != &type) return check_class(value, *only->of_class, place);
    return mismatch(value, type, constraints, place);
}

Complaint check_value(const Json& value, const AnnotatedType& type, const Constraints& constraints,
                      const Place& place) {
    if (value.is_discarded()) return {};
    if (type.kind == Kind::one_of) return check_one_of(value, type, constraints, place);
    if (type.kind == Kind::class_ && value.is_object()) return check_class(value, *type.of_class, place);
    if (!fits(value, type)) return mismatch(value, type, constraints, place);
    if (type.kind == Kind::alias) {
        if (!type.of_alias->constraints.format.empty() && value.is_string())
            if (auto complaint = check_format(value.get_ref<const std::string&>(), *type.of_alias, place))
                return complaint;
        if (auto complaint = check_value(value, type.of_alias->type, {}, place)) return complaint;
    }
    if (type.kind == Kind::array)
        if (auto complaint = check_items(value, type.parts[0], place)) return complaint;
    if (value.is_number() && !is_in_range(value, constraints)) return mismatch(value, type, constraints, place);
    if (constraints.longest && (value.is_string() || value.is_array()) && length(value) > *constraints.longest)
        return problem(verbs(place) + "`" + path(place) + "` has at most " + std::to_string(*constraints.longest) +
                           (value.is_string() ? " characters, not " : " items, not ") + std::to_string(length(value)),
                       place);
    return {};
}

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += "`" + names[i] + "`";
    }
    return text;
}

std::string unknown_option(std::string_view name, const AnnotatedClass& rules, const Place& place) {
    auto text = verbs(place) + "there is no option `" + std::string(name) + "`";
    if (auto outer = path(place); !outer.empty()) text += " in `" + outer + "`";
    std::vector<std::string> names;
    for (const auto* field : rules.sorted) names.push_back(field->name);
    if (auto meant = core::closest(name, names); !meant.empty()) return text + "; did you mean `" + meant + "`?";
    if (names.empty()) return text + "; it takes none";
    if (names.size() > 8) return text;
    return text + "; there is " + join(names);
}

std::string missing(const AnnotatedField& field, const Place& place) {
    const auto& type = field.type.kind == Kind::array ? field.type.parts[0] : field.type;
    return verbs(place) + "`" + path(place) + "` is missing; it is " + expected(type, field.constraints);
}

Complaint check_class(const Json& value, const AnnotatedClass& rules, const Place& at) {
    bool is_verb = at.outer && !rules.ask.empty();
    Place place{&at, {}, 0, 0, is_verb ? std::string_view(rules.ask) : std::string_view{}};
    if (value.is_object()) {
        for (const auto& [name, option] : value.get_ref<const Json::object_t&>()) {
            const auto* field = rules.field(name);
            Place inner{&place, name, 0, 0, {}};
            if (!field) return problem(unknown_option(name, rules, place), inner);
            if (option.is_null()) continue;
            if (auto complaint = check_value(option, field->type, field->constraints, inner)) return complaint;
        }
    }
    if (at.partial) return {};
    for (const auto& field : rules.fields) {
        if (field.optional || (value.is_object() && value.contains(field.name) && !value[field.name].is_null()))
            continue;
        Place inner{&place, field.name, 0, 0, {}};
        return problem(missing(field, inner), place);
    }
    for (const auto& names : rules.needs) {
        if (std::ranges::any_of(names, [&](const auto& name) { return has(value, name); })) continue;
        Place inner{&place, names.front(), 0, 0, {}};
        if (names.size() == 1) return problem(missing(*rules.field(names.front()), inner), place);
        return problem(verbs(place) + join(names) + " is missing", place);
    }
    return {};
}

Complaint check_options_table(std::string_view verb, const Json& options, const AnnotatedClass& rules) {
    Place place{nullptr, {}, 0, 0, verb};
    if (!options.is_object() && !options.is_null() && !is_empty_table(options))
        return problem(
            verbs(place) + "its options are a table with names, such as { timeout = 5 }, not " + shown(options), place);
    return check_class(options, rules, place);
}

std::string why_not(std::string_view handler) {
    if (handler == "on_call_ended") return "the caller is gone";
    if (handler == "on_message") return "nobody is on the line";
    return "there is no message to reply to";
}

std::optional<std::string> check_phase(std::string_view kind, const std::vector<std::string>& phases,
                                       std::string_view handler) {
    auto verb = "`" + std::string(kind) + "`";
    if (handler.empty()) return verb + " cannot be used while the file loads: it belongs in a handler, such as on_call";
    if (phases.empty() || std::ranges::find(phases, handler) != phases.end()) return {};
    return verb + " cannot be used in " + std::string(handler) + ": " + why_not(handler) + " (it works in " +
           phases.front() + ")";
}

// "Call.gahter": what a flow read from its call, and which is not there.
std::string unknown_member(std::string_view class_name, std::string_view member) {
    const auto& annotations = Annotations::embedded();
    std::vector<std::string> names;
    if (const auto* rules = annotations.class_named(class_name))
        for (const auto* field : rules->sorted) names.push_back(field->name);
    for (const auto& function : annotations.functions()) {
        std::string_view name = function.name;
        if (name.starts_with(class_name) && name.size() > class_name.size() + 1 && name[class_name.size()] == ':')
            names.emplace_back(name.substr(class_name.size() + 1));
    }
    auto variable = class_name == "Message" ? "message" : "call";
    auto text = std::string("a ") + variable + " has no `" + std::string(member) + "`";
    if (auto meant = core::closest(member, names); !meant.empty()) return text + "; did you mean `" + meant + "`?";
    return text + "; what you keep yourself goes into `" + variable + ".vars`";
}

std::optional<std::string> in_words(Complaint complaint) {
    return complaint ? std::optional(std::move(complaint->what)) : std::nullopt;
}

// A class without fields is nobody's to write out: what remains of the type is.
AnnotatedType without_opaque_classes(const AnnotatedType& type) {
    if (type.kind != Kind::one_of) return type;
    auto left = type;
    std::erase_if(left.parts, [](const auto& part) { return part.of_class && part.of_class->fields.empty(); });
    return left.parts.size() == 1 ? AnnotatedType(left.parts[0]) : left;
}

std::string unknown_kind(std::string_view kind) {
    std::vector<std::string> kinds;
    for (const auto& [name, rules] : Annotations::embedded().asks()) kinds.push_back(name);
    auto text = "there is no verb `" + std::string(kind) + "`";
    auto meant = core::closest(kind, kinds);
    return meant.empty() ? text : text + "; did you mean `" + meant + "`?";
}

}  // namespace

std::optional<std::string> check_options(std::string_view kind, const Json& options, std::string_view handler) {
    if (auto dot = kind.find('.'); dot != std::string_view::npos)
        return unknown_member(kind.substr(0, dot), kind.substr(dot + 1));
    const auto* rules = Annotations::embedded().ask(kind);
    if (!rules || !rules->options) return unknown_kind(kind);
    bool allowed =
        !handler.empty() && (rules->phases.empty() || std::ranges::find(rules->phases, handler) != rules->phases.end());
    if (!allowed) return check_phase(kind, rules->phases, handler);
    return in_words(check_options_table(kind, options, *rules->options));
}

std::optional<std::string> check_table(std::string_view verb, std::string_view class_name, const Json& table) {
    const auto* rules = Annotations::embedded().class_named(class_name);
    if (!rules) return "there are no options named " + std::string(class_name);
    return in_words(check_options_table(verb, table, *rules));
}

std::optional<OptionProblem> check_argument(std::string_view verb, const AnnotatedField& parameter, const Json& value) {
    if (value.is_discarded() || (value.is_null() && parameter.optional)) return {};
    Place place{nullptr, {}, 0, 0, verb, parameter.optional};
    auto type = without_opaque_classes(parameter.type);
    bool options = type.kind == Kind::class_ || (type.kind == Kind::one_of && value.is_object());
    if (options) return check_value(value, type, parameter.constraints, place);
    Place inner{&place, parameter.name, 0, 0, {}};
    auto found = check_value(value, type, parameter.constraints, inner);
    if (found && !found->path.empty()) found->path.erase(found->path.begin());
    return found;
}

std::string why_not_there(std::string_view verb, const std::vector<std::string>& phases, std::string_view handler) {
    return check_phase(verb, phases, handler).value_or("");
}

}  // namespace switchhook::script

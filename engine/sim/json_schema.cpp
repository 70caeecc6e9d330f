#include "sim/json_schema.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace switchhook::sim {
namespace {

using core::Json;
using Problem = std::optional<ApiError>;

std::vector<std::string_view> words_of(std::string_view values) {
    std::vector<std::string_view> words;
    while (!values.empty()) {
        auto end = std::min(values.find(' '), values.size());
        words.push_back(values.substr(0, end));
        values.remove_prefix(std::min(end + 1, values.size()));
    }
    return words;
}

bool among(std::string_view values, const Json& value) {
    if (!value.is_string()) return false;
    auto words = words_of(values);
    return std::find(words.begin(), words.end(), value.get_ref<const std::string&>()) != words.end();
}

std::string_view kind_of(const Json& value) {
    if (value.is_null()) return "null";
    if (value.is_string()) return "a string";
    if (value.is_boolean()) return "a boolean";
    if (value.is_number_integer()) return "an integer";
    if (value.is_number()) return "a decimal";
    return value.is_array() ? "an array" : "an object";
}

std::string_view wanted(JsonType type) {
    switch (type) {
        case JsonType::text:
        case JsonType::choice:
            return "a string";
        case JsonType::integer:
            return "an integer";
        case JsonType::number:
            return "a decimal";
        case JsonType::boolean:
            return "a boolean";
        case JsonType::list:
            return "an array";
        default:
            return "an object";
    }
}

bool is_of(JsonType type, const Json& value) {
    switch (type) {
        case JsonType::text:
        case JsonType::choice:
            return value.is_string();
        case JsonType::integer:
            return value.is_number_integer();
        case JsonType::number:
            return value.is_number();
        case JsonType::boolean:
            return value.is_boolean();
        case JsonType::list:
            return value.is_array();
        default:
            return value.is_object();
    }
}

ApiError wrong_type(const std::string& path, JsonType type, const Json& value) {
    return {"invalid_type",
            "Invalid type for '" + path + "': expected " + std::string(wanted(type)) + ", but got " +
                std::string(kind_of(value)) + " instead.",
            path};
}

std::string plain(double number) {
    return number == std::floor(number) ? std::to_string(static_cast<long>(number)) : Json(number).dump();
}

ApiError out_of_range(const JsonField& field, const std::string& path, const Json& value) {
    bool below = value.get<double>() < field.min;
    std::string kind = field.type == JsonType::integer ? "integer" : "decimal";
    return {kind + (below ? "_below_min_value" : "_above_max_value"),
            "Invalid '" + path + "': " + kind +
                (below ? " below minimum value. Expected a value >= " : " above maximum value. Expected a value <= ") +
                plain(below ? field.min : field.max) + ", but got " + value.dump() + " instead.",
            path};
}

ApiError wrong_length(const JsonField& field, const std::string& path, std::size_t length) {
    bool below = static_cast<double>(length) < field.min;
    std::string kind = field.type == JsonType::list ? "array" : "string";
    return {kind + (below ? "_below_min_length" : "_above_max_length"),
            "Invalid '" + path + "': " + kind +
                (below ? " too short. Expected a minimum length of " : " too long. Expected a maximum length of ") +
                plain(below ? field.min : field.max) + ", but got length " + std::to_string(length) + " instead.",
            path};
}

Problem check(const Json& value, const JsonField& field, const std::string& path);

Problem check_union(const Json& value, const JsonField& field, const std::string& path) {
    if (value.is_string() && field.values == "*") return std::nullopt;
    if (value.is_string() && !field.values.empty())
        return among(field.values, value) ? Problem() : invalid_value(path, value, field.values);
    if (!value.is_object()) return wrong_type(path, JsonType::object, value);
    auto type = value.find("type");
    if (type == value.end()) {
        // The one shape without a type, if there is one.
        for (const auto& shape : field.shapes)
            if (shape.type.empty()) return check_fields(value, shape.fields, path);
        return missing_parameter(path + ".type");
    }
    std::string supported;
    for (const auto& shape : field.shapes) {
        if (*type == shape.type) return check_fields(value, shape.fields, path);
        supported += (supported.empty() ? "" : " ") + std::string(shape.type);
    }
    return invalid_value(path + ".type", *type, supported);
}

Problem check_list(const Json& value, const JsonField& field, const std::string& path) {
    for (std::size_t i = 0; i < value.size(); ++i)
        if (auto problem = check(value[i], field.fields.front(), path + "[" + std::to_string(i) + "]")) return problem;
    return std::nullopt;
}

Problem check(const Json& value, const JsonField& field, const std::string& path) {
    if (value.is_null() && field.may_be_null) return std::nullopt;
    if (field.type == JsonType::union_) return check_union(value, field, path);
    if (!is_of(field.type, value)) return wrong_type(path, field.type, value);
    auto outside = [&](double measure) { return measure < field.min || measure > field.max; };
    switch (field.type) {
        case JsonType::choice:
            return among(field.values, value) ? Problem() : invalid_value(path, value, field.values);
        case JsonType::integer:
        case JsonType::number:
            return outside(value.get<double>()) ? out_of_range(field, path, value) : Problem();
        case JsonType::text: {
            auto length = value.get_ref<const std::string&>().size();
            return outside(static_cast<double>(length)) ? wrong_length(field, path, length) : Problem();
        }
        case JsonType::list:
            if (outside(static_cast<double>(value.size()))) return wrong_length(field, path, value.size());
            return field.fields.empty() ? Problem() : check_list(value, field, path);
        case JsonType::object:
            return field.fields.empty() ? Problem() : check_fields(value, field.fields, path);
        case JsonType::texts:
            for (const auto& [key, text] : value.items())
                if (!text.is_string()) return wrong_type(path + "." + key, JsonType::text, text);
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

std::string below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
}

}  // namespace

ApiError missing_parameter(const std::string& path) {
    return {"missing_required_parameter", "Missing required parameter: '" + path + "'.", path};
}

ApiError unknown_parameter(const std::string& path) {
    return {"unknown_parameter", "Unknown parameter: '" + path + "'.", path};
}

ApiError invalid_value(const std::string& path, const Json& value, std::string_view supported) {
    auto words = words_of(supported);
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i)
        list += (i == 0 ? "'" : i + 1 < words.size() ? ", '" : " and '") + std::string(words[i]) + "'";
    auto shown = value.is_string() ? value.get<std::string>() : value.dump();
    return {"invalid_value", "Invalid value: '" + shown + "'. Supported values are: " + list + ".", path};
}

std::optional<ApiError> check_fields(const Json& object, std::span<const JsonField> fields, const std::string& path) {
    for (const auto& [key, value] : object.items()) {
        auto field = std::find_if(fields.begin(), fields.end(), [&](const JsonField& one) { return one.name == key; });
        if (field == fields.end()) return unknown_parameter(below(path, key));
    }
    for (const auto& field : fields) {
        auto value = object.find(field.name);
        auto where = below(path, field.name);
        if (value == object.end()) {
            if (field.required) return missing_parameter(where);
            continue;
        }
        if (auto problem = check(*value, field, where)) return problem;
    }
    return std::nullopt;
}

}  // namespace switchhook::sim

#pragma once

#include "core/json.hpp"
#include "sim/api_error.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What the bodies and events that OpenAI takes may hold, as tables, and its words for what they may not.
namespace switchhook::sim {

enum class JsonType : std::uint8_t {
    text,
    integer,
    number,
    boolean,
    object,  // of the fields given; of anything where none are
    texts,   // an object whose values are texts
    list,    // of what `fields` tells first
    choice,  // one of `values`
    union_,  // an object of the shape that its "type" names, or a text of `values`
};

struct JsonShape;

// A member of an object, or what a list holds.
struct JsonField {
    std::string_view name;
    JsonType type = JsonType::text;
    std::string_view values = {};  // separated by blanks; of a union: the texts that may stand instead, "*" for any
    std::span<const JsonField> fields = {};
    std::span<const JsonShape> shapes = {};
    double min = -std::numeric_limits<double>::infinity();  // of a text and of a list: its length
    double max = std::numeric_limits<double>::infinity();
    bool required = false;
    bool may_be_null = false;
};

// One of a union.
struct JsonShape {
    std::string_view type;
    std::span<const JsonField> fields;
};

// What is wrong first with an object of these fields, or nothing. `path` is where it stands: "session".
std::optional<ApiError> check_fields(const core::Json& object, std::span<const JsonField> fields,
                                     const std::string& path);

// OpenAI's words.
ApiError missing_parameter(const std::string& path);
ApiError unknown_parameter(const std::string& path);
ApiError invalid_value(const std::string& path, const core::Json& value, std::string_view supported);

}  // namespace switchhook::sim

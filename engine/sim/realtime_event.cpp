#include "sim/realtime_event.hpp"

#include "sim/json_schema.hpp"

#include <algorithm>
#include <array>

namespace switchhook::sim {
namespace {

using core::Json;
using enum JsonType;

constexpr JsonField required(JsonField field) {
    field.required = true;
    return field;
}
constexpr JsonField nullable(JsonField field) {
    field.may_be_null = true;
    return field;
}
constexpr JsonField words(std::string_view name, double longest = std::numeric_limits<double>::infinity()) {
    return {.name = name, .type = text, .max = longest};
}
constexpr JsonField flag(std::string_view name) {
    return {.name = name, .type = boolean};
}
constexpr JsonField whole(std::string_view name, double min, double max = std::numeric_limits<double>::infinity()) {
    return {.name = name, .type = integer, .min = min, .max = max};
}
constexpr JsonField decimal(std::string_view name, double min, double max) {
    return {.name = name, .type = number, .min = min, .max = max};
}
constexpr JsonField one_of(std::string_view name, std::string_view values) {
    return {.name = name, .type = choice, .values = values};
}
constexpr JsonField some(std::string_view name, std::span<const JsonField> element, double least = 0,
                         double most = std::numeric_limits<double>::infinity()) {
    return {.name = name, .type = list, .fields = element, .min = least, .max = most};
}
constexpr JsonField holding(std::string_view name, std::span<const JsonField> fields) {
    return {.name = name, .type = object, .fields = fields};
}
constexpr JsonField any_of(std::string_view name, std::span<const JsonShape> shapes, std::string_view texts_too = {}) {
    return {.name = name, .type = union_, .values = texts_too, .shapes = shapes};
}

constexpr JsonField type = required(words("type"));
constexpr std::array any_text = {words("")};

// Audio.

constexpr std::array pcm = {type, required(whole("rate", 24'000, 24'000))};
constexpr std::array g711 = {type};
constexpr JsonShape formats[] = {{"audio/pcm", pcm}, {"audio/pcmu", g711}, {"audio/pcma", g711}};
constexpr JsonField format = any_of("format", formats);
constexpr std::array custom_voice = {required(words("id"))};
constexpr JsonShape voices[] = {{"", custom_voice}};
constexpr JsonField voice = any_of("voice", voices, "*");

constexpr std::array transcription = {words("model"),
                                      words("language"),
                                      some("languages", any_text, 1),
                                      some("keywords", any_text),
                                      words("prompt", 1024),
                                      one_of("delay", "minimal low medium high xhigh")};
constexpr std::array noise_reduction = {one_of("type", "near_field far_field"), decimal("strength", 0, 1)};
constexpr std::array server_vad = {type,
                                   decimal("threshold", 0, 1),
                                   whole("prefix_padding_ms", 0),
                                   whole("silence_duration_ms", 0),
                                   flag("create_response"),
                                   flag("interrupt_response"),
                                   nullable(whole("idle_timeout_ms", 5'000, 30'000))};
constexpr std::array semantic_vad = {type, one_of("eagerness", "low medium high auto"), flag("create_response"),
                                     flag("interrupt_response")};
constexpr JsonShape turn_detections[] = {{"server_vad", server_vad}, {"semantic_vad", semantic_vad}};

constexpr std::array audio_input = {format, nullable(holding("transcription", transcription)),
                                    nullable(holding("noise_reduction", noise_reduction)),
                                    nullable(any_of("turn_detection", turn_detections))};
constexpr std::array audio_output = {format, voice, decimal("speed", 0.25, 1.5)};
constexpr std::array session_audio = {holding("input", audio_input), holding("output", audio_output)};
constexpr std::array response_output = {format, voice};
constexpr std::array response_audio = {holding("output", response_output)};

// Tools.

constexpr std::array function_tool = {type, required(words("name", 64)), words("description"),
                                      JsonField{.name = "parameters", .type = object}};
constexpr std::array mcp_tool = {type,
                                 required(words("server_label")),
                                 words("server_url"),
                                 words("connector_id"),
                                 words("tunnel_id"),
                                 words("authorization"),
                                 words("server_description"),
                                 nullable(JsonField{.name = "headers", .type = texts}),
                                 some("allowed_tools", any_text),
                                 one_of("require_approval", "always never"),
                                 flag("defer_loading")};
constexpr JsonShape tool_kinds[] = {{"function", function_tool}, {"mcp", mcp_tool}};
constexpr std::array tool = {any_of("", tool_kinds)};
constexpr std::array function_choice = {type, required(words("name"))};
constexpr std::array mcp_choice = {type, required(words("server_label")), nullable(words("name"))};
constexpr JsonShape tool_choices[] = {{"function", function_choice}, {"mcp", mcp_choice}};
constexpr JsonField tool_choice = any_of("tool_choice", tool_choices, "none auto required");

// What a session and a response share.

constexpr std::array modality = {one_of("", "text audio")};
constexpr JsonField output_modalities = some("output_modalities", modality, 1, 1);
constexpr std::array reasoning = {one_of("effort", "minimal low medium high xhigh")};
constexpr std::array prompt = {required(words("id")), nullable(words("version")),
                               JsonField{.name = "variables", .type = object}};
// 1 to 4096, or "inf": judged apart, since it is two things.
constexpr std::string_view token_limit = "max_output_tokens";

constexpr std::array token_limits = {whole("post_instructions", 0)};
constexpr std::array retention = {type, required(decimal("retention_ratio", 0, 1)),
                                  holding("token_limits", token_limits)};
constexpr JsonShape truncations[] = {{"retention_ratio", retention}};
constexpr std::array tracing_fields = {words("workflow_name"), words("group_id"),
                                       JsonField{.name = "metadata", .type = object}};
constexpr JsonShape tracings[] = {{"", tracing_fields}};
constexpr std::array included = {one_of("", "item.input_audio_transcription.logprobs")};

constexpr std::array session = {required(one_of("type", "realtime")),
                                output_modalities,
                                words("model"),
                                words("instructions"),
                                holding("audio", session_audio),
                                some("include", included),
                                nullable(any_of("tracing", tracings, "auto")),
                                some("tools", tool),
                                tool_choice,
                                flag("parallel_tool_calls"),
                                holding("reasoning", reasoning),
                                any_of("truncation", truncations, "auto disabled"),
                                nullable(holding("prompt", prompt))};

// Items. Which parts a message may hold depends on its role: the conversation judges that.

constexpr JsonField id = words("id", 32);
constexpr JsonField call_id = words("call_id", 32);
constexpr JsonField is_item = one_of("object", "realtime.item");
constexpr JsonField status = one_of("status", "completed incomplete in_progress");
constexpr std::array part_fields = {required(words("type")), words("text"),      words("audio"),
                                    words("transcript"),     words("image_url"), one_of("detail", "auto low high")};
constexpr std::array part = {holding("", part_fields)};
constexpr std::array message = {
    type, id, is_item, status, required(one_of("role", "system user assistant")), required(some("content", part))};
constexpr std::array function_call = {
    type, id, is_item, status, call_id, required(words("name")), required(words("arguments"))};
constexpr std::array function_call_output = {type, id, is_item, status, required(call_id), required(words("output"))};
constexpr std::array mcp_approval = {type, required(words("id")), required(words("approval_request_id")),
                                     required(flag("approve")), nullable(words("reason"))};
constexpr std::array item_reference = {type, required(words("id"))};
constexpr JsonShape item_kinds[] = {{"message", message},
                                    {"function_call", function_call},
                                    {"function_call_output", function_call_output},
                                    {"mcp_approval_response", mcp_approval}};
constexpr JsonShape input_kinds[] = {{"message", message},
                                     {"function_call", function_call},
                                     {"function_call_output", function_call_output},
                                     {"item_reference", item_reference}};
constexpr std::array input_item = {any_of("", input_kinds)};

constexpr std::array response = {output_modalities,
                                 words("instructions"),
                                 holding("audio", response_audio),
                                 some("tools", tool),
                                 tool_choice,
                                 flag("parallel_tool_calls"),
                                 holding("reasoning", reasoning),
                                 one_of("conversation", "auto none"),
                                 nullable(JsonField{.name = "metadata", .type = texts}),
                                 nullable(holding("prompt", prompt)),
                                 some("input", input_item)};

// Events.

constexpr JsonField event_id = words("event_id", 512);
constexpr std::array bare = {type, event_id};
constexpr std::array session_update = {type, event_id, required(holding("session", session))};
constexpr std::array append = {type, event_id, required(words("audio", 15.0 * 1024 * 1024))};
constexpr std::array item_create = {type, event_id, words("previous_item_id"), required(any_of("item", item_kinds))};
constexpr std::array by_item = {type, event_id, required(words("item_id"))};
constexpr std::array truncate = {type, event_id, required(words("item_id")), required(whole("content_index", 0)),
                                 required(whole("audio_end_ms", 0))};
constexpr std::array response_create = {type, event_id, holding("response", response)};
constexpr std::array response_cancel = {type, event_id, words("response_id")};

constexpr JsonShape events[] = {{"session.update", session_update},        {"input_audio_buffer.append", append},
                                {"input_audio_buffer.commit", bare},       {"input_audio_buffer.clear", bare},
                                {"conversation.item.create", item_create}, {"conversation.item.delete", by_item},
                                {"conversation.item.retrieve", by_item},   {"conversation.item.truncate", truncate},
                                {"response.create", response_create},      {"response.cancel", response_cancel},
                                {"output_audio_buffer.clear", bare}};

// Takes max_output_tokens out of an object, judged.
std::optional<ApiError> take_token_limit(Json& event, const char* inside) {
    auto holder = event.find(inside);
    if (holder == event.end() || !holder->is_object()) return std::nullopt;
    auto limit = holder->find(token_limit);
    if (limit == holder->end()) return std::nullopt;
    auto path = std::string(inside) + "." + std::string(token_limit);
    if (limit->is_string() && *limit != "inf") return invalid_value(path, *limit, "inf");
    if (!limit->is_string()) {
        constexpr std::array tokens = {whole(token_limit, 1, 4096)};
        if (auto problem = check_fields({{token_limit, *limit}}, tokens, inside)) return problem;
    }
    holder->erase(limit);
    return std::nullopt;
}

}  // namespace

std::optional<ApiError> check_realtime_event(const Json& event) {
    auto named = event.find("type");
    if (named == event.end()) return missing_parameter("type");
    auto shape =
        std::find_if(std::begin(events), std::end(events), [&](const JsonShape& one) { return *named == one.type; });
    if (shape == std::end(events)) {
        std::string supported;
        for (const auto& one : events) supported += (supported.empty() ? "" : " ") + std::string(one.type);
        return invalid_value("type", *named, supported);
    }
    // Audio comes often, and holds nothing that would have to be set aside.
    if (shape->fields.data() != session_update.data() && shape->fields.data() != response_create.data())
        return check_fields(event, shape->fields, "");
    auto rest = event;
    for (const char* holder : {"session", "response"})
        if (auto problem = take_token_limit(rest, holder)) return problem;
    return check_fields(rest, shape->fields, "");
}

}  // namespace switchhook::sim

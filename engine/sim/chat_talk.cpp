#include "sim/chat_talk.hpp"

#include "sim/json_schema.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <set>
#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;
using core::Json;

namespace {

using enum JsonType;

constexpr JsonField words(std::string_view name, bool needed = false) {
    return {.name = name, .type = text, .required = needed};
}

constexpr std::array called_function = {words("name", true), words("arguments", true)};
constexpr std::array tool_call_fields = {
    words("id", true), JsonField{.name = "type", .type = choice, .values = "function", .required = true},
    JsonField{.name = "function", .type = object, .fields = called_function, .required = true}};
constexpr std::array tool_call = {JsonField{.type = object, .fields = tool_call_fields}};
constexpr std::array part_fields = {words("type", true), words("text")};
constexpr std::array part = {JsonField{.type = object, .fields = part_fields}};
constexpr JsonField content_parts{.name = "content", .type = list, .fields = part};
constexpr std::array message_fields = {
    JsonField{.name = "role", .type = choice, .values = "developer system user assistant tool", .required = true},
    JsonField{.name = "content", .type = text, .may_be_null = true},
    words("name"),
    words("tool_call_id"),
    JsonField{.name = "refusal", .type = text, .may_be_null = true},
    JsonField{.name = "tool_calls", .type = list, .fields = tool_call, .min = 1}};
constexpr std::array function_fields = {words("name", true), words("description"),
                                        JsonField{.name = "parameters", .type = object},
                                        JsonField{.name = "strict", .type = boolean, .may_be_null = true}};
constexpr std::array tool_fields = {
    JsonField{.name = "type", .type = choice, .values = "function", .required = true},
    JsonField{.name = "function", .type = object, .fields = function_fields, .required = true}};
constexpr std::array tool = {JsonField{.type = object, .fields = tool_fields}};
constexpr std::array chosen_fields = {words("name", true)};
constexpr std::array chosen = {
    words("type", true), JsonField{.name = "function", .type = object, .fields = chosen_fields, .required = true}};
constexpr JsonShape choices[] = {{"function", chosen}};
constexpr std::array stream_options = {JsonField{.name = "include_usage", .type = boolean},
                                       JsonField{.name = "include_obfuscation", .type = boolean}};

// Each message is checked by itself: its content is a text or a list of parts.
constexpr std::array body_fields = {
    words("model", true),
    JsonField{.name = "messages", .type = list, .min = 1, .required = true},
    JsonField{.name = "tools", .type = list, .fields = tool, .min = 1},
    JsonField{.name = "tool_choice", .type = union_, .values = "none auto required", .shapes = choices},
    JsonField{.name = "parallel_tool_calls", .type = boolean},
    JsonField{.name = "stream", .type = boolean},
    JsonField{.name = "stream_options", .type = object, .fields = stream_options},
    JsonField{.name = "max_completion_tokens", .type = integer, .min = 1},
    JsonField{.name = "max_tokens", .type = integer, .min = 1},
    JsonField{.name = "temperature", .type = number, .min = 0, .max = 2},
    JsonField{.name = "top_p", .type = number, .min = 0, .max = 1},
    JsonField{.name = "n", .type = integer, .min = 1, .max = 1},
    JsonField{.name = "reasoning_effort", .type = choice, .values = "none minimal low medium high xhigh"},
    JsonField{.name = "service_tier", .type = text},
    JsonField{.name = "safety_identifier", .type = text},
    JsonField{.name = "prompt_cache_key", .type = text},
    JsonField{.name = "store", .type = boolean},
    JsonField{.name = "metadata", .type = texts},
    JsonField{.name = "user", .type = text}};

std::optional<ApiError> check_message(Json message, const std::string& path) {
    if (!message.is_object())
        return ApiError{"invalid_type", "Invalid type for '" + path + "': expected an object.", path};
    if (message.contains("content") && message["content"].is_array()) {
        constexpr std::array parts_only = {content_parts};
        if (auto problem = check_fields({{"content", message["content"]}}, parts_only, path)) return problem;
        message.erase("content");
    }
    return check_fields(message, message_fields, path);
}

// Every call of a tool is followed by its result, and nothing else is one.
std::optional<ApiError> check_calls(const Json& messages) {
    std::set<std::string> open;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto& message = messages[i];
        const auto path = "messages.[" + std::to_string(i) + "].role";
        bool result = message["role"] == "tool";
        if (result && !open.contains(message.value("tool_call_id", "")))
            return ApiError{"",
                            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
                            "with 'tool_calls'.",
                            path};
        if (result) open.erase(message["tool_call_id"].get<std::string>());
        if (!result && !open.empty())
            return ApiError{"",
                            "An assistant message with 'tool_calls' must be followed by tool messages responding to "
                            "each 'tool_call_id'. The following tool_call_ids did not have response messages: " +
                                *open.begin(),
                            path};
        for (const auto& call : message.value("tool_calls", Json::array()))
            open.insert(call.at("id").get<std::string>());
    }
    if (open.empty()) return std::nullopt;
    return ApiError{"",
                    "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                    "'tool_call_id'. The following tool_call_ids did not have response messages: " +
                        *open.begin(),
                    "messages"};
}

std::string text_of(const Json& message) {
    auto content = message.find("content");
    if (content == message.end()) return {};
    if (content->is_string()) return *content;
    std::string text;
    if (content->is_array())
        for (const auto& one : *content) text += one.value("text", "");
    return text;
}

std::string event(const Json& json) {
    return "data: " + json.dump() + "\n\n";
}

net::Response error_reply(int status, const ApiError& error) {
    return net::json_response(status, {{"error", to_json(error)}});
}

net::Response nobody_plays() {
    return error_reply(500, {"server_error", "Nobody plays the model.", "", "server_error"});
}

}  // namespace

std::optional<ApiError> check_chat_request(const Json& body) {
    if (auto problem = check_fields(body, body_fields, "")) return problem;
    const auto& messages = body.at("messages");
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (auto problem = check_message(messages[i], "messages[" + std::to_string(i) + "]")) return problem;
    if (body.contains("stream_options") && !body.value("stream", false))
        return ApiError{"", "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                        "stream_options"};
    // This model takes tools here only where it does not reason.
    if (body["model"] == "gpt-6-luna" && body.contains("tools") && body.value("reasoning_effort", "") != "none")
        return ApiError{"unsupported_value",
                        "Tools are supported with this model only where reasoning_effort is 'none'.",
                        "reasoning_effort"};
    return check_calls(messages);
}

bool ChatTalk::continues_with(const Json& body) const {
    if (left_ || request_ || last_message_.is_null()) return false;
    for (const auto& message : body.at("messages")) {
        if (message.value("role", "") != "assistant") continue;
        if (last_message_.contains("tool_calls")
                ? message.contains("tool_calls") &&
                      message["tool_calls"][0]["id"] == last_message_["tool_calls"][0]["id"]
                : text_of(message) == text_of(last_message_))
            return true;
    }
    return false;
}

// What the other side has added since its last request: the caller's words, and what tools gave.
void ChatTalk::note_news(const Json& messages) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (messages[i]["role"] == "assistant") from = i + 1;
    for (std::size_t i = from; i < messages.size(); ++i) {
        const auto& message = messages[i];
        if (message["role"] == "user") seen_.turns.push_back(text_of(message));
        if (message["role"] != "tool") continue;
        const auto id = message.value("tool_call_id", "");
        std::string name;
        for (const auto& earlier : messages)
            for (const auto& call : earlier.value("tool_calls", Json::array()))
                if (call["id"] == id) name = call["function"]["name"];
        seen_.results.push_back({id, name, text_of(message)});
    }
}

asio::awaitable<net::Response> ChatTalk::answer(Json body) {
    latest_ = body;
    note_news(body["messages"]);
    request_ = std::move(body);
    response_.reset();
    answered_.expires_after(std::chrono::seconds(60));
    on_change();
    if (!response_) co_await answered_.async_wait(asio::as_tuple(asio::use_awaitable));
    request_.reset();
    if (!response_) co_return nobody_plays();
    if (auto time = std::exchange(stalled_, {}); time.count() > 0) {
        answered_.expires_after(time);
        co_await answered_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::move(*response_);
}

void ChatTalk::reply(net::Response response) {
    response_ = std::move(response);
    request_.reset();
    answered_.cancel();
    on_change();
}

std::string ChatTalk::instructions() const {
    std::string text;
    for (const auto& message : latest_.value("messages", Json::array()))
        if (message["role"] == "system" || message["role"] == "developer") text += text_of(message) + "\n";
    return text;
}

std::vector<std::string> ChatTalk::tools() const {
    std::vector<std::string> names;
    for (const auto& one : latest_.value("tools", Json::array())) names.push_back(one["function"]["name"]);
    return names;
}

std::string ChatTalk::history() const {
    std::string text;
    for (const auto& message : latest_.value("messages", Json::array())) {
        text += text_of(message) + "\n";
        for (const auto& call : message.value("tool_calls", Json::array()))
            text +=
                call["function"]["name"].get<std::string>() + call["function"]["arguments"].get<std::string>() + "\n";
    }
    return text;
}

Json ChatTalk::envelope(const char* object) const {
    return {{"id", "chatcmpl-" + std::to_string(count_)},
            {"object", object},
            {"created", 1'767'225'600},
            {"model", latest_["model"]}};
}

Json ChatTalk::usage(const Json& message) const {
    const auto in = tokens_of(history());
    const auto out = tokens_of(message.dump());
    return {{"prompt_tokens", in},
            {"completion_tokens", out},
            {"total_tokens", in + out},
            {"prompt_tokens_details", {{"cached_tokens", 0}, {"audio_tokens", 0}}},
            {"completion_tokens_details", {{"reasoning_tokens", 0}, {"audio_tokens", 0}}}};
}

void ChatTalk::respond(std::vector<RealtimeOutput> outputs) {
    ++count_;
    Json message{{"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}};
    Json calls = Json::array();
    for (const auto& output : outputs) {
        if (output.tool.empty()) {
            message["content"] = output.text;
            continue;
        }
        calls.push_back({{"id", "call_" + std::to_string(number_) + "_" + std::to_string(count_) + "_" +
                                    std::to_string(calls.size())},
                         {"type", "function"},
                         {"function", {{"name", output.tool}, {"arguments", output.arguments}}}});
    }
    if (outputs.empty()) message["content"] = "";
    if (!calls.empty()) message["tool_calls"] = calls;
    last_message_ = message;
    const auto reason = calls.empty() ? "stop" : "tool_calls";
    if (!streams()) {
        auto body = envelope("chat.completion");
        body["choices"] =
            Json::array({{{"index", 0}, {"message", message}, {"finish_reason", reason}, {"logprobs", nullptr}}});
        body["usage"] = usage(message);
        return reply(net::json_response(200, body));
    }
    const bool counts = latest_.value("stream_options", Json::object()).value("include_usage", false);
    std::string stream;
    auto chunk = [&](Json delta, Json finish = nullptr) {
        auto json = envelope("chat.completion.chunk");
        json["choices"] =
            Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish)}}});
        if (counts) json["usage"] = nullptr;
        stream += event(json);
    };
    chunk({{"role", "assistant"}, {"content", calls.empty() ? Json("") : Json(nullptr)}});
    const auto words_said = text_of(message);
    for (std::size_t at = 0; at < words_said.size();) {
        auto end = std::min(words_said.find(' ', at + 1), words_said.size());
        chunk({{"content", words_said.substr(at, end - at)}});
        at = end;
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
        auto begun = calls[i];
        const std::string arguments = begun["function"]["arguments"];
        begun["index"] = i;
        begun["function"]["arguments"] = "";
        chunk({{"tool_calls", Json::array({begun})}});
        for (const auto& half : {arguments.substr(0, arguments.size() / 2), arguments.substr(arguments.size() / 2)})
            chunk({{"tool_calls", Json::array({{{"index", i}, {"function", {{"arguments", half}}}}})}});
    }
    chunk(Json::object(), reason);
    if (counts) {
        auto json = envelope("chat.completion.chunk");
        json["choices"] = Json::array();
        json["usage"] = usage(message);
        stream += event(json);
    }
    reply({200, "text/event-stream", stream + "data: [DONE]\n\n", {}});
}

void ChatTalk::fail(const std::string& code, const std::string& message) {
    reply(error_reply(code == "rate_limit_exceeded" ? 429 : 500, {code, message, "", "server_error"}));
}

void ChatTalk::send_error(const ApiError& error) {
    if (!streams()) return reply(error_reply(500, error));
    reply({200, "text/event-stream", event({{"error", to_json(error)}}), {}});
}

void ChatTalk::drop(std::uint16_t) {
    auto json = envelope("chat.completion.chunk");
    json["choices"] = Json::array({{{"index", 0}, {"delta", {{"content", "I"}}}, {"finish_reason", nullptr}}});
    reply({200, streams() ? "text/event-stream" : "application/json", streams() ? event(json) : "", {}});
}

void ChatTalk::leave() {
    left_ = true;
    if (request_) return reply(nobody_plays());
    answered_.cancel();  // what is stalled goes out now
}

}  // namespace switchhook::sim

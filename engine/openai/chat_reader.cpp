#include "openai/chat_reader.hpp"

#include "openai/json_members.hpp"

namespace switchhook::openai {
namespace {

using core::Json;

Json usage_of(const Json& told) {
    const auto& input = member(told, "prompt_tokens_details");
    Json usage{{"input", integer(told, "prompt_tokens")},
               {"output", integer(told, "completion_tokens")},
               {"cached", integer(input, "cached_tokens")}};
    if (auto written = integer(input, "cache_write_tokens"); written > 0) usage["cache_written"] = written;
    return usage;
}

}  // namespace

bool ChatReader::take(std::string_view bytes) {
    for (char byte : bytes) {
        if (byte != '\n') {
            line_ += byte;
            continue;
        }
        if (line_.ends_with('\r')) line_.pop_back();
        take_line(line_);
        line_.clear();
        if (done_) return false;
    }
    return true;
}

// Only data counts: an error comes as data, too, whatever its event is called.
void ChatReader::take_line(std::string_view line) {
    constexpr std::string_view field = "data:";
    if (!line.starts_with(field)) return;
    line.remove_prefix(field.size());
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (line == "[DONE]") {
        done_ = true;
        return;
    }
    auto chunk = Json::parse(line, nullptr, false);
    if (!chunk.is_discarded()) take_event(chunk);
}

void ChatReader::take_event(const Json& chunk) {
    if (const auto& error = member(chunk, "error"); !error.is_null()) {
        auto code = text_of(error, "code");
        error_ = (code.empty() ? text_of(error, "type") : code) + ": " + text_of(error, "message");
        done_ = true;
        return;
    }
    if (const auto& usage = member(chunk, "usage"); usage.is_object()) usage_ = usage_of(usage);
    const auto& choices = member(chunk, "choices");
    if (!choices.is_array() || choices.empty()) return;
    take_delta(member(choices[0], "delta"));
    if (auto reason = text_of(choices[0], "finish_reason"); !reason.empty()) finish_reason_ = std::move(reason);
}

// Of a tool call, the id and the name come first and once, its arguments in pieces.
void ChatReader::take_delta(const Json& delta) {
    content_ += text_of(delta, "content");
    const auto& calls = member(delta, "tool_calls");
    if (!calls.is_array()) return;
    for (const auto& piece : calls) {
        auto& call = calls_[integer(piece, "index")];
        const auto& function = member(piece, "function");
        if (auto id = text_of(piece, "id"); !id.empty()) call.id = std::move(id);
        if (auto name = text_of(function, "name"); !name.empty()) call.name = std::move(name);
        call.arguments += text_of(function, "arguments");
    }
}

Json ChatReader::reply() const {
    auto calls = Json::array();
    for (const auto& [index, call] : calls_)
        calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
    return {{"content", content_},
            {"tool_calls", std::move(calls)},
            {"finish_reason", finish_reason_.empty() ? "stop" : finish_reason_},
            {"usage", usage_}};
}

}  // namespace switchhook::openai

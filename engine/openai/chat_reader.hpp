#pragma once

#include "core/json.hpp"

#include <map>
#include <string>
#include <string_view>

namespace switchhook::openai {

// Puts a streamed reply of Chat Completions together (platform.openai.com/docs/api-reference/chat-streaming): server-
// sent events, in whatever pieces they come. No I/O.
//
// Takes what compatible servers do, too: comments, CR LF, other events between, no usage, no `[DONE]`.
class ChatReader {
public:
    // The next bytes of the body. False once nothing more is needed.
    bool take(std::string_view bytes);

    // The model has said all it wanted.
    bool complete() const { return error_.empty() && (done_ || !finish_reason_.empty()); }
    // What the server reports instead, as "rate_limit_exceeded: Rate limit reached"; empty if nothing.
    const std::string& error() const { return error_; }
    // Nothing of the reply has come.
    bool empty() const { return content_.empty() && calls_.empty(); }

    // {content, tool_calls = [{id, name, arguments}], finish_reason, usage}: the answer of the `chat` ask. `usage`
    // counts tokens: {input, output, cached} and, where a model charges for it, {cache_written}; both are part of the
    // input.
    core::Json reply() const;

private:
    struct ToolCall {
        std::string id;
        std::string name;
        std::string arguments;
    };

    void take_line(std::string_view line);
    void take_event(const core::Json& chunk);
    void take_delta(const core::Json& delta);

    std::string line_;  // the beginning of one whose end has not come
    std::string content_;
    std::map<long, ToolCall> calls_;  // by the index that the stream gives them
    std::string finish_reason_;
    core::Json usage_ = core::Json::object();
    std::string error_;
    bool done_ = false;
};

}  // namespace switchhook::openai

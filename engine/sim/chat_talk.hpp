#pragma once

#include "net/http.hpp"
#include "sim/model_talk.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <optional>

namespace switchhook::sim {

// What OpenAI refuses about a request for a chat completion, or nothing.
std::optional<ApiError> check_chat_request(const core::Json& body);

// A conversation over Chat Completions: the requests that hold what was said before, one after the other.
class ChatTalk final : public ModelTalk {
public:
    // `number` tells it from the server's other conversations: no id of a tool call comes twice.
    ChatTalk(boost::asio::any_io_executor executor, std::uint64_t number) : number_(number), answered_(executor) {}

    // Whether a request goes on with this conversation: it holds the last thing that was answered here.
    bool continues_with(const core::Json& body) const;
    // Suspends until the request is answered. REQUIRES: check_chat_request() finds nothing.
    boost::asio::awaitable<net::Response> answer(core::Json body);

    RealtimeModel::Seen& seen() override { return seen_; }
    bool is_over() const override { return left_; }
    bool wants_words() const override { return request_.has_value(); }
    std::string order() const override { return {}; }
    std::string instructions() const override;
    std::vector<std::string> tools() const override;
    std::string history() const override;
    std::optional<core::AudioFormat> speaks() const override { return std::nullopt; }

    void respond(std::vector<RealtimeOutput> outputs) override;
    void fail(const std::string& code, const std::string& message) override;
    // The caller wrote the words.
    void understand(std::string) override {}
    // A stream that breaks off with an error in it, or the error as the reply.
    void send_error(const ApiError& error) override;
    void stall(std::chrono::milliseconds time) override { stalled_ = time; }
    // A stream that breaks off without an end, or an empty reply.
    void drop(std::uint16_t status) override;
    // Answers what still waits. What comes after that begins another conversation.
    void leave() override;

private:
    void note_news(const core::Json& messages);
    bool streams() const { return latest_.value("stream", false); }
    core::Json envelope(const char* object) const;
    core::Json usage(const core::Json& message) const;
    void reply(net::Response response);

    const std::uint64_t number_;
    std::optional<core::Json> request_;  // that waits
    core::Json latest_;                  // request, answered or not
    core::Json last_message_;            // of ours
    std::optional<net::Response> response_;
    boost::asio::steady_timer answered_;
    std::chrono::milliseconds stalled_{};
    RealtimeModel::Seen seen_;
    bool left_ = false;
    int count_ = 0;
};

}  // namespace switchhook::sim

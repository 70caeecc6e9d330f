#pragma once

#include "core/ask.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "net/http_client.hpp"
#include "openai/realtime_provider.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace switchhook::openai {

// Replies of a text model over Chat Completions, at OpenAI or at a server that speaks as it does.
class ChatClient {
public:
    struct Options {
        Account account;
        std::chrono::milliseconds timeout{30'000};  // for a whole reply
        // Until it begins, where the model does not reason first: whoever wrote is to hear from somebody within the
        // time that Twilio waits.
        std::chrono::milliseconds begin_within{8'000};
        std::chrono::milliseconds retry_after{1'000};  // the one further try
    };

    // `client`, `clock` and `log` outlive it.
    ChatClient(Options options, const net::HttpClient& client, const core::Clock& clock, core::Log& log)
        : options_(std::move(options)), client_(client), clock_(clock), log_(log) {}

    // Answers a `chat` ask (engine/README.md). `key` names it once and for all, `call` is for the log. A server that is
    // busy or breaks off is asked once more, in the same time.
    boost::asio::awaitable<core::Answer> complete(core::Json asked, std::string key, std::string call) const;

private:
    struct Outcome;
    boost::asio::awaitable<Outcome> ask_once(const net::ClientRequest& request,
                                             std::chrono::milliseconds begin_within) const;
    net::ClientRequest request_of(const core::Json& body, const std::string& key) const;

    const Options options_;
    const net::HttpClient& client_;
    const core::Clock& clock_;
    core::Log& log_;
};

// The body of the request for what a `chat` ask asks.
core::Json chat_request(const core::Json& asked);

}  // namespace switchhook::openai

#pragma once

#include "core/ask.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/store.hpp"
#include "core/vault.hpp"
#include "net/http_client.hpp"
#include "openai/chat_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::session {

class OutboxWorker;

// A text message on its way out.
struct OutgoingText {
    std::string to;    // E.164
    std::string from;  // E.164: the business's number
    std::string body;
    std::vector<std::string> media;  // URLs
    std::string account;             // the number's carrier account; empty for the engine's own
    std::string key = {};            // names it once and for all
    // A process before this one may have sent it already, at the earliest then.
    std::optional<core::Time> perhaps_since = {};
};

// Where text messages leave the engine. The answer is that of the `sms` ask (engine/README.md).
class TextSender {
public:
    virtual ~TextSender() = default;
    virtual boost::asio::awaitable<core::Answer> send(OutgoingText text) = 0;
};

// On whose behalf a service is performed.
struct Caller {
    std::string_view id;        // the call's
    std::string_view business;  // the flow's name: kv is kept by it
    std::string_view number;    // the business's, E.164: texts come from it
    std::string_view account;
    unsigned seq = 0;  // of the ask: with the id, it names this ask once and for all
    // A process before this one may have performed it already, at the earliest then.
    std::optional<core::Time> perhaps_since = {};

    std::string key() const { return std::string(id) + ":" + std::to_string(seq); }
};

// Performs the asks that need no caller: http, sms, kv, chat, log, sleep.
class Services {
public:
    struct Options {
        bool allow_private_network = false;  // lets `http` reach private addresses
        const core::Vault* vault = nullptr;  // seals the secrets in what is promised; null: there are none
    };

    // `chat` may be null: no text model is configured. Without `promises`, what is promised is done at once, and only
    // tried once. All else that is referred to outlives the services.
    Services(Options options, net::HttpClient& client, TextSender& texts, core::Store& store, const core::Clock& clock,
             core::Log& log, const openai::ChatClient* chat = nullptr, OutboxWorker* promises = nullptr);

    static bool performs(std::string_view kind);

    // REQUIRES: performs(ask.kind). `ask` and what `caller` refers to outlive the call.
    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask, Caller caller);

private:
    boost::asio::awaitable<core::Answer> http(const core::Ask& ask, Caller caller);
    boost::asio::awaitable<core::Answer> sms(const core::Ask& ask, Caller caller);
    boost::asio::awaitable<core::Answer> promise(const core::Ask& ask, Caller caller);
    boost::asio::awaitable<core::Answer> keep_at_once(const core::Ask& ask, Caller caller, std::string id);
    boost::asio::awaitable<core::Answer> kv(const core::Ask& ask, Caller caller);
    boost::asio::awaitable<core::Answer> compare_and_set(const core::Ask& ask, Caller caller, std::string key);
    boost::asio::awaitable<core::Answer> increment(const core::Ask& ask, Caller caller, std::string key);
    boost::asio::awaitable<core::Answer> outcome_before(Caller caller);
    boost::asio::awaitable<core::Answer> chat(const core::Ask& ask, Caller caller);
    boost::asio::awaitable<core::Answer> sleep(const core::Ask& ask);
    void log(const core::Ask& ask, Caller caller);
    core::Answer of(core::Json value) const { return core::Answer::of(std::move(value), clock_.now()); }
    core::Answer nothing(std::string reason) const { return core::Answer::nothing(std::move(reason), clock_.now()); }

    const Options options_;
    net::HttpClient& client_;
    TextSender& texts_;
    core::Store& store_;
    const core::Clock& clock_;
    core::Log& log_;
    const openai::ChatClient* chat_;
    OutboxWorker* promises_;
};

}  // namespace switchhook::session

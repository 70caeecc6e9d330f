#pragma once

#include "core/agent_port.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "net/http_client.hpp"

#include <memory>
#include <string>

namespace switchhook::openai {

// Where OpenAI's endpoints are, and who asks.
struct Account {
    core::Secret api_key;  // empty: nothing is configured
    std::string base_url = "https://api.openai.com/v1";
    std::string realtime_url;  // of the Realtime API alone; empty: follows from base_url

    // As "wss://api.openai.com/v1/realtime", without a query of ours.
    std::string realtime_endpoint() const;
    // A line for the operator if these cannot be used: a key is sent without TLS on loopback only. Empty if they can.
    std::string problem() const;
};

// Opens conversations over the Realtime API. Thread-safe.
class RealtimeProvider final : public core::AgentProvider {
public:
    // `client` and `log` outlive it and all that it opens.
    RealtimeProvider(Account account, const net::HttpClient& client, core::Log& log)
        : account_(std::move(account)), client_(client), log_(log) {}

    std::unique_ptr<core::AgentPort> open(const core::Json& settings, const core::CallInfo& info,
                                          core::AudioFormat caller, boost::asio::any_io_executor executor) override;

private:
    const Account account_;
    const net::HttpClient& client_;
    core::Log& log_;
};

// A name for the caller by which OpenAI can tell callers apart and nobody can find the number: a hash keyed with the
// account's own key. 64 hex digits.
std::string safety_identifier(const core::Secret& api_key, const std::string& caller);

}  // namespace switchhook::openai

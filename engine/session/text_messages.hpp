#pragma once

#include "core/clock.hpp"
#include "session/services.hpp"
#include "twilio/rest_client.hpp"

namespace switchhook::session {

// Sends a text; but where it may have been sent already since `perhaps_since`, Twilio is asked first whether it has it:
// its API knows no idempotency keys. Two texts of the same words to the same number within that time count as one.
// `client` outlives the call.
boost::asio::awaitable<twilio::RestResult> send_once(const twilio::RestClient& client, twilio::NewMessage message,
                                                     std::optional<core::Time> perhaps_since);

// Sends texts over Twilio's REST API. An engine without credentials answers "not_configured".
class TwilioTexts final : public TextSender {
public:
    // `client` is null without credentials; it and `clock` outlive the sender.
    TwilioTexts(const twilio::RestClient* client, const core::Clock& clock, core::Log& log)
        : client_(client), clock_(clock), log_(log) {}

    boost::asio::awaitable<core::Answer> send(OutgoingText text) override;

private:
    const twilio::RestClient* client_;
    const core::Clock& clock_;
    core::Log& log_;
};

}  // namespace switchhook::session

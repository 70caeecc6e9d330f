#include "session/text_messages.hpp"

namespace switchhook::session {

boost::asio::awaitable<twilio::RestResult> send_once(const twilio::RestClient& client, twilio::NewMessage message,
                                                     std::optional<core::Time> perhaps_since) {
    if (perhaps_since) {
        auto found = co_await client.find_message(message, *perhaps_since);
        if (!found || !found->sid.empty()) co_return found;
    }
    co_return co_await client.create_message(std::move(message));
}

boost::asio::awaitable<core::Answer> TwilioTexts::send(OutgoingText text) {
    if (!client_) {
        log_.error("text message not sent: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", {{"to", text.to}});
        co_return core::Answer::nothing("not_configured", clock_.now());
    }
    twilio::NewMessage message;
    message.to = text.to;
    message.from = std::move(text.from);
    message.body = std::move(text.body);
    message.media = std::move(text.media);
    message.idempotency_key = std::move(text.key);
    auto sent = co_await send_once(*client_, std::move(message), text.perhaps_since);
    if (sent) co_return core::Answer::of({{"sid", sent->sid}, {"status", sent->status}}, clock_.now());
    log_.warn("text message refused", {{"to", text.to}, {"code", sent.error().code}, {"why", sent.error().message}});
    co_return core::Answer::nothing(sent.error().opted_out() ? "opted_out" : "failed", clock_.now());
}

}  // namespace switchhook::session

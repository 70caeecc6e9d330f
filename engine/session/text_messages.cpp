#include "session/text_messages.hpp"

namespace switchhook::session {

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
    auto sent = co_await client_->create_message(std::move(message));
    if (sent) co_return core::Answer::of({{"sid", sent->sid}, {"status", sent->status}}, clock_.now());
    log_.warn("text message refused", {{"to", text.to}, {"code", sent.error().code}, {"why", sent.error().message}});
    co_return core::Answer::nothing(sent.error().opted_out() ? "opted_out" : "failed", clock_.now());
}

}  // namespace switchhook::session

#pragma once

#include "core/call_port.hpp"
#include "core/clock.hpp"
#include "core/event.hpp"
#include "twiml/document.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::twilio {

// One text message from Twilio: the flow's replies become the TwiML that answers its webhook. Replies that come too
// late for that are sent on their own. The webhook may come again: it gets the same document. Where the process that
// answered it has ended before the flow was done, another one goes on behind that document.
//
// Lives on one executor.
class Message final : public core::CallPort {
public:
    // Sends a `reply` by itself; the answer is the reply's.
    using SendLater = std::function<boost::asio::awaitable<core::Answer>(core::Ask reply)>;

    // `replied_to`: the webhook was answered with every reply up to this ask.
    Message(SendLater send_later, std::chrono::milliseconds reply_within, const core::Clock& clock,
            boost::asio::any_io_executor executor, std::optional<std::uint32_t> replied_to = {});

    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask) override;
    void finish() override;
    bool ended() const override { return finished_; }
    boost::asio::awaitable<void> over() override;

    // The document that answers the message's webhook, when it is complete or when its time is up.
    boost::asio::awaitable<std::string> reply();

    bool finished() const { return finished_; }
    // The last ask whose reply is in the document.
    std::uint32_t replied_to() const { return replied_to_; }

private:
    void publish();

    const SendLater send_later_;
    const std::chrono::milliseconds reply_within_;
    const core::Clock& clock_;
    boost::asio::any_io_executor executor_;

    twiml::Document document_;
    std::string reply_;
    std::uint32_t replied_to_ = 0;
    bool published_ = false;
    bool finished_ = false;
    std::vector<boost::asio::steady_timer*> webhooks_;  // of those that wait for the reply
    core::Event end_;
};

}  // namespace switchhook::twilio

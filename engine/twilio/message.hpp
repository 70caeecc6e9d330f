#pragma once

#include "core/call_port.hpp"
#include "core/clock.hpp"
#include "core/event.hpp"
#include "twiml/document.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace switchhook::twilio {

// One text message from Twilio: the flow's replies become the TwiML that answers its webhook. Replies that come too
// late for that are sent on their own. The webhook may come again: it gets the same document.
//
// Lives on one executor.
class Message final : public core::CallPort {
public:
    // Sends a `reply` by itself; the answer is the reply's.
    using SendLater = std::function<boost::asio::awaitable<core::Answer>(core::Json options)>;

    Message(SendLater send_later, std::chrono::milliseconds reply_within, const core::Clock& clock,
            boost::asio::any_io_executor executor);

    boost::asio::awaitable<core::Answer> perform(const core::Ask& ask) override;
    void finish() override;
    bool ended() const override { return finished_; }
    boost::asio::awaitable<void> over() override;

    // The document that answers the message's webhook, when it is complete or when its time is up.
    boost::asio::awaitable<std::string> reply();

    bool finished() const { return finished_; }

private:
    void publish();

    const SendLater send_later_;
    const std::chrono::milliseconds reply_within_;
    const core::Clock& clock_;
    boost::asio::any_io_executor executor_;

    twiml::Document document_;
    std::string reply_;
    bool published_ = false;
    bool finished_ = false;
    std::vector<boost::asio::steady_timer*> webhooks_;  // of those that wait for the reply
    core::Event end_;
};

}  // namespace switchhook::twilio

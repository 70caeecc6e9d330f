#include "twilio/message.hpp"

#include "twiml/verbs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace switchhook::twilio {

namespace asio = boost::asio;
using core::Answer;

Message::Message(SendLater send_later, std::chrono::milliseconds reply_within, const core::Clock& clock,
                 asio::any_io_executor executor, std::optional<std::uint32_t> replied_to)
    : send_later_(std::move(send_later)),
      reply_within_(reply_within),
      clock_(clock),
      executor_(std::move(executor)),
      replied_to_(replied_to.value_or(0)),
      published_(replied_to.has_value()) {}

asio::awaitable<Answer> Message::perform(const core::Ask& ask) {
    if (ask.kind != "reply")
        co_return Answer::raise(ask.kind + " needs a call, and this is a text message", clock_.now());
    if (published_ && ask.seq > replied_to_) co_return co_await send_later_(ask);
    if (!published_) {
        auto appended = twiml::append(document_, ask, {});
        if (!appended) co_return Answer::raise(appended.error().text, clock_.now());
        replied_to_ = ask.seq;
    }
    co_return Answer::of(nullptr, clock_.now());
}

void Message::finish() {
    finished_ = true;
    if (!published_) publish();
    end_.set();
}

asio::awaitable<void> Message::over() {
    while (!finished_) co_await end_.wait();
}

asio::awaitable<std::string> Message::reply() {
    if (!published_) {
        asio::steady_timer timer(executor_, reply_within_);
        webhooks_.push_back(&timer);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        std::erase(webhooks_, &timer);
        if (!published_) publish();
    }
    co_return reply_;
}

void Message::publish() {
    reply_ = document_.render();
    document_.clear();
    published_ = true;
    for (auto* timer : webhooks_) timer->cancel();
}

}  // namespace switchhook::twilio

#include "sim/media_stream_client.hpp"

#include "sim/signing.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::uint16_t normal = 1000, going_away = 1001, no_status = 1005, no_goodbye = 1006;

MediaStreamClient::End not_opened(const core::Error& error, const net::Response& refusal) {
    using core::Errc;
    if (refusal.status != 0)
        return {31920, "the server answered the upgrade with " + std::to_string(refusal.status) + ": " + refusal.body};
    int code = 31903;
    if (error == Errc::unreachable) code = 31902;
    if (error == Errc::timed_out) code = 31901;
    if (error == Errc::certificate) code = 31910;
    if (error == Errc::malformed) code = 31923;
    return {code, "the stream could not be opened: " + error.message()};
}

MediaStreamClient::End ended(const core::Error& error, std::uint16_t status) {
    if (error == core::Errc::malformed) return {31950, "the server sent a binary frame, or against the protocol"};
    if (error == core::Errc::too_large) return {31924, "the server sent too long a message"};
    if (status == no_goodbye) return {31903, "the server broke the stream off"};
    if (status == normal || status == going_away || status == no_status) return {};
    return {31921, "the server closed the stream with status " + std::to_string(status)};
}

}  // namespace

MediaStreamClient::MediaStreamClient(std::string url, StreamFacts facts, Options options)
    : url_(std::move(url)), options_(std::move(options)), stream_(std::move(facts)) {}

asio::awaitable<MediaStreamClient::End> MediaStreamClient::connect() {
    timer_ = std::make_unique<asio::steady_timer>(co_await asio::this_coro::executor);
    net::WebSocketRequest request;
    request.url = options_.reach.empty() ? url_ : options_.reach;
    request.headers.add("User-Agent", "Twilio.TmeWs/1.0");
    request.headers.add("x-twilio-signature", sign(options_.auth_token, url_));
    request.allow_private = true;
    request.options.idle_time = std::chrono::hours(24);  // the carrier is not known to ping
    net::Response refusal;
    refusal.status = 0;
    auto socket = co_await client_.connect_websocket(std::move(request), &refusal);
    if (!socket) {
        gone_ = true;
        co_return not_opened(socket.error(), refusal);
    }
    socket_ = std::move(*socket);
    opened_ = Clock::now();
    send(stream_.open());
    co_return End{};
}

asio::awaitable<MediaStreamClient::End> MediaStreamClient::run() {
    using namespace asio::experimental::awaitable_operators;
    co_await (read() && pace());
    co_return end_;
}

asio::awaitable<void> MediaStreamClient::read() {
    for (;;) {
        while (!reading_ && !leaving_) co_await wake_.wait();
        auto message = co_await socket_->read();
        if (!message) {
            if (!leaving_) end_ = ended(message.error(), socket_->close_code());
            break;
        }
        send(stream_.receive(now(), *message));
        tell_problems();
    }
    stream_.advance(now());  // what was heard until the end
    gone_ = true;
    timer_->cancel();
}

asio::awaitable<void> MediaStreamClient::pace() {
    while (!leaving_ && !gone_) {
        send(stream_.advance(now()));
        timer_->expires_at(
            when(now() / PlayoutBuffer::frame_time * PlayoutBuffer::frame_time + PlayoutBuffer::frame_time));
        co_await timer_->async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (gone_) co_return;
    send(stream_.advance(now()));
    send(stream_.stop());
    co_await socket_->close(normal);
}

void MediaStreamClient::leave() {
    leaving_ = true;
    if (timer_) timer_->cancel();
    wake_.set();
}

void MediaStreamClient::break_off() {
    leaving_ = true;
    if (socket_) socket_->abort();
    leave();
}

void MediaStreamClient::read_on() {
    reading_ = true;
    wake_.set();
}

MediaStream& MediaStreamClient::stream() {
    if (open()) send(stream_.advance(now()));
    return stream_;
}

milliseconds MediaStreamClient::now() const {
    return std::chrono::duration_cast<milliseconds>((Clock::now() - *opened_) * options_.speed);
}

MediaStreamClient::Clock::time_point MediaStreamClient::when(milliseconds time) const {
    return *opened_ + std::chrono::duration_cast<Clock::duration>(time / options_.speed);
}

void MediaStreamClient::send(std::vector<std::string> messages) {
    for (auto& message : messages) {
        auto sent = socket_->send(std::move(message));
        if (sent || sent.error() != core::Errc::overloaded || congested_) continue;
        congested_ = true;
        if (options_.on_problem) options_.on_problem({31930, "the server does not take what the carrier sends"});
    }
}

void MediaStreamClient::tell_problems() {
    for (const auto& problem : stream_.take_problems())
        if (options_.on_problem) options_.on_problem(problem);
}

}  // namespace switchhook::sim

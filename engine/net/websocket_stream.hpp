#pragma once

#include "net/websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <memory>

namespace switchhook::net {

// A WebSocket over Beast's, whose `Stream` is a TCP socket or TLS over one.
template <class Stream>
class WebSocketStream final : public WebSocket, public std::enable_shared_from_this<WebSocketStream<Stream>> {
    static constexpr auto awaited = boost::asio::as_tuple(boost::asio::use_awaitable);

public:
    using Beast = boost::beast::websocket::stream<Stream>;

    WebSocketStream(Stream stream, const WebSocketOptions& options)
        : options_(options), beast_(std::move(stream)), flushed_(beast_.get_executor()) {
        boost::beast::websocket::stream_base::timeout timeout{options.handshake_time, options.idle_time, true};
        beast_.set_option(timeout);
        beast_.read_message_max(options.max_message);
        beast_.text(true);
    }

    // For the handshake.
    Beast& beast() { return beast_; }

    boost::asio::awaitable<core::Result<std::string>> read() override {
        auto self = this->shared_from_this();
        buffer_.clear();
        auto [error, count] = co_await beast_.async_read(buffer_, awaited);
        if (error) {
            ended_ = true;
            if (error == boost::beast::websocket::error::closed) {
                auto code = static_cast<std::uint16_t>(beast_.reason().code);
                close_code_ = code == boost::beast::websocket::close_code::none ? no_status : code;
            }
            co_return translated(error);
        }
        if (!beast_.got_text()) {
            co_await close(boost::beast::websocket::close_code::unknown_data);
            co_return core::Errc::malformed;
        }
        co_return std::string(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    }

    core::Result<void> send(std::string text) override {
        if (ended_) return core::Errc::closed;
        if (backlog_ + text.size() > options_.max_backlog) return core::Errc::overloaded;
        backlog_ += text.size();
        queue_.push_back(std::move(text));
        if (queue_.size() == 1) write_front();
        return {};
    }

    boost::asio::awaitable<void> close(std::uint16_t code) override {
        auto self = this->shared_from_this();
        if (!queue_.empty() && !ended_) {
            flushed_.expires_after(options_.handshake_time);
            co_await flushed_.async_wait(awaited);
            if (!queue_.empty()) abort();
        }
        if (ended_) co_return;
        ended_ = true;
        co_await beast_.async_close(boost::beast::websocket::close_reason(code), awaited);
        abort();
    }

    void abort() override {
        ended_ = true;
        boost::system::error_code ignored;
        boost::beast::get_lowest_layer(beast_).close(ignored);
    }

    std::uint16_t close_code() const override { return close_code_; }

private:
    static constexpr std::uint16_t no_status = 1005, no_goodbye = 1006;

    void write_front() {
        beast_.async_write(
            boost::asio::buffer(queue_.front()),
            [self = this->shared_from_this()](boost::system::error_code error, std::size_t) { self->written(error); });
    }

    void written(boost::system::error_code error) {
        backlog_ -= queue_.front().size();
        queue_.pop_front();
        if (error) {
            queue_.clear();
            backlog_ = 0;
            abort();
        }
        if (queue_.empty())
            flushed_.cancel();
        else
            write_front();
    }

    static core::Errc translated(boost::system::error_code error) {
        namespace websocket = boost::beast::websocket;
        if (error == boost::beast::error::timeout) return core::Errc::timed_out;
        if (error == websocket::error::message_too_big) return core::Errc::too_large;
        if (error == websocket::condition::protocol_violation) return core::Errc::malformed;
        return core::Errc::closed;
    }

    const WebSocketOptions options_;
    Beast beast_;
    boost::beast::flat_buffer buffer_;
    std::deque<std::string> queue_;  // the front one is being written
    std::size_t backlog_ = 0;        // bytes in queue_
    boost::asio::steady_timer flushed_;
    bool ended_ = false;
    std::uint16_t close_code_ = no_goodbye;
};

}  // namespace switchhook::net

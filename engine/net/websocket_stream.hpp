#pragma once

#include "core/event.hpp"
#include "net/tls_socket.hpp"
#include "net/websocket.hpp"
#include "net/websocket_frames.hpp"
#include "net/websocket_turns.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <vector>

namespace switchhook::net {

// A WebSocket on a stream whose handshake is done: a TCP socket that does not block, or TLS over one.
//
// A voice is a hundred small messages a second, so what each costs is what a call costs. It reads and writes the socket
// by itself and asks Asio only when to: a message that comes is one read, one that goes out one write, and mostly
// fewer (WebSocketTurns). Between two messages it holds no buffer.
template <class Stream>
class WebSocketStream final : public WebSocket,
                              public WebSocketTurns::Sender,
                              public std::enable_shared_from_this<WebSocketStream<Stream>> {
    using ErrorCode = boost::system::error_code;
    using SteadyClock = std::chrono::steady_clock;
    template <class T>
    static constexpr bool is_tls_socket = requires(T& stream) {
        stream.session();
    };

public:
    // `received`: what the peer has sent behind its handshake.
    WebSocketStream(Stream stream, WebSocketSide side, const WebSocketOptions& options, std::string received = {})
        : options_(options),
          side_(side),
          stream_(std::move(stream)),
          turns_(boost::asio::use_service<WebSocketTurns>(
              boost::asio::query(stream_.get_executor(), boost::asio::execution::context))),
          frames_(side, options.max_message),
          unfinished_(std::move(received)),
          has_received_(!unfinished_.empty()),
          watch_(stream_.get_executor()) {}

    boost::asio::awaitable<core::Result<std::string>> read() override {
        auto self = this->shared_from_this();
        while (next_ == inbox_.size()) {
            inbox_.clear();
            next_ = 0;
            if (over_) co_return ended_by_;
            listen();
            co_await arrived_.wait();
        }
        co_return std::move(inbox_[next_++]);
    }

    core::Result<void> send(std::string text) override {
        if (over_ || closing_) return core::Errc::closed;
        if (out_.size() - written_ + text.size() > options_.max_backlog) return core::Errc::overloaded;
        put(Opcode::text, text);
        return {};
    }

    boost::asio::awaitable<void> close(std::uint16_t code) override {
        auto self = this->shared_from_this();
        if (over_ || closing_) co_return;
        closing_ = true;
        put(Opcode::close, close_payload(code));
        watch_.expires_after(options_.handshake_time);
        watch_.async_wait([self](ErrorCode cancelled) {
            if (!cancelled) self->abort();
        });
        listen();
        while (!over_) co_await arrived_.wait();
        abort();
    }

    void abort() override {
        if (!over_) end(core::Errc::closed);
        inbox_.clear();
        next_ = 0;
        forget_unsent();
        ErrorCode ignored;
        stream_.lowest_layer().close(ignored);  // what waits for it ends, and wakes who reads
    }

    std::uint16_t close_code() const override { return close_code_; }

    // Writes what is to be sent, as much as the socket takes.
    void flush() override {
        if (writing_) return;
        while (written_ < out_.size()) {
            ErrorCode error;
            written_ += stream_.write_some(boost::asio::buffer(out_) + written_, error);
            if (error == boost::asio::error::would_block) return wait_to_write();
            if (error) return abort();
        }
        forget_unsent();
    }

private:
    static constexpr std::uint16_t no_status = 1005, no_goodbye = 1006, unknown_data = 1003;
    static constexpr std::size_t kept_bytes = 2048;  // of a buffer between two writes: room for a piece of a voice

    // Waits for what comes next, unless it does so already. Pings are sent from the first time on.
    void listen() {
        if (std::exchange(listening_, true)) return;
        if (!std::exchange(watched_, true)) {
            heard_at_ = SteadyClock::now();
            watch();
        }
        auto readable = [self = this->shared_from_this()](ErrorCode error = {}) { self->readable(error); };
        bool at_once = std::exchange(has_received_, false);
        if constexpr (is_tls_socket<Stream>) at_once = at_once || stream_.session().has_unread();
        if (at_once)
            boost::asio::post(stream_.get_executor(), std::move(readable));
        else
            stream_.lowest_layer().async_wait(boost::asio::socket_base::wait_read, std::move(readable));
    }

    void readable(ErrorCode error) {
        listening_ = false;
        turns_.run([&] {
            if (error && !over_) end(core::Errc::closed);
            if (!over_) receive();
            if (closing_ && !over_) listen();
            arrived_.set();
        });
    }

    void receive() {
        const auto buffer = turns_.buffer();
        std::size_t count = 0;
        ErrorCode error;
        // TLS gives out one record at a time, and what it still holds makes no socket readable.
        do {
            count += stream_.read_some(boost::asio::buffer(buffer.data() + count, buffer.size() - count), error);
        } while (is_tls_socket<Stream> && !error && count < buffer.size());
        if (count > 0) {
            heard_at_ = SteadyClock::now();
            pinged_ = false;
        }
        take(buffer.first(count));
        if (!over_ && error && error != boost::asio::error::would_block) end(core::Errc::closed);
    }

    void take(std::span<char> bytes) {
        const bool goes_on = !unfinished_.empty();
        if (goes_on) {
            unfinished_.append(bytes.data(), bytes.size());
            bytes = unfinished_;
        }
        while (!over_) {
            auto message = frames_.next(bytes);
            if (!message) return refuse(frames_.complaint(), message.error());
            if (!*message) break;
            take(std::move(**message));
        }
        std::string rest(bytes.data(), bytes.size());
        if (goes_on || !rest.empty()) unfinished_ = std::move(rest);
    }

    void take(FrameReader::Message message) {
        switch (message.opcode) {
            case Opcode::text:
                if (!closing_) inbox_.push_back(std::move(message.payload));
                return;
            case Opcode::ping:
                if (!closing_) put(Opcode::pong, message.payload);
                return;
            case Opcode::close:
                return take_goodbye(message.payload);
            case Opcode::pong:
                return;
            default:
                return refuse(unknown_data, core::Errc::malformed);
        }
    }

    void take_goodbye(const std::string& payload) {
        auto code = FrameReader::code_of(payload);
        if (!code) return refuse(frames_.complaint(), code.error());
        close_code_ = *code;
        if (!closing_) put(Opcode::close, payload.substr(0, 2));
        say_the_last();
        end(core::Errc::closed);
    }

    void refuse(std::uint16_t code, core::Error error) {
        if (!closing_) put(Opcode::close, close_payload(code));
        say_the_last();
        end(error);
    }

    // What the socket does not take now is lost: it would not be waited for.
    void say_the_last() {
        flush();
        ErrorCode ignored;
        if constexpr (is_tls_socket<Stream>) stream_.session().shut_down(ignored);
        stream_.lowest_layer().shutdown(boost::asio::socket_base::shutdown_send, ignored);
    }

    // What was received before is still read.
    void end(core::Error why) {
        over_ = true;
        ended_by_ = why;
        watch_.cancel();
    }

    void put(Opcode opcode, std::string_view payload) {
        std::optional<MaskingKey> key;
        if (side_ == WebSocketSide::client) key = turns_.masking_key();
        append_frame(out_, opcode, payload, key);
        if (!writing_) turns_.flush(*this);
    }

    void wait_to_write() {
        writing_ = true;
        out_.erase(0, std::exchange(written_, 0));
        stream_.lowest_layer().async_wait(boost::asio::socket_base::wait_write,
                                          [self = this->shared_from_this()](ErrorCode error) {
                                              self->writing_ = false;
                                              if (!error) self->flush();
                                          });
    }

    void forget_unsent() {
        out_.clear();
        written_ = 0;
        if (out_.capacity() > kept_bytes) std::string().swap(out_);
    }

    // One timer looks now and then whether the peer still speaks, so that a message costs no timer.
    void watch() {
        watch_.expires_at(heard_at_ + options_.idle_time / (pinged_ ? 1 : 2));
        watch_.async_wait([weak = this->weak_from_this()](ErrorCode cancelled) {
            auto self = weak.lock();
            if (self && !cancelled && !self->over_ && !self->closing_) self->look();
        });
    }

    void look() {
        const auto now = SteadyClock::now();
        if (!listening_) heard_at_ = now;  // what nobody waits for cannot be heard
        if (now >= heard_at_ + options_.idle_time) {
            abort();
            ended_by_ = core::Errc::timed_out;
            return;
        }
        if (!pinged_ && now >= heard_at_ + options_.idle_time / 2) {
            pinged_ = true;
            put(Opcode::ping, {});
        }
        if (!over_) watch();
    }

    const WebSocketOptions options_;
    const WebSocketSide side_;
    Stream stream_;
    WebSocketTurns& turns_;

    FrameReader frames_;
    std::string unfinished_;  // the beginning of a frame
    bool has_received_;       // it may hold more than that, since it came with the handshake
    std::vector<std::string> inbox_;
    std::size_t next_ = 0;  // of inbox_ to be read
    core::Event arrived_;   // a message, or the end
    bool listening_ = false;

    std::string out_;          // frames
    std::size_t written_ = 0;  // bytes of out_
    bool writing_ = false;     // the socket takes no more for now

    boost::asio::steady_timer watch_;
    bool watched_ = false;
    SteadyClock::time_point heard_at_{};
    bool pinged_ = false;

    bool closing_ = false;  // we have said goodbye
    bool over_ = false;
    core::Error ended_by_;  // once it is over
    std::uint16_t close_code_ = no_goodbye;
};

}  // namespace switchhook::net

#pragma once

#include "net/websocket_frames.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace switchhook::net {

// What the WebSockets of one io_context share, which a single thread runs.
//
// A socket that can be read has its turn: it takes what has come, up to a bound, and gives it to whoever reads it. What
// that makes this socket or others send is gathered until the turn is over, and then goes out in one write for each of
// them, however many messages there are: when a busy thread finds ten frames of a voice at once, the ten that it sends
// on cost what one does.
class WebSocketTurns final : public boost::asio::execution_context::service {
public:
    static inline boost::asio::execution_context::id id;
    static constexpr std::size_t most_at_once = 16 * 1024;  // bytes that a turn takes

    // A WebSocket that may have something to send at the end of a turn.
    class Sender : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        virtual void flush() = 0;

    protected:
        ~Sender() = default;
    };

    explicit WebSocketTurns(boost::asio::execution_context& context) : service(context) {}

    // Where a turn reads to: no socket needs a buffer of its own for as long as nothing comes. Valid within the turn.
    std::span<char> buffer() { return *buffer_; }

    // Runs a turn. What it runs may destroy any WebSocket, or throw.
    template <class Turn>
    void run(Turn turn) {
        struct End {
            WebSocketTurns& turns;
            ~End() { turns.end(); }
        };
        running_ = true;
        End end{*this};
        turn();
    }

    // Has the sender flushed: at the end of the turn, or at once where there is none.
    void flush(Sender& sender) {
        if (!running_)
            sender.flush();
        else if (!sender.is_linked())
            senders_.push_back(sender);
    }

    // For a frame that a client sends: unpredictable to whoever chose what it holds (RFC 6455 §10.3).
    MaskingKey masking_key();

private:
    void shutdown() override {}
    void end();

    using Buffer = std::array<char, most_at_once>;
    std::unique_ptr<Buffer> buffer_ = std::make_unique<Buffer>();
    boost::intrusive::list<Sender, boost::intrusive::constant_time_size<false>> senders_;
    bool running_ = false;
    std::array<char, 4096> random_;
    std::size_t random_left_ = 0;  // bytes
};

}  // namespace switchhook::net

#include "openai/realtime_link.hpp"

#include "core/event.hpp"
#include "core/queue.hpp"
#include "openai/realtime_protocol.hpp"
#include "openai/token_usage.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace switchhook::openai {
namespace {

namespace asio = boost::asio;

constexpr std::uint16_t no_goodbye = 1006;

Moment now() {
    return std::chrono::steady_clock::now();
}

asio::awaitable<void> say_goodbye(std::shared_ptr<net::WebSocket> socket) {
    co_await socket->close();
}

}  // namespace

// What the link and its coroutines share.
class RealtimeLink::Line : public std::enable_shared_from_this<Line> {
public:
    Line(Options options, RealtimeSettings settings, const net::HttpClient& client, core::Log& log,
         const asio::any_io_executor& executor)
        : protocol(std::move(settings), now()),
          options_(std::move(options)),
          client_(client),
          log_(log),
          executor_(executor),
          tick_(executor),
          pause_(executor) {}

    // Opens one session after the other until the protocol wants no more.
    static asio::awaitable<void> run(std::shared_ptr<Line> self) {
        std::chrono::milliseconds pause{0};
        self->arm();
        for (;;) {
            if (pause.count() > 0) {
                self->pause_.expires_after(pause);
                co_await self->pause_.async_wait(asio::as_tuple(asio::use_awaitable));
            }
            if (self->over_) co_return;
            self->reconnect_.reset();
            co_await self->hold_session();
            if (self->over_ || !self->reconnect_) co_return;
            pause = *self->reconnect_;
        }
    }

    // Does what the protocol wants. Whoever waits for an event resumes in here, and may call back.
    void perform() {
        if (performing_) return;
        performing_ = true;
        auto self = shared_from_this();
        for (auto actions = protocol.take_actions(); !actions.empty(); actions = protocol.take_actions())
            for (auto& action : actions) perform(action);
        performing_ = false;
        arm();
        if (!events_.empty() || over_) arrived_.set();
    }

    asio::awaitable<core::Result<Event>> read() {
        auto self = shared_from_this();
        while (events_.empty()) {
            if (over_) co_return core::Errc::closed;
            co_await arrived_.wait();
        }
        co_return events_.pop();
    }

    void close() {
        events_.clear();
        protocol.close();
        perform();
    }

    RealtimeProtocol protocol;

private:
    // One session, from its opening to its end.
    asio::awaitable<void> hold_session() {
        net::Response refusal;
        refusal.status = 0;
        auto request = options_.request;
        auto socket = co_await client_.connect_websocket(std::move(request), &refusal);
        if (over_) {
            if (socket) (*socket)->abort();
            co_return;
        }
        if (!socket) {
            protocol.refused(refusal.status, refusal.body, socket.error(), now());
            perform();
            co_return;
        }
        socket_ = std::move(*socket);
        protocol.opened(now());
        perform();
        while (auto socket_now = socket_) {
            auto message = co_await socket_now->read();
            if (socket_ != socket_now) co_return;  // it was let go of meanwhile
            if (message) {
                protocol.received(*message, now());
            } else {
                socket_.reset();
                socket_now->abort();
                protocol.closed(message.error() == core::Errc::closed ? socket_now->close_code() : no_goodbye, now());
            }
            perform();
        }
    }

    void perform(Action& action) {
        if (auto* send = std::get_if<Send>(&action)) {
            if (!socket_ || socket_->send(std::move(send->text))) return;
            // It does not read, or has gone: reading it then ends as well.
            socket_->abort();
        } else if (auto* tell = std::get_if<Tell>(&action)) {
            events_.push(std::move(tell->event));
        } else if (auto* note = std::get_if<Note>(&action)) {
            log_.warn("conversation", {{"call", options_.call}, {"what", note->what}});
        } else if (auto* reconnect = std::get_if<Reconnect>(&action)) {
            reconnect_ = reconnect->after;
            leave();
        } else {
            over_ = true;
            leave();
            tick_.cancel();
            pause_.cancel();
        }
    }

    void leave() {
        if (auto socket = std::exchange(socket_, nullptr))
            asio::co_spawn(executor_, say_goodbye(std::move(socket)), asio::detached);
    }

    // The timer may fire early, never late.
    void arm() {
        auto next = over_ ? std::nullopt : protocol.next_tick();
        if (!next || (armed_ && *armed_ <= *next)) return;
        armed_ = next;
        tick_.expires_at(*next);
        tick_.async_wait([line = weak_from_this()](boost::system::error_code error) {
            auto self = line.lock();
            if (error || !self) return;
            self->armed_.reset();
            self->protocol.tick(now());
            self->perform();
        });
    }

    const Options options_;
    const net::HttpClient& client_;
    core::Log& log_;
    asio::any_io_executor executor_;
    asio::steady_timer tick_;
    asio::steady_timer pause_;
    std::shared_ptr<net::WebSocket> socket_;
    std::optional<std::chrono::milliseconds> reconnect_;
    std::optional<Moment> armed_;
    core::Queue<Event> events_;
    core::Event arrived_;
    bool performing_ = false;
    bool over_ = false;
};

RealtimeLink::RealtimeLink(Options options, RealtimeSettings settings, const net::HttpClient& client, core::Log& log,
                           asio::any_io_executor executor)
    : line_(std::make_shared<Line>(std::move(options), std::move(settings), client, log, executor)) {
    asio::co_spawn(executor, Line::run(line_), asio::detached);
}

RealtimeLink::~RealtimeLink() {
    line_->close();
}

core::AudioFormat RealtimeLink::format() const {
    return line_->protocol.format();
}

asio::awaitable<core::Result<core::AgentPort::Event>> RealtimeLink::read() {
    return line_->read();
}

void RealtimeLink::hear(std::string_view audio) {
    line_->protocol.hear(audio);
    line_->perform();
}

void RealtimeLink::press(std::string_view digits) {
    line_->protocol.press(digits, now());
    line_->perform();
}

void RealtimeLink::begin() {
    line_->protocol.begin(now());
    line_->perform();
}

void RealtimeLink::say(std::string_view text) {
    line_->protocol.say(text, now());
    line_->perform();
}

void RealtimeLink::give_result(std::string_view call_id, std::string_view output, bool respond) {
    line_->protocol.give_result(call_id, output, respond, now());
    line_->perform();
}

void RealtimeLink::was_heard(const std::vector<core::Heard>& heard) {
    line_->protocol.was_heard(heard, now());
    line_->perform();
}

void RealtimeLink::was_played(std::string_view item) {
    line_->protocol.was_played(item, now());
    line_->perform();
}

core::Json RealtimeLink::transcript() const {
    return line_->protocol.transcript(now());
}

core::Json RealtimeLink::usage() const {
    return line_->protocol.usage();
}

void RealtimeLink::close() {
    line_->close();
}

asio::awaitable<core::Result<core::AgentPort::Event>> FailedLink::read() {
    if (std::exchange(told_, true)) co_return core::Errc::closed;
    co_return Event(failed_);
}

core::Json FailedLink::usage() const {
    return TokenUsage().json();
}

}  // namespace switchhook::openai

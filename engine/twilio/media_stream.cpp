#include "twilio/media_stream.hpp"

#include "core/overloaded.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace switchhook::twilio {
namespace {

namespace asio = boost::asio;
using core::Errc;
using core::Error;
using core::Result;

constexpr std::chrono::milliseconds crumb{20};
constexpr std::chrono::milliseconds enough{50};

// A stream whose leg has an owner.
class Leg final : public core::AudioLeg {
public:
    explicit Leg(std::shared_ptr<MediaStream> stream) : stream_(std::move(stream)) {}
    ~Leg() override { stream_->abort(); }

    core::AudioFormat format() const override { return stream_->format(); }
    asio::awaitable<Result<Event>> read() override { return stream_->read(); }
    Result<void> play(std::string_view item, std::string_view audio) override { return stream_->play(item, audio); }
    Result<void> end_item(std::string_view item) override { return stream_->end_item(item); }
    std::vector<core::Heard> clear() override { return stream_->clear(); }
    std::chrono::milliseconds queued() const override { return stream_->queued(); }
    asio::awaitable<void> close() override { return stream_->close(); }
    void abort() override { stream_->abort(); }

private:
    std::shared_ptr<MediaStream> stream_;
};

// What may stand in JSON as it is.
bool is_plain(std::string_view sid) {
    return !sid.empty() && std::all_of(sid.begin(), sid.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

// `connected`, then `start`.
asio::awaitable<Result<StreamStart>> read_start(std::shared_ptr<net::WebSocket> socket) {
    for (bool connected = false;; connected = true) {
        auto text = co_await socket->read();
        if (!text) co_return text.error();
        auto message = read_media_message(*text);
        if (!message) co_return message.error();
        auto* start = std::get_if<StreamStart>(&*message);
        if (start && connected && is_plain(start->stream_sid)) co_return std::move(*start);
        if (connected || !std::holds_alternative<StreamConnected>(*message)) co_return Errc::malformed;
    }
}

}  // namespace

asio::awaitable<Result<std::shared_ptr<MediaStream>>> MediaStream::open(std::shared_ptr<net::WebSocket> socket,
                                                                        Options options) {
    auto executor = co_await asio::this_coro::executor;
    auto waiting = std::make_shared<bool>(true);
    asio::steady_timer limit(executor, options.start_within);
    limit.async_wait([socket, waiting](boost::system::error_code cancelled) {
        if (cancelled || !*waiting) return;
        *waiting = false;
        socket->abort();
    });
    auto start = co_await read_start(socket);
    const bool in_time = std::exchange(*waiting, false);
    if (!in_time) co_return Errc::timed_out;
    if (!start) co_return start.error();
    co_return std::make_shared<MediaStream>(std::move(socket), std::move(*start), executor, options);
}

MediaStream::MediaStream(std::shared_ptr<net::WebSocket> socket, StreamStart start, asio::any_io_executor executor,
                         Options options)
    : options_(options),
      start_(std::move(start)),
      socket_(std::move(socket)),
      writer_(start_.stream_sid),
      watch_(executor) {}

std::unique_ptr<core::AudioLeg> MediaStream::as_leg() {
    return std::make_unique<Leg>(shared_from_this());
}

asio::awaitable<Error> MediaStream::run() {
    auto self = shared_from_this();
    for (;;) {
        auto text = co_await socket_->read();
        if (!text) {
            end(text.error());
            break;
        }
        if (over_) continue;  // the goodbye is under way: whoever still speaks must not cost it
        auto message = read_media_message(*text);
        if (!message) {
            end(message.error());
            socket_->abort();
            break;
        }
        take(std::move(*message));
        while (events_.size() >= options_.most_unread && !over_) co_await taken_.wait();
    }
    co_return broke_off_;
}

void MediaStream::take(MediaMessage message) {
    std::visit(core::Overloaded{
                   [this](StreamMedia&& media) {
                       last_media_ = SteadyClock::now();
                       if (!std::exchange(flowing_, true)) watch();
                       give(Audio{caller_.take(std::move(media))});
                   },
                   [this](StreamMark&& mark) {
                       for (auto& item : ledger_.returned(mark.name, SteadyClock::now())) give(Played{std::move(item)});
                   },
                   [this](StreamDigit&& digit) { give(Digit{digit.digit}); },
                   [this](StreamStop&&) {
                       give(Stopped{});
                       end({});
                   },
                   [](auto&&) {},
               },
               std::move(message));
}

void MediaStream::give(Event event) {
    events_.push(std::move(event));
    arrived_.set();
}

// What came before is still read.
void MediaStream::end(Error why) {
    if (over_) return;
    over_ = true;
    broke_off_ = why;
    watch_.cancel();
    arrived_.set();
    taken_.set();
}

asio::awaitable<Result<core::AudioLeg::Event>> MediaStream::read() {
    auto self = shared_from_this();
    while (events_.empty() && !over_) co_await arrived_.wait();
    if (events_.empty()) co_return std::exchange(told_, true) || !broke_off_ ? Error(Errc::closed) : broke_off_;
    auto event = events_.pop();
    if (taken_.has_waiters()) taken_.set();
    co_return event;
}

// One timer looks now and then whether media still comes, so that a piece of it costs no timer.
void MediaStream::watch() {
    watch_.expires_at(last_media_ + options_.silent_after);
    watch_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        auto self = weak.lock();
        if (self && !cancelled && !self->over_) self->look();
    });
}

void MediaStream::look() {
    if (SteadyClock::now() < last_media_ + options_.silent_after) return watch();
    flowing_ = false;
    give(Audio{caller_.silence(options_.silence)});
}

Result<void> MediaStream::send(std::string text) {
    if (over_) return Errc::closed;
    auto sent = socket_->send(std::move(text));
    if (!sent) {
        end(sent.error());
        socket_->abort();
    }
    return sent;
}

bool MediaStream::was_cleared(std::string_view item) const {
    return std::find(cleared_.begin(), cleared_.end(), item) != cleared_.end();
}

Result<void> MediaStream::play(std::string_view item, std::string_view audio) {
    if (over_) return Errc::closed;
    if (was_cleared(item)) return {};
    if (queued() + format().time_of(audio.size()) > options_.most_queued) return Errc::overloaded;
    if (item != held_item_) {
        if (auto sent = send_held(); !sent) return sent;
        held_item_ = item;
    }
    held_ += audio;
    if (audio.size() < format().bytes_of(crumb) && held_.size() < format().bytes_of(enough)) return {};
    return send_held();
}

Result<void> MediaStream::send_held() {
    for (std::string_view left = held_; !left.empty();) {
        const auto now = SteadyClock::now();
        auto piece = left.substr(0, ledger_.until_mark(now));
        if (left.size() - piece.size() < format().bytes_of(crumb)) piece = left;
        if (auto sent = send(writer_.media(piece)); !sent) return sent;
        ledger_.sent(held_item_, piece.size(), now);
        left.remove_prefix(piece.size());
        if (!ledger_.mark_is_due()) continue;
        if (auto sent = send(writer_.mark(ledger_.mark())); !sent) return sent;
    }
    held_.clear();
    return {};
}

Result<void> MediaStream::end_item(std::string_view item) {
    if (over_) return Errc::closed;
    if (was_cleared(item)) return {};
    if (auto sent = send_held(); !sent) return sent;
    return send(writer_.mark(ledger_.end(item)));
}

std::vector<core::Heard> MediaStream::clear() {
    auto heard = ledger_.clear(SteadyClock::now());
    if (!held_.empty() && (heard.empty() || heard.back().item != held_item_)) heard.push_back({held_item_, {}, {}});
    held_.clear();
    if (heard.empty()) return heard;
    cleared_.clear();
    for (const auto& each : heard) cleared_.push_back(each.item);
    send(writer_.clear());
    return heard;
}

std::chrono::milliseconds MediaStream::queued() const {
    return ledger_.queued(SteadyClock::now()) + format().time_of(held_.size());
}

asio::awaitable<void> MediaStream::close() {
    auto self = shared_from_this();
    end({});
    events_.clear();
    co_await socket_->close();
}

void MediaStream::abort() {
    end({});
    events_.clear();
    socket_->abort();
}

}  // namespace switchhook::twilio

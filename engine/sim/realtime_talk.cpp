#include "sim/realtime_talk.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;
using core::Json;

namespace {

RealtimeModel::Moment now() {
    return std::chrono::steady_clock::now();
}

asio::awaitable<void> say_goodbye(std::shared_ptr<net::WebSocket> socket, std::uint16_t status) {
    co_await socket->close(status);
}

}  // namespace

RealtimeTalk::RealtimeTalk(RealtimeModel::Options options, std::shared_ptr<net::WebSocket> socket,
                           asio::any_io_executor executor)
    : model_(std::move(options), now()), socket_(std::move(socket)), executor_(executor), timer_(executor) {}

asio::awaitable<void> RealtimeTalk::run() {
    auto self = shared_from_this();
    flush();
    // Also once this side has said goodbye, until the other side has.
    while (auto message = co_await socket_->read()) {
        if (over_) continue;
        model_.receive(*message, now());
        flush();
    }
    over_ = true;
    timer_.cancel();
    on_change();
}

// Sends what the model has to say, and comes back when more is due.
void RealtimeTalk::flush() {
    if (over_) return;
    for (auto& event : model_.take_events(now())) (void)socket_->send(std::move(event));
    if (auto status = model_.closing()) return close(*status);
    if (auto due = model_.next_due()) {
        timer_.expires_at(*due);
        timer_.async_wait([self = weak_from_this()](boost::system::error_code error) {
            auto talk = self.lock();
            if (error || !talk) return;
            talk->model_.advance(now());
            talk->flush();
        });
    }
    on_change();
}

void RealtimeTalk::close(std::uint16_t status) {
    over_ = true;
    timer_.cancel();
    asio::co_spawn(executor_, say_goodbye(socket_, status), asio::detached);
    on_change();
}

void RealtimeTalk::drop(std::uint16_t status) {
    if (status != 1006) return close(status);
    over_ = true;
    timer_.cancel();
    socket_->abort();
    on_change();
}

std::string RealtimeTalk::history() const {
    std::string text;
    for (const auto& item : model_.conversation().items()) {
        for (const auto& part : item.json.value("content", Json::array()))
            for (const char* words : {"text", "transcript"})
                if (part.contains(words) && part[words].is_string()) text += part[words].get<std::string>() + "\n";
        for (const char* words : {"name", "arguments", "output"})
            if (item.json.contains(words)) text += item.json[words].get<std::string>() + "\n";
    }
    return text;
}

void RealtimeTalk::respond(std::vector<RealtimeOutput> outputs) {
    model_.respond(std::move(outputs), now());
    flush();
}

void RealtimeTalk::fail(const std::string& code, const std::string& message) {
    model_.fail(code, message, now());
    flush();
}

void RealtimeTalk::send_error(const ApiError& error) {
    model_.send_error(error, now());
    flush();
}

void RealtimeTalk::stall(std::chrono::milliseconds time) {
    model_.stall(time, now());
    flush();
}

}  // namespace switchhook::sim

#include "bench/caller_leg.hpp"

#include <spdlog/fmt/fmt.h>

#include <stdexcept>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::duration<double, std::milli>;

// The text behind `key` up to the next quotation mark; empty where there is none. Enough for messages of machines.
std::string_view text_behind(std::string_view message, std::string_view key) {
    const auto at = message.find(key);
    if (at == std::string_view::npos) return {};
    message.remove_prefix(at + key.size());
    return message.substr(0, message.find('"'));
}

}  // namespace

CallerLeg::CallerLeg(EventLoop& loop, MediaCall& call, int socket, const std::string& head, std::string start,
                     std::string stream_sid, const Tls* tls)
    : loop_(loop),
      call_(call),
      socket_(socket, MessageSocket::Side::client, tls),
      upgraded_(head.empty()),
      start_(std::move(start)),
      stream_sid_(std::move(stream_sid)) {
    loop_.watch(socket, *this);
    if (upgraded_)
        stream();
    else
        socket_.send_bytes(head);
}

void CallerLeg::ready() {
    if (call_.over) return;
    if (!socket_.receive()) {
        call_.over = true;
        ++call_.results.unexpected["the end of the caller's stream"];
        return;
    }
    if (!upgraded_) {
        const auto head = socket_.head();
        if (!head) return;
        if (!head->starts_with("HTTP/1.1 101 ")) throw std::runtime_error("no media stream: " + std::string(*head));
        upgraded_ = true;
        stream();
    }
    while (auto message = socket_.message()) take(*message);
}

void CallerLeg::stream() {
    for (std::string_view rest = start_; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        socket_.send_text(line);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    call_.caller_streams = true;
    const auto due = call_.next_frame(false);
    loop_.at(due, [this, due] { send_frame(due); });
}

void CallerLeg::send_frame(SteadyTime due) {
    if (call_.over || !call_.talks) return;
    ++frames_;
    message_.clear();
    fmt::format_to(std::back_inserter(message_),
                   R"({{"event":"media","sequenceNumber":"{}","media":{{"track":"inbound","chunk":"{}",)"
                   R"("timestamp":"{}","payload":"{}"}},"streamSid":"{}"}})",
                   ++sequence_, frames_, (frames_ - 1) * 20, call_.to_model.send(), stream_sid_);
    socket_.send_text(message_);
    loop_.at(due + 20ms, [this, due] { send_frame(due + 20ms); });
}

void CallerLeg::take(std::string_view message) {
    if (auto payload = text_behind(message, R"("payload":")"); !payload.empty()) return play(payload);
    if (auto delta = text_behind(message, R"("delta":")"); !delta.empty()) return play(delta);  // past the floor
    if (message.find(R"("clear")") != std::string_view::npos) return clear();
    if (auto name = text_behind(message, R"("name":")"); !name.empty()) return mark(name);
    throw std::runtime_error("the engine sent the caller: " + std::string(message.substr(0, 200)));
}

void CallerLeg::play(std::string_view base64) {
    if (call_.speech_is_counted) call_.to_caller.arrived(base64, socket_.arrived_at());
    const auto bytes = base64.size() / 4 * 3 - (base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0);
    play_end_ = std::max(play_end_, socket_.arrived_at()) + std::chrono::microseconds(125 * bytes);
    item_bytes_ += bytes;
}

void CallerLeg::mark(std::string_view name) {
    const auto due = std::max(play_end_, socket_.arrived_at());
    marks_.push_back({std::string(name), due});
    loop_.at(due, [this] {
        const auto now = steady_now();
        if (!marks_.empty() && marks_.front().due <= now) call_.results.late_marks.add(now - marks_.front().due);
        return_marks(now);
    });
}

void CallerLeg::return_marks(SteadyTime until) {
    for (; !marks_.empty() && marks_.front().due <= until && !call_.over; marks_.pop_front())
        socket_.send_text(
            fmt::format(R"({{"event":"mark","sequenceNumber":"{}","streamSid":"{}","mark":{{"name":"{}"}}}})",
                        ++sequence_, stream_sid_, marks_.front().name));
}

void CallerLeg::clear() {
    const auto now = socket_.arrived_at();
    ++call_.results.clears;
    if (call_.awaits_clear) {
        call_.awaits_clear = false;
        call_.results.barge_in.add(now - call_.speech_started);
        const auto left = std::max<Milliseconds>(play_end_ - now, Milliseconds(0));
        call_.was_played(Milliseconds(static_cast<double>(item_bytes_) / 8) - left);
    }
    play_end_ = now;
    item_bytes_ = 0;
    return_marks(SteadyTime::max());
}

}  // namespace switchhook::bench

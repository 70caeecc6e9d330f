#include "sim/stream_verbs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <functional>
#include <string_view>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;
using core::Json;
using std::chrono::milliseconds;

constexpr milliseconds patience{20'000};  // for the other side to begin, or to end, speaking
constexpr milliseconds pause_in_speech{400};

milliseconds seconds_in(const Json& options, const char* key, double otherwise) {
    return milliseconds(static_cast<long>(options.value(key, otherwise) * 1000));
}

// Waits until `passes`, for so much of the stream's time; false where that ended first, or the stream.
asio::awaitable<bool> wait_until(CarrierCall& call, milliseconds limit, std::function<bool(MediaStream&)> passes) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto* stream = call.streams().client();
    if (!stream) co_return false;
    const auto sid = stream->stream().facts().stream_sid;
    const auto until = stream->stream().now() + limit;
    for (;;) {
        stream = call.streams().client();
        if (!stream || stream->stream().facts().stream_sid != sid) co_return false;
        call.note_heard();
        auto& media = stream->stream();
        if (passes(media)) co_return true;
        if (media.now() >= until) co_return false;
        timer.expires_after(
            std::chrono::duration_cast<asio::steady_timer::duration>(milliseconds(5) / call.streams().speed()));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

// From the connection on; a stream that cannot be opened is over.
asio::awaitable<std::string> open(CarrierCall& call) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (call.streams().client() && !call.streams().client()->open()) {
        timer.expires_after(milliseconds(1));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return call.streams().client() ? "" : "the call is in no stream";
}

asio::awaitable<std::string> say(CarrierCall& call, Json options) {
    std::string text = options.at("text");
    auto voice = co_await call.voice_for(text);
    if (!call.streams().client()) co_return "the stream ended before the caller spoke";
    call.tell({.kind = CallEvent::Kind::enters, .text = text, .detail = "says"});
    auto& media = call.streams().client()->stream();
    media.speak(voice);
    auto left = media.left_to_say();
    if (auto mute_after = options.find("mute_after"); mute_after != options.end()) {
        auto rest = left - seconds_in(options, "mute_after", 0);
        bool spoken =
            co_await wait_until(call, left, [rest](MediaStream& stream) { return stream.left_to_say() <= rest; });
        if (spoken) call.streams().client()->stream().stop_sending(seconds_in(options, "mute_for", 3));
    }
    co_await wait_until(call, left + patience, [](MediaStream& stream) { return stream.left_to_say().count() == 0; });
    co_return "";
}

asio::awaitable<std::string> interrupt(CarrierCall& call, Json options) {
    auto after = seconds_in(options, "after", 1);
    bool speaking = co_await wait_until(call, patience, [after](MediaStream& stream) {
        auto spurts = stream.playout().spurts();
        return !spurts.empty() && !spurts.back().over && spurts.back().heard >= after;
    });
    if (!speaking) co_return "the assistant did not speak for as long as that within 20 s";
    co_return co_await say(call, std::move(options));
}

asio::awaitable<std::string> press(CarrierCall& call, Json options) {
    std::string keys = options.at("keys");
    call.tell({.kind = CallEvent::Kind::enters, .text = keys, .detail = "presses"});
    call.streams().client()->stream().press(keys);
    co_await wait_until(call, patience + milliseconds(500) * keys.size(),
                        [](MediaStream& stream) { return !stream.pressing(); });
    co_return "";
}

// The assistant has spoken since it was last listened to, and is silent.
asio::awaitable<std::string> hear_speech(CarrierCall& call, Json) {
    auto since = call.streams().spurts_heard();
    bool began = co_await wait_until(call, patience,
                                     [since](MediaStream& stream) { return stream.playout().spurts().size() > since; });
    if (!began) co_return call.streams().client() ? "the assistant said nothing for 20 s" : "";
    constexpr milliseconds longest = std::chrono::minutes(5);
    bool ended = co_await wait_until(
        call, longest, [](MediaStream& stream) { return stream.playout().quiet_for() >= pause_in_speech; });
    if (call.streams().client()) call.streams().note_spurts_heard();
    co_return ended || !call.streams().client() ? "" : "the assistant spoke for more than 5 minutes";
}

asio::awaitable<std::string> stay_silent(CarrierCall& call, Json options) {
    auto time = seconds_in(options, "seconds", 1);
    call.tell({.kind = CallEvent::Kind::times_out, .duration = time});
    co_await wait_until(call, time, [](MediaStream&) { return false; });
    co_return "";
}

// The call has left the stream, and waits for something else or is over.
asio::awaitable<std::string> leave(CarrierCall& call, Json options) {
    bool still = co_await wait_until(call, seconds_in(options, "within", 30), [](MediaStream&) { return false; });
    (void)still;
    if (call.streams().client()) co_return "the caller is still on the stream";
    co_await call.settle();
    co_return "";
}

asio::awaitable<std::string> lose_frames(CarrierCall& call, Json options) {
    call.streams().client()->stream().lose_frames(options.at("count").get<std::size_t>());
    co_return "";
}
asio::awaitable<std::string> stop_sending(CarrierCall& call, Json options) {
    call.streams().client()->stream().stop_sending(seconds_in(options, "seconds", 3));
    co_return "";
}
asio::awaitable<std::string> stop_reading(CarrierCall& call, Json) {
    call.streams().client()->stop_reading();
    co_return "";
}
asio::awaitable<std::string> read_on(CarrierCall& call, Json) {
    call.streams().client()->read_on();
    co_return "";
}
asio::awaitable<std::string> break_off(CarrierCall& call, Json) {
    call.streams().client()->break_off();
    co_await wait_until(call, patience, [](MediaStream&) { return false; });
    co_return "";
}

struct Verb {
    std::string_view kind;
    asio::awaitable<std::string> (*perform)(CarrierCall&, Json);
};

constexpr std::array verbs{
    Verb{"stream_say", say},
    Verb{"stream_interrupt", interrupt},
    Verb{"stream_press", press},
    Verb{"stream_hear", hear_speech},
    Verb{"stream_silence", stay_silent},
    Verb{"stream_leave", leave},
    Verb{"stream_lose_frames", lose_frames},
    Verb{"stream_stop_sending", stop_sending},
    Verb{"stream_stop_reading", stop_reading},
    Verb{"stream_read_on", read_on},
    Verb{"stream_break_off", break_off},
};

}  // namespace

asio::awaitable<std::string> perform_in_stream(CarrierCall& call, std::string kind, Json options) {
    for (const auto& verb : verbs) {
        if (verb.kind != kind) continue;
        std::string problem;
        if (kind != "stream_leave") problem = co_await open(call);
        if (problem.empty()) problem = co_await verb.perform(call, std::move(options));
        co_return problem;
    }
    co_return "no such verb: " + kind;
}

}  // namespace switchhook::sim

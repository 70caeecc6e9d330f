#include "net/response_writer.hpp"
#include "sim/carrier.hpp"
#include "sim/speech.hpp"
#include "sim/stereo_recording.hpp"

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;

std::string_view without_scheme(std::string_view url) {
    auto at = url.find("://");
    return at == std::string_view::npos ? url : url.substr(at + 3);
}

// Whether a URL goes to this origin, whatever their schemes are.
bool same_host(std::string_view url, std::string_view origin) {
    auto path = without_scheme(url), host = without_scheme(origin);
    host = host.substr(0, host.find('/'));
    return path.starts_with(host) && (path.size() == host.size() || path[host.size()] == '/');
}

std::string as_websocket(std::string_view origin) {
    return (origin.starts_with("https://") ? "wss://" : "ws://") + std::string(without_scheme(origin));
}

std::string iso_time(std::time_t time) {
    std::tm utc{};
    gmtime_r(&time, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace

// A public origin is reached where it really is; and a server that speaks plain HTTP speaks plain WebSocket, as it
// does behind the proxy that takes its TLS.
std::string CarrierCall::reach_of(const std::string& url) const {
    const auto& webhooks = carrier_.options().webhooks;
    auto path = without_scheme(url);
    path = path.substr(std::min(path.find('/'), path.size()));
    if (!webhooks.public_origin.empty() && same_host(url, webhooks.public_origin))
        return as_websocket(webhooks.local_origin) + std::string(path);
    if (settings_.voice_url.starts_with("http://") && same_host(url, settings_.voice_url))
        return "ws://" + std::string(without_scheme(url));
    return url;
}

MediaStreamClient::Options CarrierCall::stream_options() {
    MediaStreamClient::Options options;
    options.auth_token = carrier_.options().webhooks.auth_token;
    if (stream_faults_.bad_signature) options.auth_token = core::Secret("not the account's token");
    options.reach = reach_of(streaming_.url);
    options.speed = carrier_.options().stream_speed;
    options.on_problem = [this](const StreamProblem& problem) { note_problem(problem); };
    return options;
}

void CarrierCall::tell(const CallEvent& event) {
    if (carrier_.options().on_event) carrier_.options().on_event(*this, event);
}

void CarrierCall::note_problem(const StreamProblem& problem) {
    CallEvent event{.kind = CallEvent::Kind::error, .text = problem.what, .detail = {}, .code = problem.code};
    if (stream_problem_.empty()) stream_problem_ = problem.code == 0 ? problem.what : describe(event);
    tell(event);
}

double CarrierCall::pace() const {
    return carrier_.options().stream_speed;
}

asio::awaitable<std::string> CarrierCall::voice_for(std::string text) const {
    const auto& voice = carrier_.options().voice;
    if (!voice) co_return tones_for(text, core::telephone_mulaw);
    auto mulaw = co_await voice(std::move(text));
    co_return mulaw;
}

void CarrierCall::assistant_says(std::string text, std::chrono::milliseconds length) {
    if (stream_) spoken_.add(std::move(text), length, stream_->stream().playout());
}

std::vector<SpokenItems::Heard> CarrierCall::heard_of_assistant() {
    if (!stream_) return {};
    return spoken_.heard(stream_->stream().playout());
}

void CarrierCall::tell_heard() {
    auto items = heard_of_assistant();
    for (; told_ < items.size() && items[told_].over; ++told_) {
        if (items[told_].text.empty()) continue;
        heard_.push_back(items[told_].text);
        tell({.kind = CallEvent::Kind::says, .text = items[told_].text});
    }
}

void CarrierCall::note_spurts_heard() {
    if (stream_) spurts_heard_ = stream_->stream().playout().spurts().size();
}

void CarrierCall::enter_stream(const Streaming& streaming, const asio::any_io_executor& executor) {
    streaming_ = streaming;
    spoken_ = {};
    told_ = spurts_heard_ = 0;
    auto parameters = merge(streaming.parameters, stream_faults_.parameters);
    stream_ = std::make_shared<MediaStreamClient>(
        streaming.url, StreamFacts{facts_.account_sid, facts_.sid, streaming.sid, std::move(parameters)},
        stream_options());
    go_on(run_stream(stream_), executor);
}

asio::awaitable<void> CarrierCall::leave_stream() {
    if (!stream_) co_return;
    const auto* wanted = std::get_if<Streaming>(&player_.need());
    if (wanted && wanted->sid == streaming_.sid) co_return;
    stream_->leave();
    while (stream_) co_await stream_over_.wait();
}

asio::awaitable<void> CarrierCall::run_stream(std::shared_ptr<MediaStreamClient> stream) {
    auto end = co_await stream->connect();
    if (end.code == 0) {
        go_on(tell_stream("stream-started", {}), executor_);
        end = co_await stream->run();
        tell_heard();
        keep_recording(stream->stream());
        player_.let_pass(stream->stream().now());
    }
    auto over = streaming_;
    go_on(tell_stream(end.code == 0 ? "stream-stopped" : "stream-error", end.what), executor_);
    stream_.reset();
    stream_over_.set();
    // The server ended it: the call goes on with the action, or the next verb.
    const auto* still = std::get_if<Streaming>(&player_.need());
    if (!still || still->sid != over.sid) co_return;
    player_.stream_ends(end.code, end.what);
    co_await settle();
}

asio::awaitable<void> CarrierCall::tell_stream(std::string event, std::string error) {
    if (streaming_.status_callback.empty()) co_return;
    Params params{{"AccountSid", facts_.account_sid}, {"CallSid", facts_.sid},
                  {"StreamSid", streaming_.sid},      {"StreamName", streaming_.name},
                  {"StreamEvent", std::move(event)},  {"Timestamp", iso_time(std::time(nullptr))}};
    if (!error.empty()) params.emplace_back("StreamError", std::move(error));
    co_await carrier_.sender().send(streaming_.status_callback, streaming_.status_callback_method, std::move(params));
}

void CarrierCall::keep_recording(MediaStream& stream) {
    auto frames = std::min(stream.voice().size(), stream.playout().recording().size());
    caller_said_.append(stream.voice(), 0, frames);
    caller_heard_.append(stream.playout().recording(), 0, frames);
    if (record_to_.empty()) return;
    if (auto written = write_stereo(record_to_, caller_said_, caller_heard_); !written)
        note_problem({0, "cannot write " + record_to_.string() + ": " + written.error().message()});
}

}  // namespace switchhook::sim

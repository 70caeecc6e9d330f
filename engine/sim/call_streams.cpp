#include "sim/call_streams.hpp"

#include "sim/stereo_recording.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

namespace switchhook::sim {
namespace {

namespace asio = boost::asio;

std::string iso_time(std::time_t time) {
    std::tm utc{};
    gmtime_r(&time, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace

CallStreams::CallStreams(CallFacts facts, const WebhookSender& sender, Options options)
    : facts_(std::move(facts)), sender_(sender), options_(std::move(options)) {}

void CallStreams::enter(Streaming streaming) {
    latest_ = std::move(streaming);
    spoken_ = {};
    told_ = spurts_heard_ = 0;
    MediaStreamClient::Options options;
    options.auth_token = faults_.bad_signature ? core::Secret("not the account's token") : options_.auth_token;
    options.reach = options_.reach(latest_.url);
    options.speed = options_.speed;
    options.on_problem = [this](const StreamProblem& problem) { note_problem(problem); };
    StreamFacts facts{facts_.account_sid, facts_.sid, latest_.sid, merge(latest_.parameters, faults_.parameters)};
    client_ = std::make_shared<MediaStreamClient>(latest_.url, std::move(facts), std::move(options));
}

asio::awaitable<MediaStreamClient::End> CallStreams::run() {
    using namespace asio::experimental::awaitable_operators;
    auto client = client_;
    auto end = co_await client->connect();
    if (end.code == 0) {
        end = co_await (client->run() && tell("stream-started", {}));
        end.lasted = client->stream().now();
        keep(client->stream());
    }
    client_.reset();
    ended_.set();
    co_return end;
}

asio::awaitable<void> CallStreams::leave_unless(std::string sid) {
    if (!client_ || latest_.sid == sid) co_return;
    client_->leave();
    while (client_) co_await ended_.wait();
}

asio::awaitable<void> CallStreams::tell_end(MediaStreamClient::End end) const {
    std::string event = end.code == 0 ? "stream-stopped" : "stream-error";
    co_await tell(std::move(event), std::move(end.what));
}

asio::awaitable<void> CallStreams::tell(std::string event, std::string error) const {
    if (latest_.status_callback.empty()) co_return;
    Params params{{"AccountSid", facts_.account_sid}, {"CallSid", facts_.sid},
                  {"StreamSid", latest_.sid},         {"StreamName", latest_.name},
                  {"StreamEvent", std::move(event)},  {"Timestamp", iso_time(std::time(nullptr))}};
    if (!error.empty()) params.emplace_back("StreamError", std::move(error));
    co_await sender_.send(latest_.status_callback, latest_.status_callback_method, std::move(params));
}

void CallStreams::note_problem(const StreamProblem& problem) {
    CallEvent event{.kind = CallEvent::Kind::error, .text = problem.what, .detail = {}, .code = problem.code};
    if (problem_.empty()) problem_ = problem.code == 0 ? problem.what : describe(event);
    options_.on_event(event);
}

void CallStreams::keep(MediaStream& stream) {
    heard_texts_ = take_heard();
    auto frames = std::min(stream.voice().size(), stream.playout().recording().size());
    caller_said_.append(stream.voice(), 0, frames);
    caller_heard_.append(stream.playout().recording(), 0, frames);
    if (record_to_.empty()) return;
    if (auto written = write_stereo(record_to_, caller_said_, caller_heard_); !written)
        note_problem({0, "cannot write " + record_to_.string() + ": " + written.error().message()});
}

void CallStreams::assistant_says(std::string text, milliseconds length) {
    if (client_) spoken_.add(std::move(text), length, client_->stream().playout());
}

std::vector<SpokenItems::Heard> CallStreams::heard() {
    if (!client_) return {};
    return spoken_.heard(client_->stream().playout());
}

std::vector<std::string> CallStreams::take_heard() {
    auto texts = std::exchange(heard_texts_, {});
    auto items = heard();
    for (; told_ < items.size() && items[told_].over; ++told_)
        if (!items[told_].text.empty()) texts.push_back(items[told_].text);
    return texts;
}

void CallStreams::note_spurts_heard() {
    if (client_) spurts_heard_ = client_->stream().playout().spurts().size();
}

}  // namespace switchhook::sim

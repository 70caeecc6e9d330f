#pragma once

#include "core/event.hpp"
#include "sim/call_event.hpp"
#include "sim/call_params.hpp"
#include "sim/delivery.hpp"
#include "sim/media_stream_client.hpp"
#include "sim/spoken_items.hpp"
#include "sim/twiml_player.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchhook::sim {

// What is wrong about the streams that a call opens.
struct StreamFaults {
    bool bad_signature = false;
    Params parameters = {};  // these take the place of the TwiML's by name
};

// The media streams of one call, one after the other: opens them, tells their status callback, knows what was said and
// heard on them, and records it. Lives on one executor.
class CallStreams {
public:
    using milliseconds = std::chrono::milliseconds;

    struct Options {
        core::Secret auth_token;
        double speed = 1;  // seconds of a stream per second of the clock
        // Where a wss:// URL really is.
        std::function<std::string(const std::string& url)> reach;
        std::function<void(const CallEvent&)> on_event;
    };

    // `sender` outlives it.
    CallStreams(CallFacts facts, const WebhookSender& sender, Options options);

    // The call is to be in this stream from now on. REQUIRES: client() is null.
    void enter(Streaming streaming);
    // Opens the stream and keeps it going until one side ends it. REQUIRES: enter() came just before.
    boost::asio::awaitable<MediaStreamClient::End> run();
    // Tells the latest stream's status callback how it ended.
    boost::asio::awaitable<void> tell_end(MediaStreamClient::End end) const;
    // Leaves the stream that the call is in, if it is in another than this; returns once that has ended.
    boost::asio::awaitable<void> leave_unless(std::string sid);

    // The stream that the call is in, or is about to be; null where it is in none.
    MediaStreamClient* client() { return client_.get(); }
    // The latest stream.
    const Streaming& latest() const { return latest_; }
    double speed() const { return options_.speed; }
    // How the next streams are opened.
    void set_faults(StreamFaults faults) { faults_ = std::move(faults); }
    // The first thing that was wrong, as what the server sent and Twilio would not have taken: "Twilio error 31951: …".
    const std::string& problem() const { return problem_; }
    void note_problem(const StreamProblem& problem);

    // Writes what is said, from the first stream's beginning, whenever one ends: the caller on the left.
    void record_to(std::filesystem::path file) { record_to_ = std::move(file); }

    // The words that a server is about to speak, told by whoever makes its speech.
    void assistant_says(std::string text, milliseconds length);
    // What the caller has heard of them in the stream that they are in.
    std::vector<SpokenItems::Heard> heard();
    // The texts of those that were heard to their end, or cut, since this was called last.
    std::vector<std::string> take_heard();
    // How many spurts of the stream's speech are no answer any more to what the caller did last.
    std::size_t spurts_heard() const { return spurts_heard_; }
    void note_spurts_heard();

private:
    boost::asio::awaitable<void> tell(std::string event, std::string error) const;
    void keep(MediaStream& stream);

    const CallFacts facts_;
    const WebhookSender& sender_;
    const Options options_;
    Streaming latest_;
    std::shared_ptr<MediaStreamClient> client_;
    core::Event ended_;
    StreamFaults faults_;
    std::string problem_;

    SpokenItems spoken_;                    // in the stream
    std::size_t told_ = 0;                  // of them
    std::vector<std::string> heard_texts_;  // that nobody has taken, of streams before
    std::size_t spurts_heard_ = 0;
    std::filesystem::path record_to_;
    std::string caller_said_, caller_heard_;  // µ-law, of all streams so far
};

}  // namespace switchhook::sim

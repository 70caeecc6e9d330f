#pragma once

#include "core/audio_leg.hpp"
#include "core/event.hpp"
#include "core/queue.hpp"
#include "net/websocket.hpp"
#include "twilio/caller_audio.hpp"
#include "twilio/media_messages.hpp"
#include "twilio/playout_ledger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace switchhook::twilio {

// A bidirectional Twilio media stream on our side of its WebSocket: the audio of one call, both ways.
//
// Somebody runs it (run()), somebody else uses it as an AudioLeg (as_leg()). A carrier that does not read what is
// played to it is dropped once the socket's backlog is full; one that sends faster than it is read is left waiting.
class MediaStream final : public core::AudioLeg, public std::enable_shared_from_this<MediaStream> {
public:
    struct Options {
        std::chrono::milliseconds start_within{10'000};  // `connected` and `start`
        // A carrier that stops sending in mid-speech leaves a turn detector waiting for the end: after so long it
        // hears so much silence, once.
        std::chrono::milliseconds silent_after{750};
        std::chrono::milliseconds silence{1'000};
        std::size_t most_unread = 256;  // events
        // Past it the carrier would throw audio away (31931: ten minutes).
        std::chrono::milliseconds most_queued = std::chrono::minutes(9);
    };

    // Awaits `connected` and `start`. Errc::timed_out, malformed, closed; the socket is then of no more use.
    static boost::asio::awaitable<core::Result<std::shared_ptr<MediaStream>>> open(
        std::shared_ptr<net::WebSocket> socket, Options options);

    MediaStream(std::shared_ptr<net::WebSocket> socket, StreamStart start, boost::asio::any_io_executor executor,
                Options options);

    const StreamStart& start() const { return start_; }

    // The stream as a leg that has one owner: its end aborts the stream.
    std::unique_ptr<core::AudioLeg> as_leg();

    // Reads the socket until the stream is over. No error after `stop`, close() or abort(); else why it broke off:
    // Errc::closed (gone without `stop`), timed_out, malformed, too_large, overloaded (it did not read).
    boost::asio::awaitable<core::Error> run();

    core::AudioFormat format() const override { return core::telephone_mulaw; }
    boost::asio::awaitable<core::Result<Event>> read() override;
    // Pieces shorter than 20 ms are gathered until they are 50 ms, since a carrier plays crumbs unevenly; longer ones
    // go at once. What comes for an item that was cleared is not played.
    core::Result<void> play(std::string_view item, std::string_view audio) override;
    core::Result<void> end_item(std::string_view item) override;
    std::vector<core::Heard> clear() override;
    std::chrono::milliseconds queued() const override;
    boost::asio::awaitable<void> close() override;
    void abort() override;

private:
    using SteadyClock = std::chrono::steady_clock;

    void take(MediaMessage message);
    void give(Event event);
    void end(core::Error why);
    core::Result<void> send(std::string text);
    core::Result<void> send_held();
    bool was_cleared(std::string_view item) const;
    void watch();
    void look();

    const Options options_;
    const StreamStart start_;
    std::shared_ptr<net::WebSocket> socket_;
    MediaWriter writer_;

    CallerAudio caller_;
    SteadyClock::time_point last_media_{};
    bool flowing_ = false;  // media comes, and the watch looks whether it goes on
    boost::asio::steady_timer watch_;

    core::Queue<Event> events_;
    core::Event arrived_;
    core::Event taken_;
    bool over_ = false;
    core::Error broke_off_;  // why, where it was not ended in good order
    bool told_ = false;

    PlayoutLedger ledger_{core::telephone_mulaw};
    std::string held_;  // audio that waits for more of it
    std::string held_item_;
    std::vector<std::string> cleared_;  // items that were cut off last
};

}  // namespace switchhook::twilio

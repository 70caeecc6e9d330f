#pragma once

#include "core/event.hpp"
#include "sim/call_params.hpp"
#include "sim/call_streams.hpp"
#include "sim/delivery.hpp"
#include "sim/twiml_player.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchhook::sim {

// What a number's owner has set in the console. An empty URL is not asked.
struct NumberSettings {
    std::string voice_url;
    std::string voice_method = "POST";
    std::string voice_fallback_url;
    std::string status_callback;
    std::string sms_url;
    std::string sms_fallback_url;
};

class Carrier;

// A call at the carrier: the player, and the webhooks that it makes.
//
// An act of the caller is done on player(), then settle() brings the call to where it waits again.
class CarrierCall {
public:
    CarrierCall(Carrier& carrier, CallFacts facts, NumberSettings settings);

    const CallFacts& facts() const { return facts_; }
    TwimlPlayer& player() { return player_; }

    // Makes every request that is due until the call waits for somebody or is over; then tells the status callback.
    boost::asio::awaitable<void> settle();

    // Sends the latest webhook once more. False where another document comes back.
    boost::asio::awaitable<bool> repeat_last_webhook();

    // From here on every webhook is sent twice, as when a reply was lost.
    void repeat_every_webhook() { repeats_ = true; }
    // The engine gave a repeated webhook another document; then what it gave.
    const std::string& mismatch() const { return mismatch_; }

    // What was said and played since begin_listening(), to the caller and to the one dialled.
    const std::vector<std::string>& heard() const { return heard_; }
    const std::vector<std::string>& whispered() const { return whispered_; }
    void begin_listening();

    // How the call ended: "flow", "caller", "carrier", "rejected", "busy"; empty while it goes on.
    const std::string& over() const { return over_; }
    // CallStatus as a webhook would tell it now.
    std::string status() const;

    // Changes from outside (REST): the call goes on with them by itself, after a request that is under way.
    void redirect(std::string url, std::string method);
    void redirect(std::string twiml);
    void end(std::string status);

    CallStreams& streams() { return streams_; }
    // Counts as heard what was heard in the stream since this was called last.
    void note_heard();
    // Something that happened beside the TwiML.
    void tell(const CallEvent& event) const;
    // The caller's voice, µ-law.
    boost::asio::awaitable<std::string> voice_for(std::string text) const;

    // Hangs up if the call is in a stream, and returns once nothing goes on by itself any more.
    boost::asio::awaitable<void> stop();

private:
    void change(std::function<void()> what);
    // REQUIRES: the call has settled before.
    void go_on(boost::asio::awaitable<void> work);

    boost::asio::awaitable<void> run_stream(std::string sid);
    std::string reach_of(const std::string& url) const;

    boost::asio::awaitable<void> show_events();
    boost::asio::awaitable<Delivery> request(Fetch fetch);
    void note(const CallEvent& event);

    Carrier& carrier_;
    CallFacts facts_;
    NumberSettings settings_;
    TwimlPlayer player_;
    std::vector<std::string> heard_, whispered_;
    std::string over_;
    bool answered_ = false;
    bool settling_ = false;
    bool reported_ = false;
    bool repeats_ = false;
    std::string mismatch_;
    std::function<void()> change_;  // waits for a request that is under way
    Fetch last_;
    std::string last_reply_;

    CallStreams streams_;
    int going_on_ = 0;  // coroutines of the call's own
    core::Event rests_;
    boost::asio::any_io_executor executor_;
};

// A text message that passed through the carrier.
struct TextMessage {
    std::string sid;
    std::string from;
    std::string to;
    std::string body;
    std::vector<std::string> media;
    std::string idempotency_key = {};  // that came along; the carrier pays no heed to it
    std::time_t created = 0;           // when the carrier took it
};

// A telephone network with one account, in memory: it places calls and texts to webhooks, and keeps what is sent
// through it. For one thread: everything is called on the executor that its coroutines run on.
class Carrier {
public:
    struct Options {
        std::string account_sid = "AC00000000000000000000000000000000";
        WebhookSender::Options webhooks;
        NumberSettings settings;                        // of every number…
        std::map<std::string, NumberSettings> numbers;  // …but these
        double speed = 0;                   // seconds of a call per second of the clock; 0: no waiting at all
        std::chrono::milliseconds rest{0};  // after each event, so that a person can follow
        std::uint64_t seed = 1;
        std::function<void(const CarrierCall&, const CallEvent&)> on_event = {};
        double stream_speed = 1;  // of media streams, which always take their time
        // Where the origins that documents lead streams to really are: "https://one.example" at
        // "http://127.0.0.1:8081".
        std::map<std::string, std::string> stream_origins = {};
        // Makes a caller's voice: µ-law, 8 kHz. Tones where it is not given.
        std::function<boost::asio::awaitable<std::string>(std::string text)> voice = {};
    };

    explicit Carrier(Options options);

    // Rings the business's number. The call is at its first wait when this returns; it lives as long as the carrier.
    boost::asio::awaitable<CarrierCall*> place_call(std::string from, std::string to, bool repeats = false,
                                                    StreamFaults faults = {});

    // Notes an outbound call (REST): nobody has picked it up yet. `settings.voice_url` is what is asked then.
    CarrierCall& ring(std::string from, std::string to, NumberSettings settings, std::string twiml = {});
    // Picks up the oldest call that rings this number; null where there is none.
    boost::asio::awaitable<CarrierCall*> pick_up(std::string number);

    // Sends a text to the business, and gives what came back.
    boost::asio::awaitable<std::vector<TextMessage>> send_text(std::string from, std::string to, std::string body);

    CarrierCall* find(const std::string& sid);

    // Ends what still goes on by itself. To be awaited before the carrier is let go of, if any call was in a stream or
    // was changed over REST.
    boost::asio::awaitable<void> stop();
    // The first thing that was wrong on a stream of any call; see CallStreams::problem.
    std::string stream_problem() const;
    // The call that is in a stream, where one is: the one that was placed last.
    CarrierCall* streaming();
    const NumberSettings& settings_of(const std::string& number) const;

    // A text that the business sends. Nothing where the receiver has opted out (21610).
    const TextMessage* accept_text(TextMessage message);
    const std::vector<TextMessage>& sent_texts() const { return sent_; }

    const Options& options() const { return options_; }
    const WebhookSender& sender() const { return sender_; }
    const std::shared_ptr<Sids>& sids() const { return sids_; }

private:
    struct Outbound {
        CarrierCall* call;
        std::string url;
        std::string method;
        std::string twiml;
    };

    CarrierCall& add_call(std::string from, std::string to, std::string direction, NumberSettings settings);
    void note_opt_out(const std::string& from, const std::string& to, std::string body);
    Params text_params(const TextMessage& message) const;

    Options options_;
    std::shared_ptr<Sids> sids_;
    WebhookSender sender_;
    std::map<std::string, std::unique_ptr<CarrierCall>> calls_;
    std::vector<CarrierCall*> placed_;  // the same, in their order
    std::vector<Outbound> ringing_;
    std::vector<TextMessage> sent_;
    std::set<std::pair<std::string, std::string>> opted_out_;  // (receiver, business)
};

}  // namespace switchhook::sim

#pragma once

#include "sim/call_event.hpp"
#include "sim/params.hpp"
#include "sim/sids.hpp"
#include "sim/twiml_document.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace switchhook::sim {

// A request that the call makes of the webhook server.
struct Fetch {
    std::string url;              // absolute
    std::string method = "POST";  // or GET: the parameters go into the query
    Params params;                // those of this step; the call's own (CallSid, From, …) are the carrier's to add
    std::string call_sid;         // of a whisper: the dialled leg's; otherwise empty
};

// Whom a <Dial> rings.
struct Callee {
    std::string kind;     // "number", "client", "sip", "queue", "conference", "application", "whatsapp"
    std::string address;  // E.164 number, client's name, SIP URI, name of the queue or conference
    std::string sid;      // the leg's CallSid
    std::string whisper_url;
    std::string whisper_method;
};

// What a call is waiting for. Each is ended by the player's method named beside it.
struct Gathering {  // press, speak, stay_silent
    bool digits = true;
    bool speech = false;
    int num_digits = 0;              // 0: no limit
    std::string finish_on_key{"#"};  // empty: no such key
    std::chrono::seconds timeout{5};
    std::string entered;  // keys so far
};
struct Recording {  // record, stay_silent
    std::chrono::seconds timeout{5};
    std::chrono::seconds max_length{3600};
    std::string finish_on_key;
};
struct Ringing {  // callee
    std::vector<Callee> callees;
    std::chrono::seconds timeout{30};
};
struct Bridged {  // bridge_ends
    Callee callee;
};
struct Queued {  // leave_queue, stay_silent (asks the waitUrl again)
    std::string name;
};
struct Streaming {  // stream_ends
    std::string url;
    std::string sid;  // MZ…
    std::string name;
    Params parameters;
    std::string status_callback;  // absolute; empty: none
    std::string status_callback_method;
};
struct Referring {  // refer_ends
    std::string address;
};
struct Ended {
    std::string status;  // CallStatus: "completed", "busy", "no-answer"
};
using Need = std::variant<Fetch, Gathering, Recording, Ringing, Bridged, Queued, Streaming, Referring, Ended>;

// Executes TwiML for one call as Twilio does, without I/O and without waiting: documents and the caller's
// acts go in, the next need and a list of events come out. Time is virtual: every event tells how long it
// takes, and elapsed() is their sum.
//
//     player.start(voice_url, "POST");
//     while (auto* fetch = std::get_if<Fetch>(&player.need()))
//         player.arrived(co_await request(*fetch));
//     player.press("1");
//
// Every act returns false, and changes nothing, where the call is not waiting for it.
class TwimlPlayer {
public:
    struct Options {
        std::string fallback_url;  // asked when a document cannot be had or is refused; empty: none
        std::string fallback_method = "POST";
        std::string recordings_url = "https://api.twilio.com/2010-04-01/Accounts/AC/Recordings";
    };

    TwimlPlayer(Options options, std::shared_ptr<Sids> sids);
    TwimlPlayer(TwimlPlayer&&) noexcept;
    ~TwimlPlayer();

    // The first request of the call, or a redirect from outside (REST): what was going on is abandoned.
    void start(const std::string& url, const std::string& method);
    // A document given with a REST request. It has no URL: a relative or missing action is error 11100.
    void start_with(const std::string& twiml);

    const Need& need() const;
    std::vector<CallEvent> take_events();
    // Callbacks due (recording, dialled leg): to be sent, their replies ignored.
    std::vector<Fetch> take_callbacks();
    std::chrono::milliseconds elapsed() const;
    // So much time goes by in the stream that the call is in.
    void let_pass(std::chrono::milliseconds time);

    // The reply to the Fetch, or why there was none: 11200, 11205, …
    bool arrived(const Reply& reply);
    bool failed(int code, const std::string& what);

    // Keys one by one. With numDigits or finishOnKey reached, the rest of them is lost.
    bool press(const std::string& keys);
    bool speak(const std::string& words, double confidence = 0.9);
    // Lets the timeout pass.
    bool stay_silent();
    // A recording of that length, ended by a key of finishOnKey, or by silence (no key).
    bool record(std::chrono::seconds length, const std::string& key = {});
    // What the callee with that index does: "answered", "busy", "no-answer", "failed". Those who do not answer
    // stop ringing; the dial ends when the last of them has.
    bool callee(std::size_t index, const std::string& outcome);
    // The one dialled hangs up after so many seconds, or the conference ends.
    bool bridge_ends(std::chrono::seconds after);
    bool leave_queue(const std::string& result, std::chrono::seconds after);
    // A code where it did not end in order: 31920, 31921, …
    bool stream_ends(int code = 0, const std::string& what = {});
    bool refer_ends(const std::string& status);
    // The caller hangs up, whatever goes on.
    bool hang_up();
    // The carrier ends the call with this status (REST: "completed", "canceled").
    void end(const std::string& status);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace switchhook::sim

#pragma once

#include <chrono>
#include <string>

namespace switchhook::sim {

// Whose ear or mouth: the caller's, or that of the one who was dialled.
enum class Party { caller, callee };

// One thing that happened on a simulated call.
struct CallEvent {
    enum class Kind {
        says,          // text; detail: the voice
        plays,         // text: the URL, or the keys of <Play digits>
        pauses,        // for `duration`
        listens,       // a gather waits; text: for what
        times_out,     // a gather or a recording heard nothing
        enters,        // text: the keys, or the words spoken
        ignores,       // text: input that nobody asked for
        records,       // a recording begins
        recorded,      // text: the recording's URL
        dials,         // text: number, client, SIP address
        callee,        // text: what the one dialled did ("answered", "busy"…)
        bridged,       // the two hear each other; text: the callee, or the conference
        queued,        // text: the queue's name
        leaves_queue,  // text: the result
        streams,       // text: the media stream's URL
        refers,        // text: the SIP address
        sends,         // <Sms>: text; detail: to whom
        redirects,     // text: the URL
        rejected,      // text: "rejected" or "busy"
        hung_up,       // text: by whom: "caller", "callee", "flow"
        warning,       // code and text, as Twilio's debugger shows it; the call goes on
        error,         // code and text; a fallback or the end of the call follows
    };

    Kind kind;
    std::string text;
    std::string detail;
    std::chrono::milliseconds duration{};  // of virtual time
    int code = 0;                          // Twilio's, for warning and error
    Party party = Party::caller;           // who hears or does it
};

// The event as a line of a transcript, from the caller's side: `hears "Press 1."`, `is put through to +1415…`.
std::string describe(const CallEvent& event);

}  // namespace switchhook::sim

#pragma once

#include "sim/twiml_document.hpp"
#include "sim/twiml_player.hpp"

#include <pugixml.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::sim {

// How long a telephone voice takes for a character: it reads about 14 a second.
constexpr std::chrono::milliseconds per_character{70};

// A call in progress. What runs one verb gives true where the call now waits for something, or is over; what takes an
// act of somebody's gives false, and changes nothing, where the call is not waiting for it.
struct TwimlPlayer::State {
    using Kind = CallEvent::Kind;
    using milliseconds = std::chrono::milliseconds;
    using seconds = std::chrono::seconds;

    // What a document is run for: it decides what its end means.
    enum class Role { call, whisper, wait };

    Options options;
    std::shared_ptr<Sids> sids;
    Role role = Role::call;

    Need need = Ended{"completed"};
    std::vector<CallEvent> events;
    std::vector<Fetch> callbacks;
    milliseconds elapsed{};

    std::shared_ptr<const pugi::xml_document> document;
    std::string url;      // of the document
    pugi::xml_node verb;  // in progress
    pugi::xml_node next;  // to run after it
    bool in_fallback = false;
    bool answered = false;

    std::unique_ptr<TwimlPlayer> inner;   // runs the whisper or the queue's waitUrl
    std::vector<Callee> waiting_callees;  // of a sequential dial
    Callee bridged;
    std::string queue_sid;
    milliseconds step_began{};

    // Requests, and documents run verb by verb: player_run.cpp.
    void emit(CallEvent event);
    void fetch(const std::string& to, const std::string& method, Params params = {});
    // The verb's action, or the document itself where it names none.
    void fetch_action(Params params);
    // The verb is over: its action decides what comes next, if it has one.
    void over(Params params);
    void call_back(pugi::xml_node from, const char* attribute, Params params);
    // The last request of a call whose caller is gone: its reply changes nothing any more.
    void last_action(Params params);
    void arrive(std::variant<TwimlDocument, TwimlProblem> reply, const std::string& from);
    void refuse(TwimlProblem problem);
    void run();
    void hang_up_call(const std::string& by);
    // The verb in progress.
    bool execute(std::string_view name);
    bool hang_up();

    // <Say>, <Play>, <Pause>, also as the prompts of a <Gather>: player_speaking.cpp.
    // False for any other verb.
    bool speak_verb(pugi::xml_node node);
    void play(pugi::xml_node node);

    // <Gather> and <Record>: player_input.cpp.
    bool gather();
    bool press(const std::string& keys);
    // `key` ended the input; 0 where a timeout or numDigits did.
    void finish_keys(char key);
    bool speak(const std::string& words, double confidence);
    bool stay_silent();
    bool start_recording();
    bool record(seconds length, const std::string& key);
    // The parameters of a recording that was made, its callbacks queued.
    Params recorded(seconds length, const std::string& key);

    // <Dial>: player_dial.cpp.
    bool dial();
    void ring(std::vector<Callee> callees);
    void join(Callee callee);
    void connect(Callee callee);
    bool callee(std::size_t index, const std::string& outcome);
    void next_callee(const std::string& outcome, const Callee& last);
    Params dial_result(const std::string& status, const Callee& one, seconds length, bool together);
    void dial_over(const std::string& status, const Callee& one, seconds length, bool together);
    void finish_bridge(seconds after);
    bool bridge_ends(seconds after);

    // <Enqueue> and <Leave>: player_queue.cpp.
    bool enqueue();
    void start_waiting();
    Params queue_result(const std::string& result);
    bool leave_queue(const std::string& result, seconds after);
    bool leave();

    // A whisper or a queue's waiting music, a document inside the verb: player_inner.cpp.
    void start_inner(Role inner_role, const std::string& to, const std::string& method, Params params);
    void take_from_inner();
    void inner_ended(std::string how, bool whisper);

    // The verbs that hand the call on or tell of something beside it: player_control.cpp.
    bool redirect();
    bool reject(bool first);
    bool refer();
    bool send_sms();

    // <Connect> and <Start>: player_stream.cpp.
    bool connect_stream();
    bool start_stream();
    void stream_over(int code, const std::string& what);
};

}  // namespace switchhook::sim

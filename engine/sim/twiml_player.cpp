#include "sim/twiml_player.hpp"

#include "sim/url.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace switchhook::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = CallEvent::Kind;

namespace {

// A telephone voice reads about 14 characters a second.
constexpr milliseconds per_character{70};
// How long a played file is taken to last: it is never fetched.
constexpr milliseconds sound_length{3000};

constexpr auto apology = "We are sorry, an application error has occurred. Goodbye.";

void gather_text(pugi::xml_node node, std::string& text, milliseconds& breaks) {
    for (auto child : node.children()) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            text += child.value();
        } else if (std::string_view(child.name()) == "break") {
            text += ' ';
            std::string_view time = child.attribute("time").as_string("500ms");
            auto number = std::atof(std::string(time).c_str());
            breaks += milliseconds(static_cast<long>(time.ends_with("ms") ? number : number * 1000));
        } else {
            gather_text(child, text, breaks);
        }
    }
}

std::string one_line(std::string_view text) {
    std::string line;
    for (char c : text) {
        bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    return line;
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string method_of(pugi::xml_node node, const char* attribute) {
    return std::string_view(node.attribute(attribute).value()) == "GET" ? "GET" : "POST";
}

std::string in_seconds(milliseconds time) {
    return std::to_string(std::chrono::duration_cast<seconds>(time).count());
}

Callee callee_of(pugi::xml_node noun, const std::string& base) {
    Callee callee;
    callee.kind = lower_case(noun.name());
    callee.address = one_line(noun.text().get());
    if (auto identity = noun.child("Identity")) callee.address = one_line(identity.text().get());
    if (auto uri = noun.child("Uri")) callee.address = one_line(uri.text().get());
    if (auto sid = noun.child("ApplicationSid")) callee.address = one_line(sid.text().get());
    if (noun.attribute("url")) callee.whisper_url = resolve_url(base, noun.attribute("url").value()).value_or("");
    callee.whisper_method = method_of(noun, "method");
    return callee;
}

// What a <Gather> listens for, in words.
std::string wanted(const Gathering& gathering) {
    std::string keys = gathering.num_digits == 0   ? "keys"
                       : gathering.num_digits == 1 ? "a key"
                                                   : std::to_string(gathering.num_digits) + " keys";
    if (!gathering.speech) return keys;
    return gathering.digits ? keys + " or speech" : "speech";
}

}  // namespace

struct TwimlPlayer::State {
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

    void emit(CallEvent event) {
        elapsed += event.duration;
        if (role == Role::whisper) event.party = Party::callee;
        events.push_back(std::move(event));
    }

    // Requests.

    void fetch(const std::string& to, const std::string& method, Params params = {}) {
        need = Fetch{to, method, std::move(params), {}};
    }

    // The verb's action, or the document itself where it names none.
    void fetch_action(Params params) {
        auto to = resolve_url(url, verb.attribute("action").value());
        if (!to)
            return refuse({11100, "the action of <" + std::string(verb.name()) + "> must be an absolute URL here"});
        fetch(*to, method_of(verb, "method"), std::move(params));
    }

    // The verb is over: its action decides what comes next, if it has one.
    void over(Params params) {
        if (verb.attribute("action") && *verb.attribute("action").value() != '\0')
            return fetch_action(std::move(params));
        run();
    }

    void call_back(pugi::xml_node from, const char* attribute, Params params) {
        if (!from.attribute(attribute)) return;
        auto to = resolve_url(url, from.attribute(attribute).value());
        auto method = method_of(from, (std::string(attribute) + "Method").c_str());
        if (to) callbacks.push_back(Fetch{*to, method, std::move(params), {}});
    }

    // The last request of a call whose caller is gone: its reply changes nothing any more.
    void last_action(Params params) {
        if (!verb.attribute("action") && std::string_view(verb.name()) != "Record") return;
        params.emplace_back("CallStatus", "completed");
        if (auto to = resolve_url(url, verb.attribute("action").value()))
            callbacks.push_back(Fetch{*to, method_of(verb, "method"), std::move(params), {}});
    }

    // Documents.

    void arrive(std::variant<TwimlDocument, TwimlProblem> reply, const std::string& from) {
        if (auto* problem = std::get_if<TwimlProblem>(&reply)) return refuse(std::move(*problem));
        auto& read = std::get<TwimlDocument>(reply);
        for (auto& warning : read.warnings) emit({.kind = Kind::warning, .text = warning.what, .code = warning.code});
        document = read.xml;
        url = from;
        next = read.response().first_child();
        run();
    }

    void refuse(TwimlProblem problem) {
        emit({.kind = Kind::error, .text = problem.what, .code = problem.code});
        inner.reset();
        if (!in_fallback && !options.fallback_url.empty()) {
            in_fallback = true;
            auto at = std::holds_alternative<Fetch>(need) ? std::get<Fetch>(need).url : url;
            return fetch(options.fallback_url, options.fallback_method,
                         {{"ErrorCode", std::to_string(problem.code)}, {"ErrorUrl", at}});
        }
        emit({.kind = Kind::says, .text = apology, .duration = per_character * 57});
        hang_up_call("carrier");
    }

    void run() {
        step_began = elapsed;
        while (next) {
            verb = next;
            next = verb.next_sibling();
            if (verb.type() != pugi::node_element) continue;
            if (execute(verb.name())) return;
        }
        if (role == Role::whisper)
            need = Ended{"connect"};
        else if (role == Role::wait)
            need = Ended{"again"};
        else
            hang_up_call("flow");
    }

    void hang_up_call(const std::string& by) {
        emit({.kind = Kind::hung_up, .text = by});
        need = Ended{"completed"};
    }

    // Runs one verb. True where the call now waits for something, or is over.
    bool execute(std::string_view name) {
        if (speak_verb(verb)) {
            answered = answered || name != "Pause";
            return false;
        }
        bool first = !answered;
        answered = true;
        if (name == "Gather") return gather();
        if (name == "Record") return start_recording();
        if (name == "Dial") return dial();
        if (name == "Enqueue") return enqueue();
        if (name == "Redirect") return redirect();
        if (name == "Reject") return reject(first);
        if (name == "Hangup") return hang_up_call("flow"), true;
        if (name == "Leave") return leave();
        if (name == "Refer") return refer();
        if (name == "Connect" || name == "Start") return stream(name == "Connect");
        if (name == "Sms") return send_sms();
        if (name == "Pay")
            emit({.kind = Kind::warning, .text = "the simulator takes no payments: <Pay> is skipped", .code = 12400});
        return false;  // <Stop>, <Echo>, and what the rules have warned of already
    }

    // Verbs that only make themselves heard; they are also the prompts of a <Gather>.
    bool speak_verb(pugi::xml_node node) {
        std::string_view name = node.name();
        if (name == "Say") {
            std::string text;
            milliseconds length{};
            gather_text(node, text, length);
            text = one_line(text);
            length += per_character * text.size();
            int loop = number_attribute(node, "loop", 1);
            if (!text.empty())
                emit({.kind = Kind::says,
                      .text = text,
                      .detail = node.attribute("voice").value(),
                      .duration = length * (loop == 0 ? 1000 : loop)});
        } else if (name == "Play") {
            play(node);
        } else if (name == "Pause") {
            emit({.kind = Kind::pauses, .duration = seconds(number_attribute(node, "length", 1))});
        } else {
            return false;
        }
        return true;
    }

    void play(pugi::xml_node node) {
        if (auto digits = node.attribute("digits")) {
            milliseconds length{};
            for (char key : std::string_view(digits.value())) length += milliseconds(key == 'W' ? 1000 : 500);
            return emit({.kind = Kind::plays, .text = digits.value(), .duration = length});
        }
        auto sound = resolve_url(url, node.text().get());
        if (!sound || one_line(node.text().get()).empty()) return;
        int loop = number_attribute(node, "loop", 1);
        emit({.kind = Kind::plays, .text = *sound, .duration = sound_length * (loop == 0 ? 1000 : loop)});
    }

    // <Gather>

    bool gather() {
        for (auto prompt : verb.children()) speak_verb(prompt);
        Gathering gathering;
        std::string_view input = verb.attribute("input").as_string("dtmf");
        gathering.speech = input.find("speech") != std::string_view::npos;
        gathering.digits = input.find("dtmf") != std::string_view::npos || !gathering.speech;
        gathering.num_digits = number_attribute(verb, "numDigits", 0, 1);
        gathering.timeout = seconds(number_attribute(verb, "timeout", 5, 1));
        if (auto key = verb.attribute("finishOnKey")) gathering.finish_on_key = key.value();
        emit({.kind = Kind::listens, .text = wanted(gathering)});
        need = std::move(gathering);
        return true;
    }

    bool press(const std::string& keys) {
        if (auto* talk = std::get_if<Bridged>(&need)) {
            bool star = keys.find('*') != std::string::npos && flag_attribute(verb, "hangupOnStar", false);
            if (!star || talk->callee.kind == "conference") return false;
            emit({.kind = Kind::enters, .text = "*", .detail = "presses"});
            return finish_bridge(seconds(1)), true;
        }
        if (auto* recording = std::get_if<Recording>(&need)) {
            if (keys.size() != 1 || recording->finish_on_key.find(keys) == std::string::npos) return false;
            return record(seconds(1), keys);
        }
        auto* gathering = std::get_if<Gathering>(&need);
        if (!gathering) return false;
        if (!gathering->digits) return emit({.kind = Kind::ignores, .text = keys, .detail = "presses"}), true;
        emit({.kind = Kind::enters, .text = keys, .detail = "presses"});
        for (char key : keys) {
            if (gathering->finish_on_key.find(key) != std::string::npos) return finish_keys(key), true;
            gathering->entered += key;
            if (static_cast<int>(gathering->entered.size()) == gathering->num_digits) return finish_keys('\0'), true;
        }
        return true;
    }

    // `key` ended the input; 0 where a timeout or numDigits did.
    void finish_keys(char key) {
        auto gathering = std::get<Gathering>(need);
        if (gathering.entered.empty() && !flag_attribute(verb, "actionOnEmptyResult", false)) return run();
        Params params;
        if (gathering.digits || !gathering.speech) params.emplace_back("Digits", gathering.entered);
        if (gathering.entered.empty() && gathering.speech) params.emplace_back("SpeechResult", "");
        if (key != '\0') params.emplace_back("FinishedOnKey", std::string(1, key));
        params.emplace_back("msg", "Gather End");
        fetch_action(std::move(params));
    }

    bool speak(const std::string& words, double confidence) {
        auto* gathering = std::get_if<Gathering>(&need);
        if (!gathering) return false;
        if (!gathering->speech) return emit({.kind = Kind::ignores, .text = words, .detail = "says"}), true;
        emit({.kind = Kind::enters, .text = words, .detail = "says", .duration = per_character * words.size()});
        auto rounded = std::to_string(confidence);
        fetch_action({{"SpeechResult", words}, {"Confidence", rounded}, {"msg", "Gather End"}});
        return true;
    }

    bool stay_silent() {
        if (auto* gathering = std::get_if<Gathering>(&need)) {
            emit({.kind = Kind::times_out, .duration = gathering->timeout});
            return finish_keys('\0'), true;
        }
        if (auto* recording = std::get_if<Recording>(&need)) {
            emit({.kind = Kind::times_out, .duration = recording->timeout});
            return run(), true;  // an empty recording asks no action
        }
        if (auto* ringing = std::get_if<Ringing>(&need)) {
            emit({.kind = Kind::callee, .text = "no-answer", .duration = ringing->timeout});
            return next_callee("no-answer", ringing->callees.front()), true;
        }
        if (std::holds_alternative<Queued>(need) && verb.attribute("waitUrl")) return start_waiting(), true;
        return false;
    }

    // <Record>

    bool start_recording() {
        Recording recording;
        recording.timeout = seconds(number_attribute(verb, "timeout", 5));
        recording.max_length =
            seconds(number_attribute(verb, "maxLength", flag_attribute(verb, "transcribe", false) ? 120 : 3600, 1));
        recording.finish_on_key = verb.attribute("finishOnKey").as_string("1234567890*#");
        emit({.kind = Kind::records});
        need = std::move(recording);
        return true;
    }

    bool record(seconds length, const std::string& key) {
        auto* recording = std::get_if<Recording>(&need);
        if (!recording) return false;
        fetch_action(recorded(std::min(length, recording->max_length), key));
        return true;
    }

    // The parameters of a recording that was made, its callbacks queued.
    Params recorded(seconds length, const std::string& key) {
        auto sid = sids->make("RE");
        auto recording_url = options.recordings_url + "/" + sid;
        auto duration = std::to_string(length.count());
        emit({.kind = Kind::recorded, .text = recording_url, .duration = length});
        call_back(verb, "recordingStatusCallback",
                  {{"RecordingSid", sid},
                   {"RecordingUrl", recording_url},
                   {"RecordingStatus", "completed"},
                   {"RecordingDuration", duration},
                   {"RecordingChannels", "1"},
                   {"RecordingSource", std::string_view(verb.name()) == "Dial" ? "DialVerb" : "RecordVerb"}});
        if (flag_attribute(verb, "transcribe", false))
            call_back(verb, "transcribeCallback",
                      {{"TranscriptionSid", sids->make("TR")},
                       {"TranscriptionStatus", "failed"},
                       {"TranscriptionText", ""},
                       {"RecordingSid", sid},
                       {"RecordingUrl", recording_url}});
        Params params{{"RecordingUrl", recording_url}, {"RecordingSid", sid}, {"RecordingDuration", duration}};
        if (!key.empty()) params.emplace_back("Digits", key);
        return params;
    }

    // <Dial>

    bool dial() {
        std::vector<Callee> callees;
        for (auto noun : verb.children())
            if (noun.type() == pugi::node_element) callees.push_back(callee_of(noun, url));
        auto number = one_line(verb.text().get());
        if (callees.empty() && !number.empty()) callees.push_back({"number", number, {}, {}, {}});
        if (callees.empty()) return false;
        for (auto& callee : callees) callee.sid = sids->make("CA");
        if (callees.front().kind == "conference") return join(std::move(callees.front())), true;

        waiting_callees.clear();
        if (flag_attribute(verb, "sequential", false)) {
            waiting_callees.assign(callees.rbegin(), callees.rend() - 1);
            callees.resize(1);
        }
        ring(std::move(callees));
        return true;
    }

    void ring(std::vector<Callee> callees) {
        for (const auto& callee : callees) emit({.kind = Kind::dials, .text = callee.address, .detail = callee.kind});
        need = Ringing{std::move(callees), seconds(number_attribute(verb, "timeout", 30, 1))};
    }

    void join(Callee callee) {
        emit({.kind = Kind::dials, .text = callee.address, .detail = callee.kind});
        connect(std::move(callee));
    }

    void connect(Callee callee) {
        emit({.kind = Kind::bridged, .text = callee.address});
        bridged = std::move(callee);
        need = Bridged{bridged};
    }

    bool callee(std::size_t index, const std::string& outcome) {
        auto* ringing = std::get_if<Ringing>(&need);
        if (!ringing || index >= ringing->callees.size()) return false;
        auto one = ringing->callees[index];
        emit({.kind = Kind::callee, .text = outcome, .detail = one.address});
        if (outcome != "answered") {
            ringing->callees.erase(ringing->callees.begin() + static_cast<std::ptrdiff_t>(index));
            if (ringing->callees.empty()) next_callee(outcome, one);
            return true;
        }
        bridged = one;
        if (one.whisper_url.empty()) return connect(std::move(one)), true;
        start_inner(Role::whisper, one.whisper_url, one.whisper_method, {});
        return true;
    }

    void next_callee(const std::string& outcome, const Callee& last) {
        if (waiting_callees.empty()) return dial_over(outcome, last, seconds(0), false);
        auto following = std::move(waiting_callees.back());
        waiting_callees.pop_back();
        ring({std::move(following)});
    }

    Params dial_result(const std::string& status, const Callee& one, seconds length, bool together) {
        if (one.kind == "conference") return {{"DialCallStatus", "answered"}};
        Params params{{"DialCallStatus", status}, {"DialCallSid", one.sid}};
        if (together) params.emplace_back("DialCallDuration", std::to_string(length.count()));
        params.emplace_back("DialBridged", together ? "true" : "false");
        std::string_view record = verb.attribute("record").as_string("do-not-record");
        if (together && record != "do-not-record" && record != "false") {
            auto recording = recorded(length, {});
            params.insert(params.end(), recording.begin(), recording.end());
        } else {
            elapsed += length;
        }
        return params;
    }

    void dial_over(const std::string& status, const Callee& one, seconds length, bool together) {
        over(dial_result(status, one, length, together));
    }

    void finish_bridge(seconds after) {
        auto limit = seconds(number_attribute(verb, "timeLimit", 14400, 1));
        dial_over("completed", bridged, std::min(after, limit), true);
    }

    bool bridge_ends(seconds after) {
        if (!std::holds_alternative<Bridged>(need)) return false;
        if (bridged.kind != "conference") emit({.kind = Kind::callee, .text = "hangs up", .detail = bridged.address});
        return finish_bridge(after), true;
    }

    // <Enqueue> and <Leave>

    bool enqueue() {
        queue_sid = sids->make("QU");
        emit({.kind = Kind::queued, .text = one_line(verb.text().get())});
        start_waiting();
        return true;
    }

    void start_waiting() {
        need = Queued{one_line(verb.text().get())};
        std::string wait = verb.attribute("waitUrl").value();
        if (wait.empty()) return;
        auto to = resolve_url(url, wait);
        if (!to) return refuse({11100, "waitUrl is not a URL: " + wait});
        start_inner(Role::wait, *to, method_of(verb, "waitUrlMethod"),
                    {{"QueueSid", queue_sid},
                     {"QueuePosition", "1"},
                     {"QueueTime", in_seconds(elapsed - step_began)},
                     {"AvgQueueTime", "0"},
                     {"CurrentQueueSize", "1"},
                     {"MaxQueueSize", std::to_string(number_attribute(verb, "maxQueueSize", 100, 1))}});
    }

    Params queue_result(const std::string& result) {
        return {{"QueueResult", result}, {"QueueSid", queue_sid}, {"QueueTime", in_seconds(elapsed - step_began)}};
    }

    bool leave_queue(const std::string& result, seconds after) {
        bool in_queue = std::holds_alternative<Queued>(need) || (inner && inner->state_->role == Role::wait);
        if (!in_queue) return false;
        inner.reset();
        emit({.kind = Kind::leaves_queue, .text = result, .duration = after});
        over(queue_result(result));
        return true;
    }

    bool leave() {
        if (role != Role::wait) return false;
        need = Ended{"leave"};
        return true;
    }

    // A whisper or a queue's waiting music: a document inside the verb.

    void start_inner(Role inner_role, const std::string& to, const std::string& method, Params params) {
        inner = std::make_unique<TwimlPlayer>(Options{{}, {}, options.recordings_url}, sids);
        inner->state_->role = inner_role;
        inner->state_->answered = true;
        inner->state_->fetch(to, method, std::move(params));
        take_from_inner();
    }

    void take_from_inner() {
        auto& state = *inner->state_;
        for (auto& event : state.events) emit(std::move(event));
        state.events.clear();
        std::move(state.callbacks.begin(), state.callbacks.end(), std::back_inserter(callbacks));
        state.callbacks.clear();
        need = state.need;
        bool whisper = state.role == Role::whisper;
        if (auto* request = std::get_if<Fetch>(&need); request && whisper) request->call_sid = bridged.sid;
        if (auto* ended = std::get_if<Ended>(&need)) inner_ended(ended->status, whisper);
    }

    void inner_ended(std::string how, bool whisper) {
        inner.reset();
        if (whisper && how == "connect") return connect(bridged);
        if (whisper) return dial_over("completed", bridged, seconds(0), false);
        need = Queued{one_line(verb.text().get())};
        if (how == "leave") {
            emit({.kind = Kind::leaves_queue, .text = "leave"});
            over(queue_result("leave"));
        } else if (how != "again") {
            need = Ended{"completed"};
        }
    }

    // The rest of the verbs.

    bool redirect() {
        auto to = resolve_url(url, verb.text().get());
        if (!to || one_line(verb.text().get()).empty()) {
            refuse({11100, "Redirect has no usable URL"});
            return true;
        }
        emit({.kind = Kind::redirects, .text = *to});
        fetch(*to, method_of(verb, "method"));
        return true;
    }

    bool reject(bool first) {
        if (!first) return hang_up_call("flow"), true;
        bool busy = std::string_view(verb.attribute("reason").value()) == "busy";
        emit({.kind = Kind::rejected, .text = busy ? "busy" : "rejected"});
        need = Ended{busy ? "busy" : "no-answer"};
        return true;
    }

    bool refer() {
        auto address = one_line(verb.child("Sip").text().get());
        if (address.empty()) address = one_line(verb.child("ReferSip").text().get());
        emit({.kind = Kind::refers, .text = address});
        need = Referring{address};
        return true;
    }

    bool stream(bool connected) {
        auto noun = verb.first_child();
        while (noun && noun.type() != pugi::node_element) noun = noun.next_sibling();
        std::string to = noun.attribute("url").value();
        if (std::string_view(noun.name()) == "Stream" && !to.starts_with("wss://"))
            emit({.kind = Kind::warning, .text = "the URL of a Stream must begin with wss://: " + to, .code = 31922});
        emit({.kind = Kind::streams, .text = to, .detail = noun.name()});
        if (connected) need = Streaming{to};
        return connected;
    }

    bool send_sms() {
        emit({.kind = Kind::sends, .text = one_line(verb.text().get()), .detail = verb.attribute("to").value()});
        if (!verb.attribute("action")) return false;
        fetch_action({{"SmsSid", sids->make("SM")}, {"SmsStatus", "sent"}});
        return true;
    }

    bool hang_up() {
        if (std::holds_alternative<Ended>(need)) return false;
        inner.reset();
        if (std::holds_alternative<Recording>(need)) last_action(recorded(seconds(1), "hangup"));
        if (auto* ringing = std::get_if<Ringing>(&need))
            last_action(dial_result("canceled", ringing->callees.front(), seconds(0), false));
        if (std::holds_alternative<Bridged>(need)) last_action(dial_result("completed", bridged, seconds(1), true));
        if (std::holds_alternative<Queued>(need)) last_action(queue_result("hangup"));
        hang_up_call("caller");
        return true;
    }
};

TwimlPlayer::TwimlPlayer(Options options, std::shared_ptr<Sids> sids) : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    state_->sids = std::move(sids);
}
TwimlPlayer::TwimlPlayer(TwimlPlayer&&) noexcept = default;
TwimlPlayer::~TwimlPlayer() = default;

void TwimlPlayer::start(const std::string& url, const std::string& method) {
    state_->inner.reset();
    auto to = resolve_url({}, url);
    if (!to) return state_->refuse({11100, "not a URL: " + url});
    state_->fetch(*to, method == "GET" ? "GET" : "POST");
}

void TwimlPlayer::start_with(const std::string& twiml) {
    state_->inner.reset();
    state_->arrive(read_twiml(twiml), {});
}

const Need& TwimlPlayer::need() const {
    return state_->need;
}

std::vector<CallEvent> TwimlPlayer::take_events() {
    return std::exchange(state_->events, {});
}

std::vector<Fetch> TwimlPlayer::take_callbacks() {
    return std::exchange(state_->callbacks, {});
}

milliseconds TwimlPlayer::elapsed() const {
    return state_->elapsed;
}

bool TwimlPlayer::arrived(const Reply& reply) {
    auto* fetch = std::get_if<Fetch>(&state_->need);
    if (!fetch) return false;
    if (state_->inner) {
        state_->inner->arrived(reply);
        state_->take_from_inner();
        return true;
    }
    auto url = fetch->url;
    state_->arrive(read_reply(reply, url), url);
    return true;
}

bool TwimlPlayer::failed(int code, const std::string& what) {
    if (!std::holds_alternative<Fetch>(state_->need)) return false;
    if (state_->inner) {
        state_->inner->failed(code, what);
        state_->take_from_inner();
        return true;
    }
    state_->refuse({code, what});
    return true;
}

bool TwimlPlayer::press(const std::string& keys) {
    if (!state_->inner) return state_->press(keys);
    bool taken = state_->inner->press(keys);
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::speak(const std::string& words, double confidence) {
    if (!state_->inner) return state_->speak(words, confidence);
    bool taken = state_->inner->speak(words, confidence);
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::stay_silent() {
    if (!state_->inner) return state_->stay_silent();
    bool taken = state_->inner->stay_silent();
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::record(seconds length, const std::string& key) {
    if (!state_->inner) return state_->record(length, key);
    bool taken = state_->inner->record(length, key);
    state_->take_from_inner();
    return taken;
}

bool TwimlPlayer::callee(std::size_t index, const std::string& outcome) {
    return state_->callee(index, outcome);
}

bool TwimlPlayer::bridge_ends(seconds after) {
    return state_->bridge_ends(after);
}

bool TwimlPlayer::leave_queue(const std::string& result, seconds after) {
    return state_->leave_queue(result, after);
}

bool TwimlPlayer::stream_ends() {
    if (!std::holds_alternative<Streaming>(state_->need)) return false;
    state_->over({});
    return true;
}

bool TwimlPlayer::refer_ends(const std::string& status) {
    if (!std::holds_alternative<Referring>(state_->need)) return false;
    state_->over({{"ReferCallStatus", status}});
    return true;
}

bool TwimlPlayer::hang_up() {
    return state_->hang_up();
}

void TwimlPlayer::end(const std::string& status) {
    state_->inner.reset();
    state_->emit({.kind = Kind::hung_up, .text = "flow"});
    state_->need = Ended{status};
}

}  // namespace switchhook::sim

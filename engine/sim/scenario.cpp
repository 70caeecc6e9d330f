#include "sim/scenario.hpp"

#include "script/scenario_run.hpp"
#include "sim/call_snapshot.hpp"
#include "sim/stream_verbs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;
using core::Answer;
using core::Json;
using std::chrono::seconds;

namespace {

Answer value(Json json) {
    return Answer::of(std::move(json), {});
}

Answer problem(std::string what) {
    return Answer::raise(std::move(what), {});
}

seconds seconds_in(const Json& options) {
    return seconds(static_cast<long>(options.value("seconds", 0.0)));
}

// Keys, and where they are too few for a gather, its timeout.
bool press(TwimlPlayer& player, const std::string& keys) {
    if (!player.press(keys)) return false;
    if (std::holds_alternative<Gathering>(player.need())) player.stay_silent();
    return true;
}

// The same outcome for everybody who rings.
bool everybody(TwimlPlayer& player, const std::string& outcome) {
    auto* ringing = std::get_if<Ringing>(&player.need());
    if (!ringing) return false;
    if (outcome == "answered") return player.callee(0, outcome);
    if (outcome == "no-answer") return player.stay_silent();
    for (auto left = ringing->callees.size(); left > 0; --left) player.callee(0, outcome);
    return true;
}

// These print a line of their own; what happens on a call is told, and rested after, event by event.
bool is_told(std::string_view kind) {
    return kind == "call" || kind == "text" || kind == "edit" || kind == "narrate" || kind == "note";
}

asio::awaitable<void> rest(std::chrono::nanoseconds time) {
    if (time.count() == 0) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

// What a caller, or whoever was called, can do. Gives false where the call does not wait for it.
struct Verb {
    std::string_view kind;
    bool (*act)(TwimlPlayer&, const Json&);
};

bool do_press(TwimlPlayer& player, const Json& options) {
    return press(player, options.at("keys"));
}
bool do_say(TwimlPlayer& player, const Json& options) {
    return player.speak(options.at("text"), options.value("confidence", 0.9));
}
bool do_stay_silent(TwimlPlayer& player, const Json&) {
    return player.stay_silent();
}
bool do_record(TwimlPlayer& player, const Json& options) {
    return player.record(seconds_in(options), options.value("digits", ""));
}
bool do_hang_up(TwimlPlayer& player, const Json&) {
    return player.hang_up();
}
bool do_callee(TwimlPlayer& player, const Json& options) {
    return everybody(player, options.at("outcome"));
}
bool do_bridge_ends(TwimlPlayer& player, const Json& options) {
    return player.bridge_ends(seconds_in(options));
}
bool do_leave_queue(TwimlPlayer& player, const Json& options) {
    return player.leave_queue(options.at("result"), seconds_in(options));
}
bool do_refer_ends(TwimlPlayer& player, const Json& options) {
    return player.refer_ends(options.at("status"));
}

}  // namespace

Scenario::Scenario(Carrier& carrier, Options options)
    : carrier_(carrier), options_(std::move(options)), client_(net::HttpClient::Options{}) {}

asio::awaitable<std::string> Scenario::run() {
    script::ScenarioRun run(options_.source);
    auto step = run.start();
    while (auto* ask = std::get_if<core::Ask>(&step)) {
        auto answer = co_await perform(*ask);
        if (is_told(ask->kind)) co_await rest(carrier_.options().rest);
        step = run.resume(answer);
    }
    co_await carrier_.stop();
    auto* failed = std::get_if<script::Failed>(&step);
    if (!failed) co_return carrier_.stream_problem();
    co_return failed->where.empty() ? failed->what : failed->where + ": " + failed->what;
}

void Scenario::print(const std::string& line) {
    options_.print(line);
    for (auto& transcript : transcripts_) transcript.file << line << std::endl;
}

// Its sound goes to the file, and its words to one of the same name beside it.
void Scenario::record(CarrierCall& call, const std::filesystem::path& file) {
    call.streams().record_to(file);
    std::error_code ignored;  // what could not be made, the stream finds missing
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
    auto words = file;
    transcripts_.push_back({&call, std::ofstream(words.replace_extension(".txt"))});
    transcripts_.back().file << name_of(call.facts().from) << " → " << name_of(call.facts().to) << std::endl;
}

// Something else begins: what was recorded and is over is all there.
void Scenario::end_transcripts() {
    std::erase_if(transcripts_, [](const Transcript& transcript) { return !transcript.call->over().empty(); });
}

void Scenario::note_names(const Json& options) {
    if (options.contains("caller")) names_[options.at("from")] = options.at("caller");
    if (options.contains("name")) names_[options.at("to")] = options.at("name");
}

std::string Scenario::name_of(const std::string& number) const {
    auto found = names_.find(number);
    return found == names_.end() ? number : found->second;
}

// A line for each of the text's; what is told of a number begins with its name.
void Scenario::tell_note(const std::string& text, const std::string& number) {
    std::istringstream lines(text);
    std::string line, begin = number.empty() ? "   " : "   " + name_of(number) + "  ";
    while (std::getline(lines, line)) {
        print(begin + line);
        begin = "      ";
    }
}

void Scenario::show(const CarrierCall& call, const CallEvent& event) {
    // Without a name, the last digits tell calls apart that are in progress at once.
    const auto& from = call.facts().direction == "inbound" ? call.facts().from : call.facts().to;
    auto named = names_.find(from);
    auto label = named != names_.end() ? named->second : "…" + from.substr(from.size() > 4 ? from.size() - 4 : 0);
    auto shown = event;
    if (shown.kind == CallEvent::Kind::says) shown.detail.clear();  // which voice says it, a reader does not hear
    print("   " + label + "  " + describe(shown));
}

asio::awaitable<Answer> Scenario::perform(core::Ask ask) {
    const auto& options = ask.options;
    if (ask.kind == "call" || ask.kind == "text" || ask.kind == "edit" || ask.kind == "narrate") end_transcripts();
    if (ask.kind.starts_with("engine.")) {
        auto answer = co_await perform_on_engine(ask.kind);
        co_return answer;
    }
    if (ask.kind.starts_with("web.")) co_return perform_on_web(ask.kind, options);
    if (ask.kind.starts_with("assistant.")) {
        auto answer = co_await perform_as_assistant(std::move(ask));
        co_return answer;
    }
    if (ask.kind == "call") {
        auto answer = co_await start_call(options);
        co_return answer;
    }
    if (ask.kind == "text") {
        auto answer = co_await send_text(options);
        co_return answer;
    }
    if (ask.kind == "status") {
        auto answer = co_await status();
        co_return answer;
    }
    if (ask.kind == "edit") co_return edit(options);
    if (ask.kind == "narrate") {
        print("");
        print("── " + options.at("text").get<std::string>());
        co_return value(nullptr);
    }
    if (ask.kind == "note") {
        tell_note(options.at("text"), options.value("of", ""));
        co_return value(nullptr);
    }
    if (ask.kind == "wait") {
        auto time = std::chrono::duration<double>(options.at("seconds").get<double>());
        co_await rest(std::chrono::duration_cast<std::chrono::nanoseconds>(time));
        co_return value(nullptr);
    }
    if (ask.kind == "messages") {
        Json messages = Json::array();
        for (const auto& text : carrier_.sent_texts())
            messages.push_back({{"from", text.from}, {"to", text.to}, {"body", text.body}});
        co_return value(std::move(messages));
    }
    if (ask.kind == "pick_up") {
        auto* call = co_await carrier_.pick_up(options.at("number"));
        co_return value(call ? snapshot(*call) : Json(nullptr));
    }
    auto* call = carrier_.find(options.value("call", ""));
    if (!call) co_return problem("the carrier has no such call, or no such verb: " + ask.kind);
    auto answer = co_await perform_on_call(ask, *call);
    co_return answer;
}

asio::awaitable<Answer> Scenario::perform_as_assistant(core::Ask ask) {
    auto assistants = options_.assistants.lock();
    if (!assistants) co_return problem("this run has no simulated model");
    auto* call = carrier_.find(ask.options.value("call", ""));
    std::string words = ask.kind == "assistant.say" ? ask.options.value("text", "") : "";
    auto answer = co_await assistants->perform(std::move(ask));
    // The caller cannot tell from the sound what it says.
    if (call && !words.empty() && answer.value.is_object()) {
        auto length = std::chrono::duration<double>(answer.value.at("seconds").get<double>());
        call->streams().assistant_says(words, std::chrono::duration_cast<std::chrono::milliseconds>(length));
    }
    co_return answer;
}

asio::awaitable<Answer> Scenario::start_call(Json options) {
    std::string from = options.at("from"), to = options.at("to");
    note_names(options);
    if (carrier_.settings_of(to).voice_url.empty()) co_return problem("no voice URL is set for " + to);
    print("☎  " + name_of(from) + " → " + name_of(to));
    auto* call = co_await carrier_.place_call(from, to, options.value("repeats", false), stream_faults(options));
    if (!call->mismatch().empty()) co_return problem("the repeated webhook got another document: " + call->mismatch());
    co_return value(snapshot(*call));
}

// What is to be wrong about the call's streams: {bad_signature, parameters, parameters_of} under "stream".
StreamFaults Scenario::stream_faults(const Json& options) {
    auto stream = options.value("stream", Json::object());
    StreamFaults faults{.bad_signature = stream.value("bad_signature", false)};
    if (auto* other = carrier_.find(stream.value("parameters_of", "")))
        faults.parameters = other->streams().latest().parameters;
    const auto parameters = stream.value("parameters", Json::object());
    for (const auto& [name, text] : parameters.items()) faults.parameters.emplace_back(name, text);
    return faults;
}

asio::awaitable<Answer> Scenario::perform_on_call(core::Ask ask, CarrierCall& call) {
    static constexpr std::array<Verb, 9> verbs{{{"press", do_press},
                                                {"say", do_say},
                                                {"stay_silent", do_stay_silent},
                                                {"record", do_record},
                                                {"hang_up", do_hang_up},
                                                {"callee", do_callee},
                                                {"bridge_ends", do_bridge_ends},
                                                {"leave_queue", do_leave_queue},
                                                {"refer_ends", do_refer_ends}}};
    if (ask.kind == "repeat_webhook") {
        bool same = co_await call.repeat_last_webhook();
        if (!same) co_return problem("the repeated webhook got another document: " + call.mismatch());
        print("   the carrier repeats its last webhook, and gets the same document");
        co_return value(snapshot(call));
    }
    if (ask.kind == "record_to") {
        record(call, ask.options.at("file").get<std::string>());
        co_return value(snapshot(call));
    }
    if (ask.kind.starts_with("stream_")) {
        if (ask.options.value("listens", false)) call.begin_listening();
        auto what = co_await perform_in_stream(call, ask.kind, ask.options);
        if (what.empty()) what = call.streams().problem();
        if (!what.empty()) co_return problem(std::move(what));
        co_return value(snapshot(call));
    }
    if (ask.kind != "look") {
        auto verb = std::find_if(verbs.begin(), verbs.end(), [&](const Verb& one) { return one.kind == ask.kind; });
        if (verb == verbs.end()) co_return problem("no such verb: " + ask.kind);
        call.begin_listening();
        if (!verb->act(call.player(), ask.options))
            co_return problem("the call does not wait for this: " + snapshot(call).at("state").get<std::string>());
    }
    co_await call.settle();
    if (!call.mismatch().empty()) co_return problem("the repeated webhook got another document: " + call.mismatch());
    if (!call.streams().problem().empty()) co_return problem(call.streams().problem());
    co_return value(snapshot(call));
}

asio::awaitable<Answer> Scenario::send_text(Json options) {
    std::string from = options.at("from"), to = options.at("to");
    note_names(options);
    if (carrier_.settings_of(to).sms_url.empty()) co_return problem("no SMS URL is set for " + to);
    print("✉  " + name_of(from) + " → " + name_of(to) + ": \"" + options.at("body").get<std::string>() + "\"");
    auto replies = co_await carrier_.send_text(from, to, options.at("body"));
    Json received = Json::array();
    for (const auto& reply : replies) {
        print("   " + name_of(reply.to) + "  receives \"" + reply.body + "\"");
        if (reply.to == from) received.push_back(reply.body);
    }
    co_return value({{"received", received}});
}

asio::awaitable<Answer> Scenario::status() {
    if (options_.status_url.empty()) co_return problem("this run has no status URL to ask what is live");
    net::ClientRequest request;
    request.url = options_.status_url;
    request.allow_private = true;
    auto response = co_await client_.send(std::move(request));
    if (!response) co_return problem(options_.status_url + ": " + response.error().message());
    auto json = Json::parse(response->body, nullptr, false);
    if (json.is_object() && json.contains("numbers")) json = json.at("numbers");
    if (response->status != 200 || !json.is_array())
        co_return problem(options_.status_url + " answered " + std::to_string(response->status) +
                          " without a list of numbers");
    Json numbers = Json::array();
    for (const auto& entry : json) {
        auto text = [&](const char* key) {
            auto found = entry.find(key);
            return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
        };
        numbers.push_back({{"number", text("number")}, {"version", text("version")}, {"error", text("error")}});
    }
    co_return value(std::move(numbers));
}

asio::awaitable<Answer> Scenario::perform_on_engine(std::string kind) {
    if (!options_.kill_engine || !options_.start_engine)
        co_return problem("this run has not started the engine, and so does not end it: `switchhook demo` does");
    if (kind == "engine.kill") {
        options_.kill_engine();
        print("✖  kill -9: the engine is gone");
        co_return value(nullptr);
    }
    options_.status_url = co_await options_.start_engine();
    print("✔  the engine is started again");
    co_return value(nullptr);
}

// The words of scripts/scenario_web.lua.
Answer Scenario::perform_on_web(const std::string& kind, const Json& options) {
    if (!options_.web) return problem("this run has no web server");
    if (kind == "web.url") return value(options_.web->url());
    const std::string request = options.at("request");
    if (kind == "web.reply") {
        const int status = options.value("status", 200);
        auto response = options.contains("json") ? net::json_response(status, options.at("json"))
                                                 : net::text_response(status, options.value("body", ""));
        const std::chrono::duration<double> after(options.value("after", 0.0));
        options_.web->reply(
            {request, std::move(response), std::chrono::duration_cast<std::chrono::milliseconds>(after)});
        return value(nullptr);
    }
    Json all = Json::array(), fitting = Json::array();
    for (const auto& sent : options_.web->requests()) {
        all.push_back(sent.method + " " + sent.target);
        if (!fits(request, all.back().get<std::string>())) continue;
        auto json = Json::parse(sent.body, nullptr, false);
        fitting.push_back({{"path", sent.target}, {"body", sent.body}});
        if (!json.is_discarded()) fitting.back()["json"] = std::move(json);
    }
    return value({{"all", std::move(all)}, {"fitting", std::move(fitting)}});
}

Answer Scenario::edit(const Json& options) {
    std::string file = options.at("file"), old_text = options.at("replace"), new_text = options.at("with");
    if (options_.flows.empty()) return problem("this run has no flows folder to edit");
    std::error_code error;
    auto root = std::filesystem::weakly_canonical(options_.flows, error);
    auto path = std::filesystem::weakly_canonical(root / file, error);
    auto inside = std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
    if (!inside) return problem(file + " is not inside of the flows folder");

    std::ostringstream read;
    read << std::ifstream(path, std::ios::binary).rdbuf();
    auto text = read.str();
    auto at = text.find(old_text);
    if (old_text.empty() || at == std::string::npos) return problem(file + " does not contain \"" + old_text + "\"");
    if (text.find(old_text, at + 1) != std::string::npos)
        return problem(file + " contains \"" + old_text + "\" more than once");
    text.replace(at, old_text.size(), new_text);

    // As editors save: beside it, then over it, so that nobody ever reads half of it.
    auto beside = path;
    beside += ".saving";
    std::ofstream(beside, std::ios::binary) << text;
    std::filesystem::rename(beside, path, error);
    if (error) return problem("cannot write " + file + ": " + error.message());
    print("✎  " + file + ": \"" + old_text + "\" becomes \"" + new_text + "\"");
    return value(nullptr);
}

}  // namespace switchhook::sim

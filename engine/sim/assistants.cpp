#include "sim/assistants.hpp"

#include "core/lower_case.hpp"
#include "sim/speech.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace switchhook::sim {

namespace asio = boost::asio;
using core::Answer;
using core::Json;
using std::chrono::milliseconds;

namespace {

Answer value(Json json) {
    return Answer::of(std::move(json), {});
}

Answer nothing(std::string why) {
    return Answer::nothing(std::move(why), {});
}

milliseconds seconds_in(const Json& options, const char* key) {
    return milliseconds(static_cast<long>(options.value(key, 0.0) * 1000));
}

// Errors that are no mistake of the client's: the two sides acted at the same time.
bool is_benign(const std::string& code) {
    return code == "conversation_already_has_active_response" || code == "response_cancel_not_active" ||
           code == "input_audio_buffer_commit_empty";
}

// OpenAI's bodies for what may happen to anybody.
net::Response refusal(int status) {
    ApiError error{"server_error", "The server had an error while processing your request.", "", "server_error"};
    if (status == 429)
        error = {"rate_limit_exceeded", "Rate limit reached. Please try again.", "", "requests"};
    else if (status == 503)
        error = {"overloaded", "The engine is currently overloaded, please try again later.", "", "server_error"};
    return net::json_response(status, {{"error", to_json(error)}});
}

Json texts(const std::vector<std::string>& list) {
    Json json = Json::array();
    for (const auto& text : list) json.push_back(text);
    return json;
}

}  // namespace

// ── Seats ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Answer Assistants::sit(const Json& options) {
    auto& seat = seats_.emplace_back(executor_);
    seat.id = ++count_;
    seat.accepts_after = seconds_in(options, "accepts_after");
    seat.refuses_with = options.value("refuses_with", 0);
    seat.refusals = seat.refuses_with ? options.value("refusals", 1) : 0;
    seat.model.speed = options.value("speed", seat.model.speed);
    if (options.contains("burst")) seat.model.chunk = seconds_in(options, "burst");
    if (options.contains("lifetime")) seat.model.lifetime = seconds_in(options, "lifetime");
    auto ignores = options.value("ignores_format", "");
    if (ignores == "openly") seat.model.speaks = RealtimeModel::Speaks::pcm_and_says_so;
    if (ignores == "secretly") seat.model.speaks = RealtimeModel::Speaks::pcm_in_secret;
    std::erase_if(unclaimed_, [](const auto& talk) { return talk->is_over(); });
    if (options.empty() && !unclaimed_.empty()) {
        give(seat, std::move(unclaimed_.front()));
        unclaimed_.pop_front();
    }
    return value({{"id", seat.id}});
}

const Assistants::Seat* Assistants::waiting() const {
    auto found = std::find_if(seats_.begin(), seats_.end(), [](const Seat& seat) {
        return !seat.talk || (seat.expects_return && seat.talk->is_over());
    });
    return found == seats_.end() ? nullptr : &*found;
}

Assistants::Seat* Assistants::waiting() {
    return const_cast<Seat*>(std::as_const(*this).waiting());
}

asio::awaitable<std::optional<net::Response>> Assistants::admit() {
    auto* seat = waiting();
    if (!seat) co_return std::nullopt;
    if (seat->refusals > 0) {
        --seat->refusals;
        co_return refusal(seat->refuses_with);
    }
    if (seat->accepts_after.count() > 0) {
        asio::steady_timer timer(executor_, seat->accepts_after);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::nullopt;
}

RealtimeModel::Options Assistants::model_options() const {
    const auto* seat = waiting();
    return seat ? seat->model : RealtimeModel::Options();
}

void Assistants::take(std::shared_ptr<ModelTalk> talk) {
    if (options_.plays) return options_.plays(std::move(talk));
    if (auto* seat = waiting())
        give(*seat, std::move(talk));
    else
        unclaimed_.push_back(std::move(talk));
}

void Assistants::give(Seat& seat, std::shared_ptr<ModelTalk> talk) {
    seat.talk = std::move(talk);
    seat.expects_return = false;
    seat.talk->on_change = [self = weak_from_this(), &seat] {
        if (self.lock()) seat.changed.cancel();
    };
    seat.changed.cancel();
    if (options_.on_taken) options_.on_taken();
}

void Assistants::leave(std::uint64_t assistant) {
    auto seat = std::find_if(seats_.begin(), seats_.end(), [&](const Seat& one) { return one.id == assistant; });
    if (seat == seats_.end()) return;
    auto talk = std::move(seat->talk);
    seats_.erase(seat);
    if (!talk) return;
    talk->on_change = [] {};
    talk->leave();
}

Assistants::Seat* Assistants::find(const Json& options) {
    auto id = options.value("assistant", std::uint64_t{0});
    auto found = std::find_if(seats_.begin(), seats_.end(), [&](const Seat& seat) { return seat.id == id; });
    return found == seats_.end() ? nullptr : &*found;
}

asio::awaitable<bool> Assistants::wait(Seat& seat, std::function<bool()> check) {
    const auto until = std::chrono::steady_clock::now() + options_.patience;
    while (!check()) {
        if (std::chrono::steady_clock::now() >= until) co_return false;
        seat.changed.expires_at(until);
        co_await seat.changed.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return true;
}

std::string Assistants::state_of(const Seat& seat) {
    if (!seat.talk) return "nobody has begun a conversation with it";
    if (seat.talk->is_over()) return "its conversation is over";
    if (seat.talk->wants_words()) return "it is its turn to say something";
    return "it is not its turn";
}

// ── Words ──────────────────────────────────────────────────────────────────────────────────────────────────────────

asio::awaitable<Answer> Assistants::perform(core::Ask ask) {
    auto self = shared_from_this();
    const auto kind = ask.kind.substr(ask.kind.find('.') + 1);
    if (kind == "sit") co_return sit(ask.options);
    auto* seat = find(ask.options);
    if (!seat) co_return Answer::raise("there is no such assistant", {});
    if (kind == "refuse") {
        auto answer = co_await refuse(*seat, ask.options);
        co_return answer;
    }
    if (seat->talk)
        for (const auto& error : seat->talk->seen().refused)
            if (!is_benign(error.code))
                co_return Answer::raise("the model refused what it was sent, " + error.code + ": " + error.message, {});
    Answer answer;
    if (kind == "hear")
        answer = co_await hear(*seat);
    else if (kind == "say")
        answer = co_await say(*seat, ask.options);
    else if (kind == "use")
        answer = co_await use(*seat, ask.options);
    else if (kind == "learn")
        answer = co_await learn(*seat);
    else if (kind == "notice_interruption")
        answer = co_await notice_interruption(*seat);
    else if (kind == "expect")
        answer = co_await expect(*seat, ask.options);
    else
        answer = disturb(*seat, kind, ask.options);
    co_return answer;
}

asio::awaitable<Answer> Assistants::hear(Seat& seat) {
    auto heard = [&] { return seat.talk && !seat.talk->seen().turns.empty(); };
    auto over = [&] { return seat.talk && seat.talk->is_over() && !seat.expects_return; };
    co_await wait(seat, [&] { return heard() || over(); });
    if (!heard()) co_return nothing(state_of(seat));
    auto text = std::move(seat.talk->seen().turns.front());
    seat.talk->seen().turns.pop_front();
    co_return value({{"text", text}});
}

asio::awaitable<Answer> Assistants::say(Seat& seat, Json options) {
    bool ready = co_await wait(seat, [&] { return seat.talk && seat.talk->wants_words(); });
    if (!ready) co_return nothing(state_of(seat));
    auto order = seat.talk->order();
    std::vector<RealtimeOutput> outputs;
    double seconds = 0;
    if (options.contains("text")) {
        RealtimeOutput words{.text = options.at("text")};
        if (auto format = seat.talk->speaks()) {
            if (options_.tones)
                words.audio = tones_for(words.text, *format);
            else
                words.audio = co_await voice_for(words.text, *format);
            seconds = static_cast<double>(format->time_of(words.audio.size()).count()) / 1000;
        }
        outputs.push_back(std::move(words));
    }
    if (auto problem = add_uses(seat, options, outputs); !problem.empty()) co_return Answer::raise(problem, {});
    // While the voice was made, the caller may have taken the word.
    if (!seat.talk->wants_words()) co_return nothing(state_of(seat));
    if (options.contains("fails"))
        seat.talk->fail(options.at("fails"), "The model could not answer.");
    else if (!options.value("only_listens", false))
        seat.talk->respond(std::move(outputs));
    co_return value({{"order", order}, {"seconds", seconds}});
}

// The tools that it uses in a turn; or what is wrong with them.
std::string Assistants::add_uses(Seat& seat, const Json& options, std::vector<RealtimeOutput>& outputs) {
    auto tools = seat.talk->tools();
    for (const auto& use : options.value("uses", Json::array())) {
        const std::string name = use.at("tool");
        if (std::find(tools.begin(), tools.end(), name) == tools.end())
            return "the assistant uses " + name + ", but its tools are " + texts(tools).dump();
        auto arguments = use.value("arguments", Json::object());
        if (arguments.is_array() && arguments.empty()) arguments = Json::object();  // Lua's {} is either
        outputs.push_back(
            {.tool = name, .arguments = arguments.is_string() ? arguments.get<std::string>() : arguments.dump()});
    }
    return {};
}

asio::awaitable<Answer> Assistants::use(Seat& seat, Json options) {
    bool ready = co_await wait(seat, [&] { return seat.talk && seat.talk->wants_words(); });
    if (!ready) co_return nothing(state_of(seat));
    std::vector<RealtimeOutput> outputs;
    if (auto problem = add_uses(seat, options, outputs); !problem.empty()) co_return Answer::raise(problem, {});
    seat.talk->respond(std::move(outputs));
    co_return value(nullptr);
}

asio::awaitable<Answer> Assistants::learn(Seat& seat) {
    bool told = co_await wait(seat, [&] { return seat.talk && !seat.talk->seen().results.empty(); });
    if (!told) co_return nothing(state_of(seat));
    auto result = std::move(seat.talk->seen().results.front());
    seat.talk->seen().results.pop_front();
    co_return value({{"tool", result.name},
                     {"output", result.output},
                     {"value", Json::accept(result.output) ? Json::parse(result.output) : Json(nullptr)}});
}

asio::awaitable<Answer> Assistants::notice_interruption(Seat& seat) {
    bool cut = co_await wait(seat, [&] { return seat.talk && !seat.talk->seen().cuts.empty(); });
    if (!cut) co_return nothing(state_of(seat));
    auto noticed = seat.talk->seen().cuts.front();
    seat.talk->seen().cuts.pop_front();
    co_return value({{"heard", static_cast<double>(noticed.heard.count()) / 1000},
                     {"made", static_cast<double>(noticed.made.count()) / 1000}});
}

asio::awaitable<Answer> Assistants::refuse(Seat& seat, Json options) {
    const std::string code = options.at("code");
    auto refused = [&] {
        return seat.talk ? std::find_if(seat.talk->seen().refused.begin(), seat.talk->seen().refused.end(),
                                        [&](const ApiError& error) { return error.code == code; })
                         : std::deque<ApiError>::iterator();
    };
    bool found = co_await wait(seat, [&] { return seat.talk && refused() != seat.talk->seen().refused.end(); });
    if (!found) co_return nothing(state_of(seat));
    auto message = refused()->message;
    seat.talk->seen().refused.erase(refused());
    co_return value({{"message", message}});
}

// Waits for the conversation to begin ("connected"), to begin anew, or to be over; or until it has been told something.
asio::awaitable<Answer> Assistants::expect(Seat& seat, Json options) {
    const std::string what = options.at("what");
    const auto wanted = core::lower_case(options.value("text", ""));
    auto check = [&] {
        if (!seat.talk) return false;
        if (what == "connected") return !seat.talk->is_over();
        if (what == "over") return seat.talk->is_over();
        if (what == "history") return core::lower_case(seat.talk->history()).find(wanted) != std::string::npos;
        auto order = seat.talk->wants_words() ? seat.talk->order() : std::string();
        return core::lower_case(seat.talk->instructions() + "\n" + order).find(wanted) != std::string::npos;
    };
    bool found = co_await wait(seat, check);
    if (found) co_return value(nullptr);
    if (seat.talk && what == "history") co_return nothing("it remembers: " + seat.talk->history());
    if (seat.talk && what == "instructions") co_return nothing("its instructions are: " + seat.talk->instructions());
    co_return nothing(state_of(seat));
}

Answer Assistants::disturb(Seat& seat, const std::string& kind, const Json& options) {
    if (!seat.talk || seat.talk->is_over()) return nothing(state_of(seat));
    if (kind == "tools") return value(texts(seat.talk->tools()));
    if (kind == "understand") {
        seat.talk->understand(options.at("text"));
    } else if (kind == "stall") {
        seat.talk->stall(seconds_in(options, "seconds"));
    } else if (kind == "send_error") {
        const std::string code = options.at("code");
        seat.talk->send_error({code, options.value("message", "The server says " + code + "."), "", "server_error"});
    } else if (kind == "drop") {
        seat.expects_return = true;
        seat.talk->drop(static_cast<std::uint16_t>(options.value("status", 1006)));
    } else {
        return Answer::raise("an assistant does not know how to " + kind, {});
    }
    return value(nullptr);
}

}  // namespace switchhook::sim

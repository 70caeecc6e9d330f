#include "session/conversation.hpp"

#include "core/json_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::AgentPort;
using core::Answer;
using core::Ask;
using core::Json;
using core::text_of;

Json finished(std::string reason, std::string what) {
    Json event{{"reason", std::move(reason)}};
    if (!what.empty()) event["what"] = std::move(what);
    return event;
}

// Whether nothing more comes from the caller, or from the model.
bool ends_it(const Bridge::Signal& signal) {
    return std::holds_alternative<AgentPort::Failed>(signal) || std::holds_alternative<Bridge::CallerGone>(signal) ||
           std::holds_alternative<Bridge::LineBroken>(signal);
}

// The keys that the caller presses for the flow alone.
struct Keys {
    explicit Keys(const Json& options)
        : most(options.value("digits", 0U)),
          finish_on(options.value("finish_on_key", "#")),
          patience(static_cast<std::int64_t>(options.value("timeout", 5.0) * 1000)) {}

    // False once these are all.
    bool take(char digit) {
        if (finish_on.find(digit) != std::string::npos) return false;
        pressed += digit;
        return most == 0 || pressed.size() < most;
    }

    std::size_t most;
    std::string finish_on;
    std::chrono::milliseconds patience;  // before each key
    std::string pressed;
};

}  // namespace

Conversation::Conversation(With with, const core::CallInfo& info, core::CallPort& port, Said said)
    : with_(std::move(with)), info_(info), port_(port), said_(std::move(said)) {}

// The bridge's own coroutines hold it until both of its sides are closed.
Conversation::~Conversation() {
    if (bridge_) {
        bridge_->end_wait();
        bridge_->agent().close();
    }
    let_go();
}

bool Conversation::performs(std::string_view kind) {
    return kind == "converse" || kind == "tool_result" || kind == "end_conversation" || kind == "interject" ||
           kind == "play_while" || kind == "collect_digits";
}

std::string Conversation::objection_to(std::string_view kind) const {
    if (performs(kind) && kind != "converse" && !bridge_ && !failed_)
        return std::string(kind) + ": no conversation is going on";
    if (!bridge_ || (performs(kind) && kind != "converse")) return {};
    return std::string(kind) +
           ": the caller talks with the assistant now: return from the tool first, and do it after call:converse";
}

asio::awaitable<Answer> Conversation::perform(const Ask& ask) {
    if (auto objection = objection_to(ask.kind); !objection.empty())
        co_return Answer::raise(objection, with_.clock.now());
    if (ask.kind == "converse") co_return co_await open(ask);
    if (failed_)
        co_return ask.kind == "interject" || ask.kind == "play_while" ? of(nullptr)
                                                                      : *std::exchange(failed_, std::nullopt);
    if (ask.kind == "end_conversation") co_return co_await end(ask);
    if (ask.kind == "collect_digits") co_return co_await collect(ask);
    if (ask.kind == "interject") {
        bridge_->agent().say(text_of(ask.options, "text"));
        co_return of(nullptr);
    }
    if (ask.kind == "play_while") {
        bridge_->fill_wait(text_of(ask.options, "sound"));
        co_return of(nullptr);
    }
    bridge_->end_wait();
    bridge_->agent().give_result(text_of(ask.options, "call_id"), text_of(ask.options, "output"),
                                 ask.options.value("respond", true));
    co_return co_await go_on();
}

asio::awaitable<Answer> Conversation::open(const Ask& ask) {
    began_ = with_.clock.now();
    failed_.reset();
    past_ = {};
    with_.log.info("conversation begins", {{"call", info_.id}, {"number", info_.to}, {"at", ask.where}});
    if (auto failed = co_await connect(ask, ask)) co_return std::move(*failed);
    began_ = with_.clock.now();
    course_->begin(began_);
    co_return co_await go_on();
}

asio::awaitable<void> Conversation::reopen(const Ask& ask) {
    const auto opening = past_.opening();
    began_ = past_.opened_at();
    with_.log.info("conversation goes on", {{"call", info_.id}, {"number", info_.to}, {"at", opening.where}});
    failed_ = co_await connect(opening, ask);
    if (failed_) co_return;
    course_->begin(with_.clock.now());
    course_->hold();
}

asio::awaitable<std::optional<Answer>> Conversation::connect(const Ask& opening, const Ask& asked) {
    value_ = nullptr;
    opened_by_ = opening.seq;
    if (!with_.agents) {
        // The engine has said at its start what to set.
        with_.log.info("conversation not held: no model is configured", {{"call", info_.id}, {"number", info_.to}});
        co_return finish("failed", "not_configured");
    }
    auto settings = opening.options;
    auto history = past_.history(said_.contains(opening.seq) ? said_[opening.seq] : Json::array());
    if (!history.empty()) settings["history"] = std::move(history);
    auto executor = co_await asio::this_coro::executor;
    // While the carrier fetches the document and connects, so does the model: its first word is not late.
    auto agent = with_.agents->open(settings, info_, core::telephone_mulaw, executor);
    bridge_ = std::make_shared<Bridge>(std::move(agent), with_.clock, with_.metrics, executor);
    bridge_->start();
    auto leg = co_await port_.connect_audio(asked);
    if (!leg) {
        if (leg.error() == core::Errc::closed) co_return finish("caller_hung_up");
        co_return fail("no_audio", leg.error() == core::Errc::unavailable
                                       ? "the carrier did not connect the caller's audio"
                                       : "the caller's audio cannot be connected: " + leg.error().message());
    }
    bridge_->connect(std::move(*leg));
    auto course = ConversationCourse::settings_of(opening.options, {.time_limit = with_.time_limit});
    if (past_.goes_on()) course.time_limit -= std::min(with_.clock.now() - began_, course.time_limit);
    course_.emplace(std::move(course));
    bridge_->agent().begin();
    co_return std::nullopt;
}

asio::awaitable<Answer> Conversation::end(const Ask& ask) {
    bridge_->end_wait();
    auto call_id = text_of(ask.options, "call_id");
    if (!call_id.empty()) bridge_->agent().give_result(call_id, text_of(ask.options, "output"), false);
    auto reason = text_of(ask.options, "reason");
    if (reason.empty()) reason = "finished";
    value_ = ask.options.value("value", Json());
    if (ask.options.value("at_once", false)) co_return finish(reason);
    course_->end_when_heard(reason, with_.clock.now());
    co_return co_await go_on();
}

asio::awaitable<Answer> Conversation::go_on() {
    course_->release(with_.clock.now());
    for (;;) {
        auto now = with_.clock.now();
        while (auto action = course_->next(now, bridge_->queued()))
            if (auto answer = act(std::move(*action))) co_return std::move(*answer);
        auto signal = co_await next();
        if (!signal) continue;
        if (auto answer = take(std::move(*signal))) co_return std::move(*answer);
    }
}

asio::awaitable<std::optional<Bridge::Signal>> Conversation::next() {
    if (later_.empty()) co_return co_await bridge_->next(course_->deadline());
    auto signal = std::move(later_.front());
    later_.pop_front();
    co_return signal;
}

std::optional<Answer> Conversation::act(ConversationCourse::Action action) {
    if (auto* end = std::get_if<ConversationCourse::End>(&action)) return finish(end->reason);
    if (auto* press = std::get_if<ConversationCourse::Press>(&action))
        bridge_->agent().press(press->digits);
    else
        bridge_->agent().say(std::get<ConversationCourse::Say>(action).text);
    return std::nullopt;
}

std::optional<Answer> Conversation::take(Bridge::Signal signal) {
    auto now = with_.clock.now();
    if (auto* tool = std::get_if<AgentPort::ToolCall>(&signal)) {
        course_->hold();
        keep_what_was_said();
        return of({{"tool", {{"call_id", tool->call_id}, {"name", tool->name}, {"arguments", tool->arguments}}}});
    }
    if (auto* failed = std::get_if<AgentPort::Failed>(&signal)) return fail(failed->code, failed->what);
    if (auto* broken = std::get_if<Bridge::LineBroken>(&signal))
        return port_.ended() ? finish("caller_hung_up") : fail("no_audio", broken->error.message());
    if (std::holds_alternative<Bridge::CallerGone>(signal)) return finish("caller_hung_up");
    if (auto* pressed = std::get_if<core::AudioLeg::Digit>(&signal))
        course_->digit(pressed->digit, now);
    else if (std::holds_alternative<AgentPort::CallerSpeaks>(signal))
        course_->caller_speaks();
    else if (std::holds_alternative<AgentPort::CallerPauses>(signal))
        course_->caller_pauses(now);
    else if (std::holds_alternative<AgentPort::Interrupted>(signal))
        course_->interrupted();
    else if (std::holds_alternative<AgentPort::Idle>(signal)) {
        course_->assistant_is_idle(now);
        keep_what_was_said();
    } else
        course_->assistant_speaks();
    return std::nullopt;
}

// The conversation stands still meanwhile: what else happens is looked at once the flow has its keys.
asio::awaitable<Answer> Conversation::collect(const Ask& ask) {
    Keys keys(ask.options);
    bridge_->end_wait();
    bridge_->mute(true);  // the tones of the keys are not for the model either
    for (bool more = true; more;) {
        auto until = with_.clock.now() + keys.patience;
        auto signal = co_await next_before(until);
        if (!signal) break;
        if (auto* digit = std::get_if<core::AudioLeg::Digit>(&*signal)) {
            more = keys.take(digit->digit);
            continue;
        }
        more = !ends_it(*signal);
        later_.push_back(std::move(*signal));
    }
    bridge_->mute(false);
    if (keys.pressed.empty()) co_return Answer::nothing("timeout", with_.clock.now());
    co_return of({{"digits", keys.pressed}});
}

// Unlike next(), gives nothing only when the time has come.
asio::awaitable<std::optional<Bridge::Signal>> Conversation::next_before(core::Time until) {
    for (;;) {
        auto signal = co_await bridge_->next(until);
        if (signal || with_.clock.now() >= until) co_return signal;
    }
}

Answer Conversation::fail(std::string what, std::string detail) {
    with_.log.error("conversation failed",
                    {{"call", info_.id}, {"number", info_.to}, {"why", what}, {"detail", detail}});
    return finish("failed", std::move(what));
}

Answer Conversation::finish(std::string reason, std::string what) {
    auto now = with_.clock.now();
    auto event = finished(reason, std::move(what));
    event["seconds"] = std::chrono::duration<double>(now - began_).count();
    event["value"] = value_;
    event["transcript"] = Json::array();
    event["usage"] = Json::object();
    past_ = {};
    course_.reset();
    later_.clear();
    if (auto bridge = std::exchange(bridge_, nullptr)) {
        event["transcript"] = bridge->agent().transcript();
        event["usage"] = bridge->agent().usage();
        with_.log.info("conversation ends", {{"call", info_.id},
                                             {"number", info_.to},
                                             {"reason", reason},
                                             {"seconds", event["seconds"].get<double>()}});
        let_go();
        leaving_ = std::move(bridge);
    }
    return of({{"finished", std::move(event)}});
}

void Conversation::let_go() {
    auto bridge = std::exchange(leaving_, nullptr);
    if (!bridge) return;
    auto ending = bridge->end();
    asio::co_spawn(bridge->executor(), std::move(ending), asio::detached);
}

void Conversation::keep_what_was_said() {
    if (!with_.keep) return;
    auto keeping = with_.keep(opened_by_, bridge_->agent().transcript());
    asio::co_spawn(bridge_->executor(), std::move(keeping), asio::detached);
}

Answer Conversation::of(Json value) const {
    return Answer::of(std::move(value), with_.clock.now());
}

}  // namespace switchhook::session

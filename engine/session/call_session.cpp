#include "session/call_session.hpp"

#include "script/effective_settings.hpp"

#include <utility>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Ask;
using core::Json;

constexpr const char* broken = "Sorry, something went wrong on our side.";
constexpr const char* connecting = "Sorry, something went wrong on our side. I am connecting you to someone.";
constexpr const char* nobody = "Sorry, nobody can take your call now. Please call again later.";

Ask say(std::string text) {
    return {"say", {{"text", std::move(text)}}, "fallback"};
}

// on_call_ended has this long before another engine takes it for lost.
constexpr std::chrono::seconds time_for_the_end{10};

std::string promise_id(const std::string& call) {
    return "call_ended/" + call;
}

double seconds_between(core::Time from, core::Time to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace

CallSession::CallSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                         Surroundings surroundings, std::optional<Past> past)
    : info_(info),
      fallback_(script::fallback_of(*live->flow, info_.settings)),
      port_(port),
      with_(surroundings),
      steps_(past ? std::optional(past->journal.size()) : std::nullopt),
      flow_(std::move(info), std::move(live), port, surroundings, std::move(past).value_or(Past())) {}

asio::awaitable<void> CallSession::run() {
    note_beginning();
    auto end = co_await run_flow();
    moved_ = end == FlowSession::End::moved;
    if (moved_) co_return;
    if (end == FlowSession::End::failed) co_await fall_back();
    port_.finish();
    co_await port_.over();
    if (!port_.ended()) co_return;
    co_await wrap_up();
}

asio::awaitable<void> CallSession::settle(core::CallRecord record) {
    auto end = co_await run_flow();
    if (end == FlowSession::End::moved) co_return;
    status_ = record.status;
    ended_ = record.ended.value_or(with_.clock.now());
    co_await run_ended();
}

void CallSession::note_beginning() const {
    if (steps_) {
        with_.metrics.calls_rebuilt_total.Increment();
        with_.log.info("call rebuilt from its journal", {{"call", info_.id},
                                                         {"number", info_.to},
                                                         {"flow", flow().name()},
                                                         {"version", flow().version()},
                                                         {"answers", int(*steps_)}});
        return;
    }
    with_.metrics.calls_total.Increment();
    with_.log.info("call started", {{"call", info_.id},
                                    {"from", info_.from},
                                    {"number", info_.to},
                                    {"flow", flow().name()},
                                    {"version", flow().version()}});
}

// Whatever is thrown below is the engine's own mistake: it costs the flow, not the caller.
asio::awaitable<FlowSession::End> CallSession::run_flow() {
    std::string what;
    try {
        co_return co_await flow_.run("on_call");
    } catch (const std::exception& error) {
        what = error.what();
    }
    with_.log.error("call broke off",
                    {{"call", info_.id}, {"number", info_.to}, {"flow", flow().name()}, {"what", what}});
    co_return FlowSession::End::failed;
}

asio::awaitable<void> CallSession::close(std::string status) {
    if (std::exchange(closed_, true)) co_return;
    status_ = std::move(status);
    ended_ = with_.clock.now();
    co_await promise_end();
    auto kept = co_await with_.store.close_call(info_.id, ended_, status_);
    closed_elsewhere_ = kept.error() == core::Errc::conflict;
    if (!kept && !closed_elsewhere_)
        with_.log.error("end of call not kept", {{"call", info_.id}, {"why", kept.error().message()}});
}

asio::awaitable<void> CallSession::wrap_up() {
    co_await close("completed");
    if (closed_elsewhere_) co_return;
    auto seconds = seconds_between(info_.started, ended_);
    with_.metrics.call_duration_seconds.Observe(seconds);
    with_.log.info("call ended", {{"call", info_.id},
                                  {"number", info_.to},
                                  {"flow", flow().name()},
                                  {"version", flow().version()},
                                  {"status", status_},
                                  {"seconds", seconds}});
    co_await run_ended();
}

asio::awaitable<void> CallSession::run_ended() {
    if (!flow_.handles("on_call_ended")) co_return;
    flow_.info().summary = summary();
    auto end = co_await flow_.run("on_call_ended", first_seq_of_end);
    if (!with_.promises || end == FlowSession::End::moved) co_return;
    auto kept = co_await with_.promises->kept(promise_id(info_.id));
    if (!kept) with_.log.warn("promise not noted as kept", {{"call", info_.id}, {"why", kept.error().message()}});
}

// Should this process end before the flow has done what it owes, another one does it.
asio::awaitable<void> CallSession::promise_end() {
    if (!with_.promises || !flow_.handles("on_call_ended")) co_return;
    core::Promise promise;
    promise.id = promise_id(info_.id);
    promise.business = flow().name();
    promise.kind = promise_kind;
    promise.destination = info_.id;
    promise.payload = {{"call", info_.id}, {"status", status_}};
    promise.due = ended_ + time_for_the_end;
    auto made = co_await with_.promises->promise(std::move(promise));
    if (!made) with_.log.error("end of call not promised", {{"call", info_.id}, {"why", made.error().message()}});
}

// The flow is out of the game: only the port is used, and only with what was checked when the flow went live.
asio::awaitable<void> CallSession::fall_back() {
    if (port_.ended()) co_return;
    with_.metrics.fallbacks_total.Increment();
    auto number = fallback_.value("dial", "");
    auto text = fallback_.value("say", "");
    with_.log.warn("call takes the fallback", {{"call", info_.id},
                                               {"number", info_.to},
                                               {"flow", flow().name()},
                                               {"version", flow().version()},
                                               {"dial", number}});
    auto apology = say(!text.empty() ? text : number.empty() ? broken : connecting);
    co_await flow_.ask(std::move(apology), first_seq_of_fallback + 1);
    if (number.empty()) co_return;
    Ask dial{"dial", {{"to", Json::array({{{"number", number}}})}}, "fallback"};
    auto outcome = co_await flow_.ask(std::move(dial), first_seq_of_fallback + 2);
    if (outcome.reason.empty() && outcome.error.empty()) co_return;
    auto regret = say(nobody);
    co_await flow_.ask(std::move(regret), first_seq_of_fallback + 3);
}

Json CallSession::summary() const {
    return {
        {"status", status_}, {"seconds", seconds_between(info_.started, ended_)}, {"transcript", flow_.transcript()}};
}

}  // namespace switchhook::session

#include "session/call_session.hpp"

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

double seconds_between(core::Time from, core::Time to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace

CallSession::CallSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                         Surroundings surroundings)
    : info_(info),
      fallback_(live->flow->fallback()),
      port_(port),
      with_(surroundings),
      flow_(std::move(info), std::move(live), port, surroundings) {}

asio::awaitable<void> CallSession::run() {
    with_.metrics.calls_total.Increment();
    with_.log.info("call started", {{"call", info_.id},
                                    {"from", info_.from},
                                    {"number", info_.to},
                                    {"flow", flow().name()},
                                    {"version", flow().version()}});
    auto end = co_await run_flow();
    if (end == FlowSession::End::failed) co_await fall_back();
    port_.finish();
    co_await port_.over();
    co_await wrap_up();
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

asio::awaitable<void> CallSession::wrap_up() {
    auto seconds = seconds_between(info_.started, with_.clock.now());
    with_.metrics.call_duration_seconds.Observe(seconds);
    with_.log.info("call ended", {{"call", info_.id},
                                  {"number", info_.to},
                                  {"flow", flow().name()},
                                  {"version", flow().version()},
                                  {"status", status_},
                                  {"seconds", seconds}});
    if (flow_.handles("on_call_ended")) {
        flow_.info().summary = summary();
        co_await flow_.run("on_call_ended");
    }
    auto forgotten = co_await with_.store.forget(info_.id);
    if (!forgotten) with_.log.warn("journal not pruned", {{"call", info_.id}, {"why", forgotten.error().message()}});
}

// The flow is out of the game: only the port is used, and only with what was checked when the flow went live.
asio::awaitable<void> CallSession::fall_back() {
    if (port_.ended()) co_return;
    with_.metrics.fallbacks_total.Increment();
    auto number = fallback_.is_object() ? fallback_.value("dial", "") : "";
    auto text = fallback_.is_object() ? fallback_.value("say", "") : "";
    with_.log.warn("call takes the fallback", {{"call", info_.id},
                                               {"number", info_.to},
                                               {"flow", flow().name()},
                                               {"version", flow().version()},
                                               {"dial", number}});
    auto apology = say(!text.empty() ? text : number.empty() ? broken : connecting);
    co_await port_.perform(apology);
    if (number.empty()) co_return;
    Ask dial{"dial", {{"to", Json::array({{{"number", number}}})}}, "fallback"};
    auto outcome = co_await port_.perform(dial);
    if (outcome.reason.empty() && outcome.error.empty()) co_return;
    auto regret = say(nobody);
    co_await port_.perform(regret);
}

Json CallSession::summary() const {
    return {{"status", status_},
            {"seconds", seconds_between(info_.started, with_.clock.now())},
            {"transcript", flow_.transcript()}};
}

}  // namespace switchhook::session

#include "session/flow_session.hpp"

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Answer;
using core::Ask;

// Answered the same whenever the flow is run: nothing to journal.
bool tells_nothing_new(std::string_view kind) {
    return kind == "say" || kind == "play" || kind == "pause" || kind == "reply" || kind == "log" ||
           kind == "interject";
}

}  // namespace

FlowSession::FlowSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                         Surroundings surroundings)
    : info_(std::move(info)),
      live_(std::move(live)),
      port_(port),
      with_(surroundings),
      run_(live_->flow, with_.limits),
      last_answer_(info_.started) {}

asio::awaitable<FlowSession::End> FlowSession::run(std::string_view handler) {
    auto step = run_.start(handler, info_);
    while (auto* ask = std::get_if<Ask>(&step)) {
        auto answer = co_await perform(*ask);
        transcript_.note(*ask, answer);
        note_conversation(*ask, answer);
        if (answer.reason == "hung_up") co_return End::hung_up;
        if (answer.error.empty() && core::leaves(ask->kind)) co_return End::finished;
        if (tells_nothing_new(ask->kind)) {
            answer.time = last_answer_;
        } else {
            auto kept = co_await journal(*ask, answer);
            if (!kept) co_return End::failed;
            last_answer_ = answer.time;
        }
        step = run_.resume(answer);
    }
    if (auto* failed = std::get_if<script::Failed>(&step)) {
        report(handler, *failed);
        co_return End::failed;
    }
    result_ = std::get<script::Finished>(std::move(step)).value;
    co_return left_alone_ ? End::failed : End::finished;
}

asio::awaitable<Answer> FlowSession::perform(const Ask& ask) {
    ++seq_;
    if (Conversation::performs(ask.kind)) {
        if (!conversation_) {
            Conversation::With with{with_.agents, with_.clock, with_.log, with_.metrics};
            conversation_ = std::make_unique<Conversation>(with, info_, port_);
        }
        co_return co_await conversation_->perform(ask);
    }
    if (!Services::performs(ask.kind)) {
        auto objection = conversation_ ? conversation_->objection_to(ask.kind) : std::string();
        if (!objection.empty()) co_return Answer::raise(objection, with_.clock.now());
        co_return co_await port_.perform(ask);
    }
    Caller caller{info_.id, live_->flow->name(), info_.to, info_.account, seq_};
    co_return co_await with_.services.perform(ask, caller);
}

// A flow that looks at how its conversation went does something for the caller; one that does not gets its fallback.
void FlowSession::note_conversation(const Ask& ask, const Answer& answer) {
    if (Services::performs(ask.kind)) return;
    left_alone_ = false;
    if (!Conversation::performs(ask.kind) || !answer.value.is_object()) return;
    auto finished = answer.value.find("finished");
    left_alone_ = finished != answer.value.end() && finished->value("reason", "") == "failed";
}

asio::awaitable<bool> FlowSession::journal(const Ask& ask, const Answer& answer) {
    core::JournalEntry entry{info_.id, seq_, ask.digest(), answer};
    auto appended = co_await with_.store.append(std::move(entry));
    if (!appended)
        with_.log.error("answer not journaled",
                        {{"call", info_.id}, {"at", ask.where}, {"why", appended.error().message()}});
    co_return appended.has_value();
}

void FlowSession::report(std::string_view handler, const script::Failed& failed) {
    with_.metrics.flow_failures_total.Increment();
    if (!failed.limit.empty()) with_.metrics.limit_hit(failed.limit);
    with_.log.error("flow failed", {{"call", info_.id},
                                    {"number", info_.to},
                                    {"flow", flow().name()},
                                    {"version", flow().version()},
                                    {"handler", handler},
                                    {"at", failed.where},
                                    {"what", failed.what}});
}

}  // namespace switchhook::session

#include "session/flow_session.hpp"

#include "session/failure_text.hpp"
#include "session/secret_settings.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Answer;
using core::Ask;

// Of what nobody answers, what may still have to reach the caller of a call that is rebuilt.
bool reaches_the_caller(std::string_view kind) {
    return kind != "log" && kind != "interject" && kind != "play_while";
}

// Should it be lost, a call that is rebuilt knows a little less of what was said.
asio::awaitable<void> keep_conversation(core::Store& store, core::Log& log, std::string call, std::uint32_t seq,
                                        core::Json said) {
    auto kept = co_await store.keep_conversation(call, seq, std::move(said));
    if (!kept) log.warn("conversation not kept", {{"call", call}, {"why", kept.error().message()}});
}

}  // namespace

namespace {

bool is_kept(const Ask& ask, const Answer& answer) {
    return is_journaled(ask.kind) || (ask.kind == "reply" && !answer.value.is_null());
}

}  // namespace

FlowSession::FlowSession(core::CallInfo info, std::shared_ptr<const script::Live> live, core::CallPort& port,
                         Surroundings surroundings, Past past)
    : info_(std::move(info)),
      live_(std::move(live)),
      port_(port),
      with_(surroundings),
      run_(live_->flow, with_.limits),
      past_(std::move(past)),
      last_answer_(info_.started),
      perhaps_performed_(!past_.journal.empty()),
      secretive_(with_.vault && holds_secrets(info_)) {}

asio::awaitable<FlowSession::End> FlowSession::run(std::string_view handler, std::uint32_t first_seq) {
    seq_ = first_seq;
    auto step = start_flow(run_, handler, info_, with_.vault);
    while (auto* ask = std::get_if<Ask>(&step)) {
        ask->seq = ++seq_;
        const auto masked = secretive_ ? without_secrets(*ask, *with_.vault) : std::nullopt;
        const Ask& told = masked ? *masked : *ask;
        Answer answer;
        if (const auto* entry = known(seq_)) {
            if (entry->digest != digest_of(*ask)) co_return diverge(*ask);
            answer = entry->answer;
            pass(told, answer);
            last_answer_ = answer.time;
        } else if (!is_journaled(ask->kind)) {
            if (!has_been_here(seq_) || reaches_the_caller(ask->kind)) answer = co_await perform(told);
            answer.time = last_answer_;
        } else {
            if (has_been_here(seq_) && !core::leaves(ask->kind)) co_return diverge(*ask);
            answer = co_await perform(told);
            if (port_.moved()) co_return End::moved;
            if (secretive_) answer = without_secrets(*ask, std::move(answer), *with_.vault);
        }
        transcript_.note(told, answer);
        note_conversation(told, answer);
        if (answer.error.empty() && core::leaves(ask->kind)) co_return End::finished;
        if (is_kept(*ask, answer) && !known(seq_)) {
            auto kept = co_await journal(*ask, answer);
            if (kept.error() == core::Errc::already_answered) co_return End::moved;
            if (!kept) co_return End::failed;
            last_answer_ = answer.time;
            if (conversation_) conversation_->let_go();
        }
        if (answer.reason == "hung_up") co_return End::hung_up;
        step = run_.resume(answer);
    }
    if (auto* failed = std::get_if<script::Failed>(&step)) {
        report(handler, *failed);
        co_return End::failed;
    }
    result_ = std::get<script::Finished>(std::move(step)).value;
    co_return left_alone_ ? End::failed : End::finished;
}

// What is asked in the flow's place is not worth failing for.
asio::awaitable<Answer> FlowSession::ask(Ask ask, std::uint32_t seq) {
    ask.seq = seq;
    if (const auto* entry = known(seq); entry && entry->digest == digest_of(ask)) {
        pass(ask, entry->answer);
        co_return entry->answer;
    }
    auto answer = co_await port_.perform(ask);
    if (!is_kept(ask, answer) || port_.moved()) co_return answer;
    std::ignore = co_await journal(ask, answer);
    co_return answer;
}

std::string FlowSession::digest_of(const Ask& ask) const {
    return secretive_ ? digest_without_secrets(ask, *with_.vault) : ask.digest();
}

const core::JournalEntry* FlowSession::known(std::uint32_t seq) const {
    auto found = std::lower_bound(past_.journal.begin(), past_.journal.end(), seq,
                                  [](const core::JournalEntry& entry, std::uint32_t s) { return entry.seq < s; });
    return found != past_.journal.end() && found->seq == seq ? &*found : nullptr;
}

// A later ask was answered before the call was rebuilt.
bool FlowSession::has_been_here(std::uint32_t seq) const {
    return !past_.journal.empty() && past_.journal.back().seq > seq;
}

void FlowSession::pass(const Ask& ask, const Answer& answer) {
    port_.pass(ask);
    if (Conversation::performs(ask.kind)) conversation().pass(ask, answer);
}

asio::awaitable<Answer> FlowSession::perform(const Ask& ask) {
    const bool perhaps_performed = is_journaled(ask.kind) && std::exchange(perhaps_performed_, false);
    if (conversation_ && conversation_->broken_off() && is_journaled(ask.kind)) co_await conversation_->reopen(ask);
    if (Conversation::performs(ask.kind)) co_return co_await conversation().perform(ask);
    if (!Services::performs(ask.kind)) {
        auto objection = conversation_ ? conversation_->objection_to(ask.kind) : std::string();
        if (!objection.empty()) co_return Answer::raise(objection, with_.clock.now());
        co_return co_await port_.perform(ask);
    }
    Caller caller{info_.id, live_->flow->name(), info_.to, info_.account, ask.seq};
    if (perhaps_performed) caller.perhaps_since = last_answer_;
    co_return co_await with_.services.perform(ask, caller);
}

Conversation& FlowSession::conversation() {
    if (conversation_) return *conversation_;
    Conversation::With with{with_.agents, with_.clock, with_.log, with_.metrics, with_.conversation_limit};
    with.keep = [&store = with_.store, &log = with_.log, call = info_.id](std::uint32_t seq, core::Json said) {
        return keep_conversation(store, log, call, seq, std::move(said));
    };
    conversation_ = std::make_unique<Conversation>(std::move(with), info_, port_, std::move(past_.conversations));
    return *conversation_;
}

// A flow that looks at how its conversation went does something for the caller; one that does not gets its fallback.
void FlowSession::note_conversation(const Ask& ask, const Answer& answer) {
    if (Services::performs(ask.kind)) return;
    left_alone_ = false;
    if (!Conversation::performs(ask.kind) || !answer.value.is_object()) return;
    auto finished = answer.value.find("finished");
    left_alone_ = finished != answer.value.end() && finished->value("reason", "") == "failed";
}

asio::awaitable<core::Result<void>> FlowSession::journal(const Ask& ask, const Answer& answer) {
    core::JournalEntry entry{info_.id, ask.seq, digest_of(ask), answer};
    auto appended = co_await with_.store.append(std::move(entry));
    if (!appended && appended.error() != core::Errc::already_answered)
        with_.log.error("answer not journaled",
                        {{"call", info_.id}, {"at", ask.where}, {"why", appended.error().message()}});
    co_return appended;
}

// It is never guessed what an answer to another question might mean.
FlowSession::End FlowSession::diverge(const Ask& ask) {
    with_.metrics.replays_diverged_total.Increment();
    with_.log.error("call cannot be rebuilt: its flow asks something else than it did before",
                    {{"call", info_.id},
                     {"number", info_.to},
                     {"flow", flow().name()},
                     {"version", flow().version()},
                     {"step", int(ask.seq)},
                     {"asks", ask.kind},
                     {"at", ask.where}});
    return End::failed;
}

void FlowSession::report(std::string_view handler, const script::Failed& failed) {
    auto without_secrets = [&](std::string text) { return secretive_ ? with_.vault->mask(std::move(text)) : text; };
    with_.metrics.flow_failures_total.Increment();
    if (!failed.limit.empty()) with_.metrics.limit_hit(failed.limit);
    with_.log.error("flow failed", {{"call", info_.id},
                                    {"number", info_.to},
                                    {"flow", flow().name()},
                                    {"version", flow().version()},
                                    {"handler", handler},
                                    {"at", failed.where},
                                    {"what", without_secrets(failed.what)},
                                    {"values", without_secrets(run_.values())},
                                    {"transcript", without_secrets(transcript_text(transcript_.lines()))}});
}

}  // namespace switchhook::session

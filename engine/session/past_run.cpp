#include "session/past_run.hpp"

#include "session/secret_settings.hpp"

#include <algorithm>
#include <utility>

namespace switchhook::session {
namespace {

using core::Answer;
using core::Ask;

// The number of the fallback's second ask: it apologises, then it dials.
constexpr std::uint32_t fallback_dial = first_seq_of_fallback + 2;

const core::JournalEntry* find(const std::vector<core::JournalEntry>& journal, std::uint32_t seq) {
    auto entry = std::lower_bound(journal.begin(), journal.end(), seq,
                                  [](const core::JournalEntry& one, std::uint32_t s) { return one.seq < s; });
    return entry != journal.end() && entry->seq == seq ? &*entry : nullptr;
}

// A conversation failed, and nothing was done for the caller after it.
bool leaves_alone(const script::Recording::Handler& handler) {
    for (auto asked = handler.asked.rbegin(); asked != handler.asked.rend(); ++asked) {
        if (Services::performs(asked->ask.kind)) continue;
        if (!Conversation::performs(asked->ask.kind)) return false;
        auto answer = script::answer_of(asked->answer);
        if (!answer.value.is_object()) return false;
        auto finished = answer.value.find("finished");
        return finished != answer.value.end() && finished->value("reason", "") == "failed";
    }
    return false;
}

}  // namespace

PastRun::PastRun(const KeptCall& call, const script::Limits& limits)
    : is_text_(call.record.is_text()), time_(call.record.info.started) {
    const auto& journal = call.past.journal;
    if (const auto* entry = find(journal, fallback_dial)) fallback_outcome_ = entry->answer;
    script::RecordedRun run(call.live->flow, limits);
    auto info = masked(call.record.info);
    lead(run, is_text_ ? "on_message" : "on_call", info, first_seq_of_call, call);
    if (!is_text_ && !diverged_ && call.record.ended && call.live->flow->handles("on_call_ended")) {
        std::chrono::duration<double> length = *call.record.ended - info.started;
        info.summary = {
            {"status", call.record.status}, {"seconds", length.count()}, {"transcript", transcript_.lines()}};
        lead(run, "on_call_ended", info, first_seq_of_end, call);
    }
    recording_ = std::move(run).take_recording();
}

// The way of FlowSession::run, with nothing performed.
void PastRun::lead(script::RecordedRun& run, const std::string& handler, const core::CallInfo& info,
                   std::uint32_t first_seq, const KeptCall& call) {
    run.start(handler, info);
    for (auto seq = first_seq + 1; auto* ask = std::get_if<Ask>(&run.step()); ++seq) {
        auto answer = Answer::of(nullptr, time_);
        if (is_journaled(ask->kind)) {
            const auto* entry = find(call.past.journal, seq);
            if (!entry) {
                transcript_.note(*ask, answer);
                return;
            }
            answer = entry->answer;
            diverged_ = entry->digest != ask->digest();
            if (diverged_) {
                answer_then_ = std::move(answer);
                return;
            }
            time_ = answer.time;
        }
        transcript_.note(*ask, answer);
        if (answer.reason == "hung_up") return run.end(answer);
        run.resume(answer);
    }
}

bool PastRun::fell_back() const {
    const auto& handler = recording_.handlers.front();
    if (is_text_) return false;
    if (std::holds_alternative<script::Failed>(handler.last)) return true;
    return std::holds_alternative<script::Finished>(handler.last) && leaves_alone(handler);
}

}  // namespace switchhook::session

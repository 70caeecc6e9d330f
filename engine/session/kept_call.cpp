#include "session/kept_call.hpp"

#include "session/secret_settings.hpp"

#include <map>

namespace switchhook::session {

namespace asio = boost::asio;
using core::Answer;
using core::Ask;

asio::awaitable<core::Result<KeptCall>> find_kept_call(std::string id, core::Store& store, PinnedFlows& flows) {
    auto record = co_await store.find_call(id);
    if (!record) co_return record.error();
    if (!*record) co_return core::Errc::not_found;
    auto journal = co_await store.journal(id);
    if (!journal) co_return journal.error();
    auto conversations = co_await store.conversations(id);
    if (!conversations) co_return conversations.error();
    const auto& info = (*record)->info;
    auto live = co_await flows.find((*record)->flow, (*record)->version, info.settings);
    if (!live) co_return live.error();
    co_return KeptCall{std::move(**record), {std::move(*journal), std::move(*conversations)}, std::move(*live)};
}

std::optional<Ask> next_ask(const KeptCall& call, const script::Limits& limits, core::Vault* vault) {
    std::map<std::uint32_t, const core::JournalEntry*> known;
    for (const auto& entry : call.past.journal) known.emplace(entry.seq, &entry);
    script::FlowRun run(call.live->flow, limits);
    auto step = start_flow(run, "on_call", call.record.info, vault);
    auto time = call.record.info.started;
    for (std::uint32_t seq = 1; auto* ask = std::get_if<Ask>(&step); ++seq) {
        if (!is_journaled(ask->kind)) {
            step = run.resume(Answer::of(nullptr, time));
            continue;
        }
        auto entry = known.find(seq);
        if (entry == known.end()) return std::move(*ask);
        if (entry->second->digest != ask->digest()) return std::nullopt;
        time = entry->second->answer.time;
        step = run.resume(entry->second->answer);
    }
    return std::nullopt;
}

}  // namespace switchhook::session

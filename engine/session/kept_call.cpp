#include "session/kept_call.hpp"

#include "session/past_run.hpp"

namespace switchhook::session {

namespace asio = boost::asio;
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

std::optional<Ask> next_ask(const KeptCall& call, const script::Limits& limits) {
    PastRun past(call, limits);
    auto* ask = past.diverged() ? nullptr : std::get_if<Ask>(&past.recording().handlers.front().last);
    return ask && past.recording().handlers.front().ending.empty() ? std::optional(*ask) : std::nullopt;
}

}  // namespace switchhook::session

#include "store/memory_store.hpp"

#include <algorithm>
#include <tuple>

namespace switchhook::store {

using core::Errc;
using core::Json;
using core::Result;

namespace {

bool is_meant(const core::CallFilter& filter, const core::CallRecord& call) {
    const auto& info = call.info;
    return info.id.starts_with(filter.id) && (filter.flow.empty() || call.flow == filter.flow) &&
           info.to.ends_with(filter.number) && info.from.ends_with(filter.caller) &&
           (!filter.active || *filter.active == !call.ended) && (!filter.texts || *filter.texts == call.is_text()) &&
           (!filter.since || info.started >= *filter.since) && (!filter.until || info.started < *filter.until);
}

bool is_newer(const core::CallRecord& a, const core::CallRecord& b) {
    return std::tie(a.info.started, a.info.id) > std::tie(b.info.started, b.info.id);
}

}  // namespace

core::Store::Awaitable<void> MemoryStore::append(core::JournalEntry entry) {
    auto& shard = shard_of(entry.call);
    std::lock_guard lock(shard.mutex);
    auto& journal = shard.journals[entry.call];
    if (!journal.empty() && journal.back().seq >= entry.seq) co_return Errc::already_answered;
    journal.push_back(std::move(entry));
    co_return Result<void>();
}

core::Store::Awaitable<std::vector<core::JournalEntry>> MemoryStore::journal(std::string call) {
    auto& shard = shard_of(call);
    std::lock_guard lock(shard.mutex);
    auto found = shard.journals.find(call);
    co_return found == shard.journals.end() ? std::vector<core::JournalEntry>() : found->second;
}

core::Store::Awaitable<void> MemoryStore::open_call(core::CallRecord call) {
    auto& shard = shard_of(call.info.id);
    std::lock_guard lock(shard.mutex);
    auto id = call.info.id;
    if (!shard.calls.emplace(std::move(id), std::move(call)).second) co_return Errc::conflict;
    co_return Result<void>();
}

core::Store::Awaitable<std::optional<core::CallRecord>> MemoryStore::find_call(std::string id) {
    auto& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    auto found = shard.calls.find(id);
    co_return found == shard.calls.end() ? std::nullopt : std::optional(found->second);
}

core::Store::Awaitable<std::vector<core::CallRecord>> MemoryStore::calls(core::CallFilter filter) {
    std::vector<core::CallRecord> found;
    for (auto& shard : shards_) {
        std::lock_guard lock(shard.mutex);
        for (const auto& [id, call] : shard.calls)
            if (is_meant(filter, call)) found.push_back(call);
    }
    std::sort(found.begin(), found.end(), is_newer);
    if (found.size() > filter.most) found.resize(filter.most);
    co_return found;
}

core::Store::Awaitable<void> MemoryStore::close_call(std::string id, core::Time ended, std::string status) {
    auto& shard = shard_of(id);
    std::lock_guard lock(shard.mutex);
    auto found = shard.calls.find(id);
    if (found == shard.calls.end() || found->second.ended) co_return Errc::conflict;
    found->second.ended = ended;
    found->second.status = std::move(status);
    co_return Result<void>();
}

core::Store::Awaitable<void> MemoryStore::forget(std::string call) {
    for (auto& shard : shards_) {  // what it exchanged is with its business
        std::lock_guard lock(shard.mutex);
        shard.calls.erase(call);
        shard.journals.erase(call);
        shard.conversations.erase(call);
        shard.outcomes.erase(call);
    }
    co_return Result<void>();
}

core::Store::Awaitable<std::size_t> MemoryStore::prune(core::Time before, std::size_t most) {
    std::vector<std::string> old;
    for (auto& shard : shards_) {
        std::lock_guard lock(shard.mutex);
        std::erase_if(shard.values,
                      [&](const auto& entry) { return entry.second.expires && *entry.second.expires <= clock_.now(); });
        for (const auto& [id, record] : shard.calls) {
            if (old.size() == most) break;
            if (record.ended.value_or(record.info.started + std::chrono::days(1)) < before) old.push_back(id);
        }
    }
    for (const auto& id : old) co_await forget(id);
    co_return old.size();
}

core::Store::Awaitable<void> MemoryStore::keep_conversation(std::string call, std::uint32_t seq, Json transcript) {
    auto& shard = shard_of(call);
    std::lock_guard lock(shard.mutex);
    shard.conversations[std::move(call)][seq] = std::move(transcript);
    co_return Result<void>();
}

core::Store::Awaitable<std::map<std::uint32_t, Json>> MemoryStore::conversations(std::string call) {
    auto& shard = shard_of(call);
    std::lock_guard lock(shard.mutex);
    auto found = shard.conversations.find(call);
    co_return found == shard.conversations.end() ? std::map<std::uint32_t, Json>() : found->second;
}

std::map<std::string, std::size_t> MemoryStore::calls_in_progress(const std::string& flow) {
    std::map<std::string, std::size_t> calls;
    for (auto& shard : shards_) {
        std::lock_guard lock(shard.mutex);
        for (const auto& [id, call] : shard.calls)
            if (call.flow == flow && !call.ended) ++calls[call.version];
    }
    return calls;
}

core::Store::Awaitable<void> MemoryStore::keep_version(std::string flow, std::string version, Json sources) {
    auto& shard = shard_of(flow);
    std::lock_guard lock(shard.mutex);
    shard.versions.emplace(std::pair(std::move(flow), std::move(version)), std::move(sources));
    co_return Result<void>();
}

core::Store::Awaitable<std::optional<Json>> MemoryStore::find_version(std::string flow, std::string version) {
    auto& shard = shard_of(flow);
    std::lock_guard lock(shard.mutex);
    auto found = shard.versions.find({flow, version});
    co_return found == shard.versions.end() ? std::nullopt : std::optional(found->second);
}

core::Store::Awaitable<std::optional<Json>> MemoryStore::get(std::string business, std::string key) {
    auto& shard = shard_of(business);
    std::lock_guard lock(shard.mutex);
    auto* json = find(shard, business, key);
    co_return json ? std::optional<Json>(*json) : std::nullopt;
}

core::Store::Awaitable<void> MemoryStore::set(std::string business, std::string key, Json value,
                                              std::optional<std::chrono::milliseconds> lifetime) {
    auto& shard = shard_of(business);
    std::lock_guard lock(shard.mutex);
    shard.values[{std::move(business), std::move(key)}] = {std::move(value), expiry(lifetime)};
    co_return Result<void>();
}

core::Store::Awaitable<void> MemoryStore::exchange(std::string business, std::string key, core::Exchange exchange) {
    auto& shard = shard_of(business);
    std::lock_guard lock(shard.mutex);
    const auto& once = exchange.once;
    if (once && find_outcome(shard, once->call, once->seq)) co_return Errc::already_answered;
    auto* found = find(shard, business, key);
    const auto& expected = exchange.expected;
    if (found ? !expected || *found != *expected : expected.has_value()) co_return Errc::conflict;
    if (exchange.value)
        shard.values[{std::move(business), std::move(key)}] = {std::move(*exchange.value), expiry(exchange.lifetime)};
    else
        shard.values.erase({business, key});
    if (once) shard.outcomes[once->call][once->seq] = once->outcome;
    co_return Result<void>();
}

core::Store::Awaitable<std::optional<Json>> MemoryStore::find_outcome(std::string business, std::string call,
                                                                      std::uint32_t seq) {
    auto& shard = shard_of(business);
    std::lock_guard lock(shard.mutex);
    auto* outcome = find_outcome(shard, call, seq);
    co_return outcome ? std::optional<Json>(*outcome) : std::nullopt;
}

core::Store::Awaitable<void> MemoryStore::remove(std::string business, std::string key) {
    auto& shard = shard_of(business);
    std::lock_guard lock(shard.mutex);
    shard.values.erase({business, key});
    co_return Result<void>();
}

std::optional<core::Time> MemoryStore::expiry(std::optional<std::chrono::milliseconds> lifetime) const {
    return lifetime ? std::optional(clock_.now() + *lifetime) : std::nullopt;
}

const Json* MemoryStore::find_outcome(const Shard& shard, const std::string& call, std::uint32_t seq) {
    auto outcomes = shard.outcomes.find(call);
    if (outcomes == shard.outcomes.end()) return nullptr;
    auto found = outcomes->second.find(seq);
    return found == outcomes->second.end() ? nullptr : &found->second;
}

const Json* MemoryStore::find(Shard& shard, const std::string& business, const std::string& key) const {
    auto found = shard.values.find({business, key});
    if (found == shard.values.end()) return nullptr;
    if (!found->second.expires || *found->second.expires > clock_.now()) return &found->second.json;
    shard.values.erase(found);
    return nullptr;
}

}  // namespace switchhook::store

#include "store/memory_outbox.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace switchhook::store {

using core::Errc;
using core::Promise;
using core::Result;

MemoryOutbox::Kept* MemoryOutbox::find(const std::string& id) {
    auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &open_.at(found->second);
}

core::Outbox::Awaitable<void> MemoryOutbox::promise(Promise promise) {
    std::lock_guard lock(mutex_);
    if (kept_.contains(promise.id) || !by_id_.emplace(promise.id, last_ + 1).second) co_return Result<void>();
    open_[++last_] = {std::move(promise), {}};
    co_return Result<void>();
}

core::Outbox::Awaitable<std::vector<Promise>> MemoryOutbox::claim(core::Time now, core::Time until, std::size_t most) {
    std::lock_guard lock(mutex_);
    std::vector<Promise> claimed;
    std::set<std::pair<std::string, std::string>> seen;  // destinations
    for (auto& [order, kept] : open_) {
        if (claimed.size() == most) break;
        const auto& promise = kept.promise;
        if (promise.dead || !seen.emplace(promise.business, promise.destination).second) continue;
        if (promise.due > now || kept.claimed_until > now) continue;
        claimed.push_back(promise);
        claimed.back().begun = kept.claimed_until != core::Time();
        kept.claimed_until = until;
    }
    co_return claimed;
}

core::Outbox::Awaitable<void> MemoryOutbox::renew(std::vector<std::string> ids, core::Time until) {
    std::lock_guard lock(mutex_);
    for (const auto& id : ids)
        if (auto* kept = find(id)) kept->claimed_until = until;
    co_return Result<void>();
}

bool MemoryOutbox::keep(const std::string& id) {
    auto found = by_id_.find(id);
    if (found == by_id_.end()) return false;
    kept_.emplace(id, open_.at(found->second).promise.promised);
    open_.erase(found->second);
    by_id_.erase(found);
    return true;
}

core::Outbox::Awaitable<void> MemoryOutbox::done(std::string id) {
    std::lock_guard lock(mutex_);
    keep(id);
    co_return Result<void>();
}

core::Outbox::Awaitable<void> MemoryOutbox::postpone(std::string id, core::Time due, std::string reason) {
    std::lock_guard lock(mutex_);
    auto* failed = find(id);
    if (!failed) co_return Result<void>();
    failed->claimed_until = {};
    ++failed->promise.attempts;
    failed->promise.reason = std::move(reason);
    for (auto& [order, kept] : open_) {
        auto& promise = kept.promise;
        const bool behind =
            promise.business == failed->promise.business && promise.destination == failed->promise.destination;
        if (behind && !promise.dead) promise.due = std::max(promise.due, due);
    }
    co_return Result<void>();
}

core::Outbox::Awaitable<void> MemoryOutbox::bury(std::string id, std::string reason) {
    std::lock_guard lock(mutex_);
    if (auto* kept = find(id)) {
        kept->claimed_until = {};
        ++kept->promise.attempts;
        kept->promise.reason = std::move(reason);
        kept->promise.dead = true;
    }
    co_return Result<void>();
}

core::Outbox::Awaitable<std::vector<Promise>> MemoryOutbox::list(Filter filter) {
    std::lock_guard lock(mutex_);
    std::vector<Promise> listed;
    for (const auto& [order, kept] : open_) {
        if (listed.size() == filter.most) break;
        if (filter.dead && !kept.promise.dead) continue;
        if (filter.business.empty() || filter.business == kept.promise.business) listed.push_back(kept.promise);
    }
    co_return listed;
}

core::Outbox::Awaitable<core::Outbox::Counts> MemoryOutbox::count() {
    std::lock_guard lock(mutex_);
    Counts counts;
    for (const auto& [order, kept] : open_) ++(kept.promise.dead ? counts.dead : counts.waiting);
    co_return counts;
}

core::Outbox::Awaitable<void> MemoryOutbox::retry(std::string id, core::Time now) {
    std::lock_guard lock(mutex_);
    auto* kept = find(id);
    if (!kept) co_return Errc::not_found;
    kept->promise.promised = kept->promise.due = now;
    kept->promise.attempts = 0;
    kept->promise.dead = false;
    co_return Result<void>();
}

core::Outbox::Awaitable<void> MemoryOutbox::drop(std::string id) {
    std::lock_guard lock(mutex_);
    if (!keep(id)) co_return Errc::not_found;
    co_return Result<void>();
}

core::Outbox::Awaitable<void> MemoryOutbox::forget_kept(core::Time before) {
    std::lock_guard lock(mutex_);
    std::erase_if(kept_, [&](const auto& kept) { return kept.second < before; });
    co_return Result<void>();
}

}  // namespace switchhook::store

#pragma once

#include "core/outbox.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>

namespace switchhook::store {

// The Outbox port in memory, for an engine that needs nothing to survive a restart. Thread-safe.
class MemoryOutbox final : public core::Outbox {
public:
    Awaitable<void> promise(core::Promise promise) override;
    Awaitable<std::vector<core::Promise>> claim(core::Time now, core::Time until, std::size_t most) override;
    Awaitable<void> renew(std::vector<std::string> ids, core::Time until) override;
    Awaitable<void> done(std::string id) override;
    Awaitable<void> postpone(std::string id, core::Time due, std::string reason) override;
    Awaitable<void> bury(std::string id, std::string reason) override;
    Awaitable<std::vector<core::Promise>> list(Filter filter) override;
    Awaitable<Counts> count() override;
    Awaitable<void> retry(std::string id, core::Time now) override;
    Awaitable<void> drop(std::string id) override;
    Awaitable<void> forget_kept(core::Time before) override;

private:
    struct Kept {
        core::Promise promise;
        core::Time claimed_until{};
    };

    Kept* find(const std::string& id);
    bool keep(const std::string& id);

    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, Kept> open_;                    // in the order in which they were made
    std::unordered_map<std::string, std::uint64_t> by_id_;  // of the open ones
    std::unordered_map<std::string, core::Time> kept_;      // when they were made
};

}  // namespace switchhook::store

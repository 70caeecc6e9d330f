#pragma once

#include "core/clock.hpp"
#include "core/store.hpp"

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace switchhook::store {

// The Store port in memory: for tests, for the terminal call, and for engines that need nothing to survive a restart.
// Thread-safe; locks are held for single operations and split over shards.
class MemoryStore final : public core::Store {
public:
    explicit MemoryStore(const core::Clock& clock) : clock_(clock) {}

    Awaitable<void> append(core::JournalEntry entry) override;
    Awaitable<std::vector<core::JournalEntry>> journal(std::string call) override;
    Awaitable<void> open_call(core::CallRecord call) override;
    Awaitable<std::optional<core::CallRecord>> find_call(std::string id) override;
    Awaitable<std::vector<core::CallRecord>> calls(core::CallFilter filter) override;
    Awaitable<void> close_call(std::string id, core::Time ended, std::string status) override;
    Awaitable<void> forget(std::string call) override;
    Awaitable<std::size_t> prune(core::Time before, std::size_t most) override;
    Awaitable<void> keep_conversation(std::string call, std::uint32_t seq, core::Json transcript) override;
    Awaitable<std::map<std::uint32_t, core::Json>> conversations(std::string call) override;
    Awaitable<void> keep_version(std::string flow, std::string version, core::Json sources) override;
    Awaitable<std::optional<core::Json>> find_version(std::string flow, std::string version) override;
    Awaitable<std::optional<core::Json>> get(std::string business, std::string key) override;
    Awaitable<void> set(std::string business, std::string key, core::Json value,
                        std::optional<std::chrono::milliseconds> lifetime) override;
    Awaitable<void> exchange(std::string business, std::string key, core::Exchange exchange) override;
    Awaitable<std::optional<core::Json>> find_outcome(std::string business, std::string call,
                                                      std::uint32_t seq) override;
    Awaitable<void> remove(std::string business, std::string key) override;

    // The calls of a flow that go on, by its version.
    std::map<std::string, std::size_t> calls_in_progress(const std::string& flow);

private:
    struct Value {
        core::Json json;
        std::optional<core::Time> expires;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, core::CallRecord> calls;
        std::unordered_map<std::string, std::vector<core::JournalEntry>> journals;
        std::unordered_map<std::string, std::map<std::uint32_t, core::Json>> conversations;
        std::map<std::pair<std::string, std::string>, core::Json> versions;             // by flow and version
        std::map<std::pair<std::string, std::string>, Value> values;                    // by business and key
        std::unordered_map<std::string, std::map<std::uint32_t, core::Json>> outcomes;  // by call, of its businesses
    };

    Shard& shard_of(const std::string& name) { return shards_[std::hash<std::string>()(name) % shards_.size()]; }
    std::optional<core::Time> expiry(std::optional<std::chrono::milliseconds> lifetime) const;
    const core::Json* find(Shard& shard, const std::string& business, const std::string& key) const;
    static const core::Json* find_outcome(const Shard& shard, const std::string& call, std::uint32_t seq);

    const core::Clock& clock_;
    std::array<Shard, 16> shards_;
};

}  // namespace switchhook::store

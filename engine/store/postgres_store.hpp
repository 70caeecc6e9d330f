#pragma once

#include "core/clock.hpp"
#include "core/store.hpp"
#include "store/postgres_link.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace switchhook::store {

// The Store port in PostgreSQL. Safe to use from any thread.
class PostgresStore final : public core::Store {
public:
    // `link` and `clock` outlive the store.
    PostgresStore(PostgresLink& link, const core::Clock& clock);
    // Finishes the link.
    ~PostgresStore() override;

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

private:
    std::string expiry(std::optional<std::chrono::milliseconds> lifetime) const;
    std::string now() const { return std::to_string(clock_.now().time_since_epoch().count()); }

    PostgresLink& link_;
    const core::Clock& clock_;
};

}  // namespace switchhook::store

#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/store.hpp"
#include "store/postgres.hpp"
#include "store/store_thread.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace switchhook::store {

// The Store port in PostgreSQL, which several engines may share.
//
// One thread writes: what comes in while it waits for the server goes together, pipelined and committed once. Another
// one reads. While the server cannot be reached both wait for it, up to `patience`. Safe to use from any thread.
class PostgresStore final : public core::Store {
public:
    struct Options {
        std::string url;                            // postgres://user:password@host/database
        std::chrono::milliseconds patience{8'000};  // less than Twilio's
    };

    // Throws std::runtime_error, with a line for the operator, where the server cannot be used. `clock` and `log`
    // outlive the store.
    PostgresStore(Options options, const core::Clock& clock, core::Log& log);
    // Finishes what was begun. What waits for it must still have its io_context.
    ~PostgresStore() override;

    Awaitable<void> append(core::JournalEntry entry) override;
    Awaitable<std::vector<core::JournalEntry>> journal(std::string call) override;
    Awaitable<void> open_call(core::CallRecord call) override;
    Awaitable<std::optional<core::CallRecord>> find_call(std::string id) override;
    Awaitable<void> close_call(std::string id, core::Time ended, std::string status) override;
    Awaitable<void> forget(std::string call) override;
    Awaitable<void> keep_conversation(std::string call, std::uint32_t seq, core::Json transcript) override;
    Awaitable<std::map<std::uint32_t, core::Json>> conversations(std::string call) override;
    Awaitable<void> keep_version(std::string flow, std::string version, core::Json sources) override;
    Awaitable<std::optional<core::Json>> find_version(std::string flow, std::string version) override;
    Awaitable<std::optional<core::Json>> get(std::string business, std::string key) override;
    Awaitable<void> set(std::string business, std::string key, core::Json value,
                        std::optional<std::chrono::milliseconds> lifetime) override;
    Awaitable<void> compare_and_set(std::string business, std::string key, std::optional<core::Json> expected,
                                    std::optional<core::Json> value,
                                    std::optional<std::chrono::milliseconds> lifetime) override;
    Awaitable<void> remove(std::string business, std::string key) override;

private:
    class Session;

    std::string expiry(std::optional<std::chrono::milliseconds> lifetime) const;
    std::string now() const { return std::to_string(clock_.now().time_since_epoch().count()); }
    Awaitable<void> write(PostgresQuery query);
    template <class T, class Read>
    Awaitable<T> perform(Session& session, StoreThread& thread, PostgresQuery query, Read read);

    const core::Clock& clock_;
    const std::string node_;
    std::unique_ptr<Session> writer_;
    std::unique_ptr<Session> reader_;
    std::unique_ptr<StoreThread> reading_;
    std::unique_ptr<StoreThread> writing_;
};

}  // namespace switchhook::store

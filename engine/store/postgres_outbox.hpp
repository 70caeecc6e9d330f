#pragma once

#include "core/outbox.hpp"
#include "store/postgres_link.hpp"

namespace switchhook::store {

// The Outbox port in PostgreSQL: of several engines that share it, one delivers a promise. Safe to use from any thread.
class PostgresOutbox final : public core::Outbox {
public:
    // `link` outlives the outbox.
    explicit PostgresOutbox(PostgresLink& link) : link_(link) {}
    // Finishes the link.
    ~PostgresOutbox() override { link_.finish(); }

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
    Awaitable<void> change(PostgresQuery query);

    PostgresLink& link_;
};

}  // namespace switchhook::store

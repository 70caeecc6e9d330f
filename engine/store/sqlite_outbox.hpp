#pragma once

#include "core/outbox.hpp"
#include "store/sqlite_file.hpp"

#include <memory>

namespace switchhook::store {

// The Outbox port in a SQLite file: its promises are committed together with what the other ports write meanwhile.
// Safe to use from any thread.
class SqliteOutbox final : public core::Outbox {
public:
    // `file` outlives the outbox.
    explicit SqliteOutbox(SqliteFile& file);
    // Finishes the file.
    ~SqliteOutbox() override;

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
    class Writer;
    class Reader;

    SqliteFile& file_;
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<Reader> reader_;
};

}  // namespace switchhook::store

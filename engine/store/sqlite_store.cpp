#include "store/sqlite_store.hpp"

#include "core/json_text.hpp"

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Result;

// The value that a query finds, or nothing.
std::optional<Json> json_of(SqliteDatabase::Statement& query) {
    std::optional<Json> found;
    if (query.step()) found = Json::parse(query.text(0));
    query.reset();
    return found;
}

}  // namespace

// What the writing thread works with. Every operation runs inside the transaction of its batch.
class SqliteStore::Writer {
public:
    explicit Writer(SqliteDatabase& database) : statements_(std::make_unique<Statements>(database)) {}

    Result<void> append(const core::JournalEntry& entry) {
        auto& insert = statements_->append;
        auto answer = core::dump(core::to_json(entry.answer));
        if (insert.with(entry.call, std::int64_t{entry.seq}, entry.digest, answer).run() == 0)
            return Errc::already_answered;
        return {};
    }
    Result<void> open_call(const core::CallRecord& call) {
        const auto& info = call.info;
        auto started = std::int64_t{info.started.time_since_epoch().count()};
        auto& insert = statements_->open_call;
        auto known = core::dump(core::to_json(info));
        insert.with(info.id, known, call.flow, call.version, started, info.to, info.from, std::int64_t{call.is_text()});
        if (insert.run() == 0) return Errc::conflict;
        return {};
    }
    Result<void> close_call(const std::string& id, core::Time ended, const std::string& status) {
        auto& close = statements_->close_call;
        if (close.with(id, std::int64_t{ended.time_since_epoch().count()}, status).run() == 0) return Errc::conflict;
        return {};
    }
    Result<void> forget(const std::string& call) {
        statements_->forget_call.with(call).run();
        statements_->forget_journal.with(call).run();
        statements_->forget_conversations.with(call).run();
        statements_->forget_outcomes.with(call).run();
        return {};
    }
    Result<void> keep_conversation(const std::string& call, std::uint32_t seq, const Json& transcript) {
        statements_->keep_conversation.with(call, std::int64_t{seq}, core::dump(transcript)).run();
        return {};
    }
    Result<void> keep_version(const std::string& flow, const std::string& version, const Json& sources) {
        statements_->keep_version.with(flow, version, core::dump(sources)).run();
        return {};
    }
    Result<void> set(const std::string& business, const std::string& key, const Json& value,
                     std::optional<std::int64_t> expires) {
        statements_->set.with(business, key, core::dump(value), expires).run();
        return {};
    }
    Result<void> exchange(const std::string& business, const std::string& key, const core::Exchange& exchange,
                          std::optional<std::int64_t> expires, std::int64_t now) {
        const auto& once = exchange.once;
        if (once && json_of(statements_->outcome.with(once->call, std::int64_t{once->seq})))
            return Errc::already_answered;
        if (json_of(statements_->get.with(business, key, now)) != exchange.expected) return Errc::conflict;
        auto done = exchange.value ? set(business, key, *exchange.value, expires) : remove(business, key);
        if (once) statements_->keep_outcome.with(once->call, std::int64_t{once->seq}, core::dump(once->outcome)).run();
        return done;
    }
    Result<void> remove(const std::string& business, const std::string& key) {
        statements_->remove.with(business, key).run();
        return {};
    }
    Result<std::size_t> prune(std::int64_t before, std::size_t most, std::int64_t now) {
        statements_->forget_expired.with(now).run();
        std::vector<std::string> old;
        auto& find = statements_->find_old;
        for (find.with(before, std::int64_t(most)); find.step();) old.emplace_back(find.text(0));
        for (const auto& call : old) forget(call);
        return old.size();
    }
    void forget_expired(std::int64_t now) { statements_->forget_expired.with(now).run(); }

private:
    using Statement = SqliteDatabase::Statement;
    struct Statements {
        explicit Statements(SqliteDatabase& d)
            : append(d, "INSERT OR IGNORE INTO journal VALUES (?1, ?2, ?3, ?4)"),
              open_call(d, "INSERT OR IGNORE INTO calls VALUES (?1, ?2, ?3, ?4, ?5, NULL, '', ?6, ?7, ?8)"),
              close_call(d, "UPDATE calls SET ended = ?2, status = ?3 WHERE id = ?1 AND ended IS NULL"),
              forget_call(d, "DELETE FROM calls WHERE id = ?1"),
              forget_journal(d, "DELETE FROM journal WHERE call = ?1"),
              forget_conversations(d, "DELETE FROM conversations WHERE call = ?1"),
              forget_outcomes(d, "DELETE FROM outcomes WHERE call = ?1"),
              keep_conversation(d, "INSERT OR REPLACE INTO conversations VALUES (?1, ?2, ?3)"),
              keep_version(d, "INSERT OR IGNORE INTO versions VALUES (?1, ?2, ?3)"),
              get(d, "SELECT value FROM kv WHERE business = ?1 AND key = ?2 AND (expires IS NULL OR expires > ?3)"),
              set(d, "INSERT OR REPLACE INTO kv VALUES (?1, ?2, ?3, ?4)"),
              remove(d, "DELETE FROM kv WHERE business = ?1 AND key = ?2"),
              outcome(d, "SELECT outcome FROM outcomes WHERE call = ?1 AND seq = ?2"),
              keep_outcome(d, "INSERT INTO outcomes VALUES (?1, ?2, ?3)"),
              forget_expired(d, "DELETE FROM kv WHERE expires <= ?1"),
              find_old(d,
                       "SELECT id FROM calls WHERE started < ?1 AND coalesce(ended, started + 86400000) < ?1 "
                       "ORDER BY started LIMIT ?2") {}
        Statement append, open_call, close_call, forget_call, forget_journal, forget_conversations, forget_outcomes,
            keep_conversation, keep_version, get, set, remove, outcome, keep_outcome, forget_expired, find_old;
    };

    std::unique_ptr<Statements> statements_;
};

// What the reading thread works with.
class SqliteStore::Reader {
public:
    explicit Reader(SqliteDatabase& database)
        : database_(database),
          journal_(database, "SELECT seq, digest, answer FROM journal WHERE call = ?1 ORDER BY seq"),
          call_(database, "SELECT info, flow, version, ended, status FROM calls WHERE id = ?1"),
          conversations_(database, "SELECT seq, transcript FROM conversations WHERE call = ?1"),
          version_(database, "SELECT sources FROM versions WHERE flow = ?1 AND version = ?2"),
          get_(database, "SELECT value FROM kv WHERE business = ?1 AND key = ?2 AND (expires IS NULL OR expires > ?3)"),
          outcome_(database, "SELECT outcome FROM outcomes WHERE call = ?1 AND seq = ?2") {}

    Result<std::vector<core::JournalEntry>> journal(const std::string& call) {
        std::vector<core::JournalEntry> entries;
        journal_.with(call);
        while (journal_.step()) {
            auto answer = core::answer_from_json(Json::parse(journal_.text(2)));
            entries.push_back({call, static_cast<std::uint32_t>(journal_.integer(0)), std::string(journal_.text(1)),
                               std::move(answer)});
        }
        return entries;
    }
    Result<std::optional<core::CallRecord>> call(const std::string& id) {
        std::optional<core::CallRecord> found;
        if (call_.with(id).step()) found = record(call_);
        call_.reset();
        return found;
    }
    Result<std::vector<core::CallRecord>> calls(const core::CallFilter& filter) {
        // Written out for SQLite to see that it may use the index of the calls that go on.
        const std::string state = !filter.active   ? ""
                                  : *filter.active ? "ended IS NULL AND "
                                                   : "ended IS NOT NULL AND ";
        Statement select(database_,
                         "SELECT info, flow, version, ended, status FROM calls WHERE " + state +
                             "started >= ?1 AND started < ?2 AND (?3 = '' OR flow = ?3) AND "
                             "(?4 = '' OR substr(number, -length(?4)) = ?4) AND "
                             "(?5 = '' OR substr(caller, -length(?5)) = ?5) AND substr(id, 1, length(?6)) = ?6 AND "
                             "(?7 < 0 OR is_text = ?7) ORDER BY started DESC, id DESC LIMIT ?8");
        std::int64_t since = filter.since ? filter.since->time_since_epoch().count() : 0;
        std::int64_t until = filter.until.value_or(core::Time::max()).time_since_epoch().count();
        std::int64_t texts = filter.texts ? std::int64_t{*filter.texts} : -1;
        select.with(since, until, filter.flow, filter.number, filter.caller, filter.id, texts,
                    std::int64_t(filter.most));
        std::vector<core::CallRecord> found;
        while (select.step()) found.push_back(record(select));
        return found;
    }
    Result<std::map<std::uint32_t, Json>> conversations(const std::string& call) {
        std::map<std::uint32_t, Json> found;
        conversations_.with(call);
        while (conversations_.step())
            found.emplace(static_cast<std::uint32_t>(conversations_.integer(0)), Json::parse(conversations_.text(1)));
        return found;
    }
    Result<std::optional<Json>> version(const std::string& flow, const std::string& version) {
        return json_of(version_.with(flow, version));
    }
    Result<std::optional<Json>> get(const std::string& business, const std::string& key, std::int64_t now) {
        return json_of(get_.with(business, key, now));
    }
    Result<std::optional<Json>> outcome(const std::string& call, std::uint32_t seq) {
        return json_of(outcome_.with(call, std::int64_t{seq}));
    }

private:
    using Statement = SqliteDatabase::Statement;

    static core::CallRecord record(const Statement& row) {
        core::CallRecord call;
        call.info = core::call_info_from_json(Json::parse(row.text(0)));
        call.flow = row.text(1);
        call.version = row.text(2);
        if (!row.null(3)) call.ended = core::Time(std::chrono::milliseconds(row.integer(3)));
        call.status = row.text(4);
        return call;
    }

    SqliteDatabase& database_;
    Statement journal_;
    Statement call_;
    Statement conversations_;
    Statement version_;
    Statement get_;
    Statement outcome_;
};

SqliteStore::SqliteStore(SqliteFile& file, const core::Clock& clock)
    : file_(file),
      clock_(clock),
      writer_(std::make_unique<Writer>(file.writing())),
      reader_(std::make_unique<Reader>(file.reading())) {
    writer_->forget_expired(now());
}

SqliteStore::~SqliteStore() {
    file_.finish();
}

core::Store::Awaitable<void> SqliteStore::append(core::JournalEntry entry) {
    std::function<Result<void>()> work = [this, &entry] { return writer_->append(entry); };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<std::vector<core::JournalEntry>> SqliteStore::journal(std::string call) {
    std::function<Result<std::vector<core::JournalEntry>>()> work = [this, &call] { return reader_->journal(call); };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::forget(std::string call) {
    std::function<Result<void>()> work = [this, &call] { return writer_->forget(call); };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<std::size_t> SqliteStore::prune(core::Time before, std::size_t most) {
    std::function<Result<std::size_t>()> work = [&] {
        return writer_->prune(before.time_since_epoch().count(), most, now());
    };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::open_call(core::CallRecord call) {
    std::function<Result<void>()> work = [this, &call] { return writer_->open_call(call); };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<std::optional<core::CallRecord>> SqliteStore::find_call(std::string id) {
    std::function<Result<std::optional<core::CallRecord>>()> work = [this, &id] { return reader_->call(id); };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<std::vector<core::CallRecord>> SqliteStore::calls(core::CallFilter filter) {
    std::function<Result<std::vector<core::CallRecord>>()> work = [&] { return reader_->calls(filter); };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::close_call(std::string id, core::Time ended, std::string status) {
    std::function<Result<void>()> work = [&] { return writer_->close_call(id, ended, status); };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::keep_conversation(std::string call, std::uint32_t seq, Json transcript) {
    std::function<Result<void>()> work = [&] { return writer_->keep_conversation(call, seq, transcript); };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<std::map<std::uint32_t, Json>> SqliteStore::conversations(std::string call) {
    std::function<Result<std::map<std::uint32_t, Json>>()> work = [&] { return reader_->conversations(call); };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::keep_version(std::string flow, std::string version, Json sources) {
    std::function<Result<void>()> work = [&] { return writer_->keep_version(flow, version, sources); };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<std::optional<Json>> SqliteStore::find_version(std::string flow, std::string version) {
    std::function<Result<std::optional<Json>>()> work = [&] { return reader_->version(flow, version); };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<std::optional<Json>> SqliteStore::get(std::string business, std::string key) {
    std::function<Result<std::optional<Json>>()> work = [this, &business, &key] {
        return reader_->get(business, key, now());
    };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::set(std::string business, std::string key, Json value,
                                              std::optional<std::chrono::milliseconds> lifetime) {
    std::function<Result<void>()> work = [this, &business, &key, &value, expires = expiry(lifetime)] {
        return writer_->set(business, key, value, expires);
    };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::exchange(std::string business, std::string key, core::Exchange exchange) {
    std::function<Result<void>()> work = [&, expires = expiry(exchange.lifetime)] {
        return writer_->exchange(business, key, exchange, expires, now());
    };
    co_return co_await file_.write(std::move(work));
}

core::Store::Awaitable<std::optional<Json>> SqliteStore::find_outcome(std::string /*business*/, std::string call,
                                                                      std::uint32_t seq) {
    std::function<Result<std::optional<Json>>()> work = [&] { return reader_->outcome(call, seq); };
    co_return co_await file_.read(std::move(work));
}

core::Store::Awaitable<void> SqliteStore::remove(std::string business, std::string key) {
    std::function<Result<void>()> work = [this, &business, &key] { return writer_->remove(business, key); };
    co_return co_await file_.write(std::move(work));
}

std::optional<std::int64_t> SqliteStore::expiry(std::optional<std::chrono::milliseconds> lifetime) const {
    if (!lifetime) return std::nullopt;
    return (clock_.now() + *lifetime).time_since_epoch().count();
}

}  // namespace switchhook::store

#include "store/sqlite_outbox.hpp"

#include "core/json_text.hpp"

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Promise;
using core::Result;
using core::Time;
using Statement = SqliteDatabase::Statement;

constexpr const char* columns =
    "id, business, kind, destination, payload, promised, due, attempts, reason, state = 'dead', claimed_until > 0 ";

std::string select(const char* rest) {
    return std::string("SELECT ") + columns + "FROM outbox AS one " + rest;
}

std::int64_t number(Time time) {
    return time.time_since_epoch().count();
}

Time time_of(std::int64_t number) {
    return Time(std::chrono::milliseconds(number));
}

std::vector<Promise> promises_of(Statement& rows) {
    std::vector<Promise> all;
    while (rows.step()) {
        auto text = [&](int column) { return std::string(rows.text(column)); };
        Promise promise{text(0), text(1), text(2), text(3), Json::parse(rows.text(4))};
        promise.promised = time_of(rows.integer(5));
        promise.due = time_of(rows.integer(6));
        promise.attempts = static_cast<unsigned>(rows.integer(7));
        promise.reason = text(8);
        promise.dead = rows.integer(9) != 0;
        promise.begun = rows.integer(10) != 0;
        all.push_back(std::move(promise));
    }
    return all;
}

}  // namespace

// What the writing thread works with.
class SqliteOutbox::Writer {
public:
    explicit Writer(SqliteDatabase& d)
        : promise_(d,
                   "INSERT OR IGNORE INTO outbox (id, business, kind, destination, payload, promised, due) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
          claim_(d, "UPDATE outbox SET claimed_until = ?3 WHERE id = ?1 AND state = 'waiting' AND claimed_until <= ?2"),
          renew_(d, "UPDATE outbox SET claimed_until = ?2 WHERE id = ?1 AND state = 'waiting'"),
          // What was kept needs its payload no more.
          done_(d, "UPDATE outbox SET state = 'kept', payload = 'null' WHERE id = ?1 AND state <> 'kept'"),
          failed_(d,
                  "UPDATE outbox SET attempts = attempts + 1, reason = ?2, state = ?3, claimed_until = 0 "
                  "WHERE id = ?1 AND state = 'waiting'"),
          hold_back_(d,
                     "UPDATE outbox SET due = max(due, ?2) WHERE state = 'waiting' AND (business, destination) = "
                     "(SELECT business, destination FROM outbox WHERE id = ?1)"),
          retry_(d,
                 "UPDATE outbox SET state = 'waiting', promised = ?2, due = ?2, attempts = 0 "
                 "WHERE id = ?1 AND state <> 'kept'"),
          forget_(d, "DELETE FROM outbox WHERE state = 'kept' AND promised < ?1") {}

    Result<void> promise(const Promise& made) {
        promise_
            .with(made.id, made.business, made.kind, made.destination, core::dump(made.payload), number(made.promised),
                  number(made.due))
            .run();
        return {};
    }
    // Those that nobody has taken meanwhile.
    Result<std::vector<Promise>> claim(std::vector<Promise>& promises, Time now, Time until) {
        std::vector<Promise> claimed;
        for (auto& promise : promises)
            if (claim_.with(promise.id, number(now), number(until)).run() == 1) claimed.push_back(std::move(promise));
        return claimed;
    }
    Result<void> renew(const std::vector<std::string>& ids, Time until) {
        for (const auto& id : ids) renew_.with(id, number(until)).run();
        return {};
    }
    Result<void> done(const std::string& id) {
        return done_.with(id).run() == 1 ? Result<void>() : Result<void>(Errc::not_found);
    }
    Result<void> postpone(const std::string& id, Time due, const std::string& reason) {
        failed_.with(id, reason, std::string_view("waiting")).run();
        hold_back_.with(id, number(due)).run();
        return {};
    }
    Result<void> bury(const std::string& id, const std::string& reason) {
        failed_.with(id, reason, std::string_view("dead")).run();
        return {};
    }
    Result<void> retry(const std::string& id, Time now) {
        return retry_.with(id, number(now)).run() == 1 ? Result<void>() : Result<void>(Errc::not_found);
    }
    Result<void> forget(Time before) {
        forget_.with(number(before)).run();
        return {};
    }

private:
    Statement promise_, claim_, renew_, done_, failed_, hold_back_, retry_, forget_;
};

// What the reading thread works with.
class SqliteOutbox::Reader {
public:
    explicit Reader(SqliteDatabase& d)
        : due_(d, select("WHERE state = 'waiting' AND due <= ?1 AND claimed_until <= ?1 AND NOT EXISTS "
                         "(SELECT 1 FROM outbox AS other WHERE other.state = 'waiting' AND "
                         "other.business = one.business AND other.destination = one.destination AND "
                         "other.number < one.number) ORDER BY due, number LIMIT ?2")),
          list_(d, select("WHERE (state = 'dead' OR (state = 'waiting' AND ?1 = 0)) AND (?2 = '' OR business = ?2) "
                          "ORDER BY number LIMIT ?3")),
          count_(d,
                 "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead') "
                 "FROM outbox WHERE state IN ('waiting', 'dead')") {}

    Result<std::vector<Promise>> due(Time now, std::size_t most) {
        return promises_of(due_.with(number(now), std::int64_t(most)));
    }
    Result<std::vector<Promise>> list(const Filter& filter) {
        return promises_of(list_.with(std::int64_t{filter.dead}, filter.business, std::int64_t(filter.most)));
    }
    Result<Counts> count() {
        Counts counts;
        if (count_.with().step())
            counts = {static_cast<std::size_t>(count_.integer(0)), static_cast<std::size_t>(count_.integer(1))};
        count_.reset();
        return counts;
    }

private:
    Statement due_, list_, count_;
};

SqliteOutbox::SqliteOutbox(SqliteFile& file)
    : file_(file),
      writer_(std::make_unique<Writer>(file.writing())),
      reader_(std::make_unique<Reader>(file.reading())) {}

SqliteOutbox::~SqliteOutbox() {
    file_.finish();
}

core::Outbox::Awaitable<void> SqliteOutbox::promise(Promise promise) {
    std::function<Result<void>()> work = [&] { return writer_->promise(promise); };
    co_return co_await file_.write(std::move(work));
}

// Nothing is written where nothing is due.
core::Outbox::Awaitable<std::vector<Promise>> SqliteOutbox::claim(Time now, Time until, std::size_t most) {
    std::function<Result<std::vector<Promise>>()> look = [&] { return reader_->due(now, most); };
    auto due = co_await file_.read(std::move(look));
    if (!due || due->empty()) co_return due;
    std::function<Result<std::vector<Promise>>()> take = [&] { return writer_->claim(*due, now, until); };
    co_return co_await file_.write(std::move(take));
}

core::Outbox::Awaitable<void> SqliteOutbox::renew(std::vector<std::string> ids, Time until) {
    std::function<Result<void>()> work = [&] { return writer_->renew(ids, until); };
    co_return co_await file_.write(std::move(work));
}

core::Outbox::Awaitable<void> SqliteOutbox::done(std::string id) {
    std::function<Result<void>()> work = [&] {
        writer_->done(id);
        return Result<void>();
    };
    co_return co_await file_.write(std::move(work));
}

core::Outbox::Awaitable<void> SqliteOutbox::postpone(std::string id, Time due, std::string reason) {
    std::function<Result<void>()> work = [&] { return writer_->postpone(id, due, reason); };
    co_return co_await file_.write(std::move(work));
}

core::Outbox::Awaitable<void> SqliteOutbox::bury(std::string id, std::string reason) {
    std::function<Result<void>()> work = [&] { return writer_->bury(id, reason); };
    co_return co_await file_.write(std::move(work));
}

core::Outbox::Awaitable<std::vector<Promise>> SqliteOutbox::list(Filter filter) {
    std::function<Result<std::vector<Promise>>()> work = [&] { return reader_->list(filter); };
    co_return co_await file_.read(std::move(work));
}

core::Outbox::Awaitable<core::Outbox::Counts> SqliteOutbox::count() {
    std::function<Result<Counts>()> work = [&] { return reader_->count(); };
    co_return co_await file_.read(std::move(work));
}

core::Outbox::Awaitable<void> SqliteOutbox::retry(std::string id, Time now) {
    std::function<Result<void>()> work = [&] { return writer_->retry(id, now); };
    co_return co_await file_.write(std::move(work));
}

core::Outbox::Awaitable<void> SqliteOutbox::drop(std::string id) {
    std::function<Result<void>()> work = [&] { return writer_->done(id); };
    co_return co_await file_.write(std::move(work));
}

core::Outbox::Awaitable<void> SqliteOutbox::forget_kept(Time before) {
    std::function<Result<void>()> work = [&] { return writer_->forget(before); };
    co_return co_await file_.write(std::move(work));
}

}  // namespace switchhook::store

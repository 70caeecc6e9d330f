#include "store/postgres_outbox.hpp"

#include "core/json_text.hpp"

#include <algorithm>

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Promise;
using core::Result;
using core::Time;
using Promises = std::vector<Promise>;

std::string text(Time time) {
    return std::to_string(time.time_since_epoch().count());
}

Time time_of(std::int64_t number) {
    return Time(std::chrono::milliseconds(number));
}

// Of rows with the columns: id, business, kind, destination, payload, promised, due, attempts, reason, dead or not,
// claimed before or not.
Result<Promises> promises_of(const PostgresRows& rows) {
    Promises all;
    for (int row = 0; row < rows.size(); ++row) {
        auto column = [&](int i) { return std::string(rows.text(row, i)); };
        Promise promise{column(0), column(1), column(2), column(3), Json::parse(rows.text(row, 4))};
        promise.promised = time_of(rows.integer(row, 5));
        promise.due = time_of(rows.integer(row, 6));
        promise.attempts = static_cast<unsigned>(rows.integer(row, 7));
        promise.reason = column(8);
        promise.dead = rows.text(row, 9) == "t";
        promise.begun = rows.text(row, 10) == "t";
        all.push_back(std::move(promise));
    }
    return all;
}

}  // namespace

core::Outbox::Awaitable<void> PostgresOutbox::promise(Promise promise) {
    PostgresQuery query{
        "INSERT INTO switchhook.outbox (id, business, kind, destination, payload, promised, due) "
        "VALUES ($1, $2, $3, $4, $5, $6::bigint, $7::bigint) ON CONFLICT DO NOTHING",
        {promise.id, promise.business, promise.kind, promise.destination, core::dump(promise.payload),
         text(promise.promised), text(promise.due)}};
    co_return co_await link_.write(std::move(query));
}

core::Outbox::Awaitable<Promises> PostgresOutbox::claim(Time now, Time until, std::size_t most) {
    // Whom another engine is just claiming is passed over; whom it has claimed meanwhile no longer matches.
    constexpr auto sql =
        "WITH due AS (SELECT number, claimed_until > 0 AS begun FROM switchhook.outbox AS one "
        "  WHERE state = 'waiting' AND due <= $1::bigint AND claimed_until <= $1::bigint AND NOT EXISTS "
        "    (SELECT FROM switchhook.outbox AS other WHERE other.state = 'waiting' AND "
        "     other.business = one.business AND other.destination = one.destination AND other.number < one.number) "
        "  ORDER BY due, number LIMIT $3::bigint FOR UPDATE SKIP LOCKED), "
        "claimed AS (UPDATE switchhook.outbox AS one SET claimed_until = $2::bigint FROM due "
        "  WHERE one.number = due.number RETURNING one.*, due.begun) "
        "SELECT id, business, kind, destination, payload, promised, due, attempts, reason, false, begun "
        "FROM claimed ORDER BY due, number";
    PostgresQuery query{sql, {text(now), text(until), std::to_string(most)}};
    co_return co_await link_.write<Promises>(std::move(query), promises_of);
}

core::Outbox::Awaitable<void> PostgresOutbox::renew(std::vector<std::string> ids, Time until) {
    PostgresQuery query{
        "UPDATE switchhook.outbox SET claimed_until = $2::bigint WHERE state = 'waiting' AND "
        "id IN (SELECT jsonb_array_elements_text($1::jsonb))",
        {core::dump(Json(ids)), text(until)}};
    co_return co_await link_.write(std::move(query));
}

core::Outbox::Awaitable<void> PostgresOutbox::done(std::string id) {
    // What was kept needs its payload no more.
    PostgresQuery query{"UPDATE switchhook.outbox SET state = 'kept', payload = 'null' WHERE id = $1", {std::move(id)}};
    co_return co_await link_.write(std::move(query));
}

core::Outbox::Awaitable<void> PostgresOutbox::postpone(std::string id, Time due, std::string reason) {
    PostgresQuery query{
        "UPDATE switchhook.outbox AS one SET due = greatest(one.due, $2::bigint), "
        "attempts = one.attempts + (one.id = $1)::integer, "
        "reason = CASE WHEN one.id = $1 THEN $3 ELSE one.reason END, "
        "claimed_until = CASE WHEN one.id = $1 THEN 0 ELSE one.claimed_until END "
        "FROM switchhook.outbox AS failed WHERE failed.id = $1 AND failed.state = 'waiting' AND "
        "one.state = 'waiting' AND one.business = failed.business AND one.destination = failed.destination",
        {std::move(id), text(due), std::move(reason)}};
    co_return co_await link_.write(std::move(query));
}

core::Outbox::Awaitable<void> PostgresOutbox::bury(std::string id, std::string reason) {
    PostgresQuery query{
        "UPDATE switchhook.outbox SET state = 'dead', attempts = attempts + 1, reason = $2, claimed_until = 0 "
        "WHERE id = $1 AND state = 'waiting'",
        {std::move(id), std::move(reason)}};
    co_return co_await link_.write(std::move(query));
}

core::Outbox::Awaitable<Promises> PostgresOutbox::list(Filter filter) {
    PostgresQuery query{
        "SELECT id, business, kind, destination, payload, promised, due, attempts, reason, state = 'dead', "
        "claimed_until > 0 FROM switchhook.outbox WHERE (state = 'dead' OR (state = 'waiting' AND NOT $1::boolean)) "
        "AND "
        "($2 = '' OR business = $2) ORDER BY number LIMIT $3::bigint",
        {filter.dead ? "true" : "false", std::move(filter.business), std::to_string(filter.most)}};
    co_return co_await link_.read<Promises>(std::move(query), promises_of);
}

core::Outbox::Awaitable<core::Outbox::Counts> PostgresOutbox::count() {
    PostgresQuery query{
        "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead') "
        "FROM switchhook.outbox WHERE state IN ('waiting', 'dead')"};
    auto read = [](const PostgresRows& rows) -> Result<Counts> {
        return Counts{static_cast<std::size_t>(rows.integer(0, 0)), static_cast<std::size_t>(rows.integer(0, 1))};
    };
    co_return co_await link_.read<Counts>(std::move(query), read);
}

core::Outbox::Awaitable<void> PostgresOutbox::retry(std::string id, Time now) {
    PostgresQuery query{
        "UPDATE switchhook.outbox SET state = 'waiting', promised = $2::bigint, due = $2::bigint, attempts = 0 "
        "WHERE id = $1 AND state <> 'kept'",
        {std::move(id), text(now)}};
    co_return co_await change(std::move(query));
}

core::Outbox::Awaitable<void> PostgresOutbox::drop(std::string id) {
    PostgresQuery query{
        "UPDATE switchhook.outbox SET state = 'kept', payload = 'null' WHERE id = $1 AND state <> 'kept'",
        {std::move(id)}};
    co_return co_await change(std::move(query));
}

core::Outbox::Awaitable<void> PostgresOutbox::forget_kept(Time before) {
    PostgresQuery query{"DELETE FROM switchhook.outbox WHERE state = 'kept' AND promised < $1::bigint", {text(before)}};
    co_return co_await link_.write(std::move(query));
}

// For what changes one row, unless there is none.
core::Outbox::Awaitable<void> PostgresOutbox::change(PostgresQuery query) {
    auto read = [this](const PostgresRows& rows) -> Result<void> {
        if (rows.changed() == 0 && !link_.repeated()) return Errc::not_found;
        return {};
    };
    co_return co_await link_.write<void>(std::move(query), read);
}

}  // namespace switchhook::store

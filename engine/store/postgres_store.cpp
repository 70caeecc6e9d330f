#include "store/postgres_store.hpp"

#include "core/json_text.hpp"

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Result;

// Of a row of info, flow, version, ended, status.
core::CallRecord call_record(const PostgresRows& rows, int row) {
    core::CallRecord call;
    call.info = core::call_info_from_json(Json::parse(rows.text(row, 0)));
    call.flow = rows.text(row, 1);
    call.version = rows.text(row, 2);
    if (!rows.null(row, 3)) call.ended = core::Time(std::chrono::milliseconds(rows.integer(row, 3)));
    call.status = rows.text(row, 4);
    return call;
}

std::optional<std::string> lifetime_text(const std::string& expires) {
    return expires.empty() ? std::nullopt : std::optional(expires);
}

// A statement that makes an exchange unless it was made before, and gives whether it was and whether it is made now.
// $1, $2, $3: the call, the ask and the outcome; the call is '' where it need not be made once.
std::string making(const std::string& exchange) {
    return "WITH before AS (SELECT FROM switchhook.outcomes WHERE call = $1 AND seq = $2::integer), made AS (" +
           exchange +
           "), kept AS (INSERT INTO switchhook.outcomes SELECT $1, $2::integer, $3 FROM made WHERE $1 <> '' "
           "ON CONFLICT DO NOTHING) SELECT (SELECT count(*) FROM before), (SELECT count(*) FROM made)";
}

// $4, $5, $6: the business, the key, and now; then what is set, until when, and what is expected. An expired value is
// one that is not there.
const char* exchange_sql(const core::Exchange& exchange) {
    const std::string there = "business = $4 AND key = $5 AND (expires IS NULL OR expires > $6::bigint)";
    const std::string not_before = "NOT EXISTS (SELECT FROM before)";
    static const auto create =
        making("INSERT INTO switchhook.kv SELECT $4, $5, $7, $8::bigint WHERE " + not_before +
               " ON CONFLICT (business, key) DO UPDATE SET value = excluded.value, expires = excluded.expires "
               "WHERE kv.expires <= $6::bigint RETURNING 1");
    static const auto change = making("UPDATE switchhook.kv SET value = $7, expires = $8::bigint WHERE " + there +
                                      " AND value = $9 AND " + not_before + " RETURNING 1");
    static const auto remove =
        making("DELETE FROM switchhook.kv WHERE " + there + " AND value = $7 AND " + not_before + " RETURNING 1");
    static const auto look =
        making("SELECT WHERE NOT EXISTS (SELECT FROM switchhook.kv WHERE " + there + ") AND " + not_before);
    const auto& chosen = exchange.value ? (exchange.expected ? change : create) : (exchange.expected ? remove : look);
    return chosen.c_str();
}

}  // namespace

PostgresStore::PostgresStore(PostgresLink& link, const core::Clock& clock) : link_(link), clock_(clock) {}

PostgresStore::~PostgresStore() {
    link_.finish();
}

core::Store::Awaitable<void> PostgresStore::append(core::JournalEntry entry) {
    // Where the connection broke in the middle of it, the entry may be there already: that is no conflict.
    constexpr auto sql =
        "INSERT INTO switchhook.journal VALUES ($1, $2::integer, $3, $4, $5) ON CONFLICT (call, seq) DO UPDATE "
        "SET seq = excluded.seq WHERE journal.node = excluded.node AND journal.answer = excluded.answer";
    PostgresQuery query{
        sql,
        {entry.call, std::to_string(entry.seq), entry.digest, core::dump(core::to_json(entry.answer)), link_.node()}};
    auto read = [](const PostgresRows& rows) -> Result<void> {
        if (rows.changed() == 0) return Errc::already_answered;
        return {};
    };
    co_return co_await link_.write<void>(std::move(query), read);
}

core::Store::Awaitable<std::vector<core::JournalEntry>> PostgresStore::journal(std::string call) {
    using Entries = std::vector<core::JournalEntry>;
    PostgresQuery query{"SELECT seq, digest, answer FROM switchhook.journal WHERE call = $1 ORDER BY seq", {call}};
    auto read = [&call](const PostgresRows& rows) -> Result<Entries> {
        Entries entries;
        for (int row = 0; row < rows.size(); ++row)
            entries.push_back({call, static_cast<std::uint32_t>(rows.integer(row, 0)), std::string(rows.text(row, 1)),
                               core::answer_from_json(Json::parse(rows.text(row, 2)))});
        return entries;
    };
    co_return co_await link_.read<Entries>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::open_call(core::CallRecord call) {
    const auto& info = call.info;
    PostgresQuery query{
        "INSERT INTO switchhook.calls VALUES ($1, $2, $3, $4, $5::bigint, NULL, '', $6, $7, $8::boolean) "
        "ON CONFLICT DO NOTHING",
        {info.id, core::dump(core::to_json(info)), call.flow, call.version,
         std::to_string(info.started.time_since_epoch().count()), info.to, info.from,
         call.is_text() ? "true" : "false"}};
    auto read = [this](const PostgresRows& rows) -> Result<void> {
        if (rows.changed() == 0 && !link_.repeated()) return Errc::conflict;
        return {};
    };
    co_return co_await link_.write<void>(std::move(query), read);
}

core::Store::Awaitable<std::optional<core::CallRecord>> PostgresStore::find_call(std::string id) {
    using Found = std::optional<core::CallRecord>;
    PostgresQuery query{"SELECT info, flow, version, ended, status FROM switchhook.calls WHERE id = $1",
                        {std::move(id)}};
    auto read = [](const PostgresRows& rows) -> Result<Found> {
        return rows.size() == 0 ? Found() : Found(call_record(rows, 0));
    };
    co_return co_await link_.read<Found>(std::move(query), read);
}

core::Store::Awaitable<std::vector<core::CallRecord>> PostgresStore::calls(core::CallFilter filter) {
    using Found = std::vector<core::CallRecord>;
    constexpr auto sql =
        "SELECT info, flow, version, ended, status FROM switchhook.calls WHERE started >= $1::bigint AND "
        "started < $2::bigint AND ($3 = '' OR flow = $3) AND ($4 = '' OR right(number, length($4)) = $4) AND "
        "($5 = '' OR right(caller, length($5)) = $5) AND starts_with(id, $6) AND "
        "($7 = '' OR (ended IS NULL) = ($7 = 'active')) AND ($8 = '' OR is_text = ($8 = 'texts')) "
        "ORDER BY started DESC, id COLLATE \"C\" DESC LIMIT $9::bigint";
    auto count = [](core::Time time) { return std::to_string(time.time_since_epoch().count()); };
    PostgresQuery query{sql,
                        {count(filter.since.value_or(core::Time())), count(filter.until.value_or(core::Time::max())),
                         filter.flow, filter.number, filter.caller, filter.id,
                         !filter.active   ? ""
                         : *filter.active ? "active"
                                          : "ended",
                         !filter.texts   ? ""
                         : *filter.texts ? "texts"
                                         : "calls",
                         std::to_string(filter.most)}};
    auto read = [](const PostgresRows& rows) -> Result<Found> {
        Found found;
        for (int row = 0; row < rows.size(); ++row) found.push_back(call_record(rows, row));
        return found;
    };
    co_return co_await link_.read<Found>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::close_call(std::string id, core::Time ended, std::string status) {
    PostgresQuery query{"UPDATE switchhook.calls SET ended = $2::bigint, status = $3 WHERE id = $1 AND ended IS NULL",
                        {std::move(id), std::to_string(ended.time_since_epoch().count()), std::move(status)}};
    auto read = [this](const PostgresRows& rows) -> Result<void> {
        if (rows.changed() == 0 && !link_.repeated()) return Errc::conflict;
        return {};
    };
    co_return co_await link_.write<void>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::forget(std::string call) {
    PostgresQuery query{
        "WITH gone AS (DELETE FROM switchhook.calls WHERE id = $1), "
        "said AS (DELETE FROM switchhook.conversations WHERE call = $1), "
        "exchanged AS (DELETE FROM switchhook.outcomes WHERE call = $1) "
        "DELETE FROM switchhook.journal WHERE call = $1",
        {std::move(call)}};
    co_return co_await link_.write(std::move(query));
}

core::Store::Awaitable<std::size_t> PostgresStore::prune(core::Time before, std::size_t most) {
    // What another engine is just changing is left to it.
    constexpr auto sql =
        "WITH old AS (SELECT id FROM switchhook.calls WHERE started < $1::bigint AND "
        "  coalesce(ended, started + 86400000) < $1::bigint ORDER BY started LIMIT $2::bigint FOR UPDATE SKIP LOCKED), "
        "gone AS (DELETE FROM switchhook.calls WHERE id IN (SELECT id FROM old)), "
        "answers AS (DELETE FROM switchhook.journal WHERE call IN (SELECT id FROM old)), "
        "said AS (DELETE FROM switchhook.conversations WHERE call IN (SELECT id FROM old)), "
        "exchanged AS (DELETE FROM switchhook.outcomes WHERE call IN (SELECT id FROM old)), "
        "expired AS (DELETE FROM switchhook.kv WHERE (business, key) IN "
        "  (SELECT business, key FROM switchhook.kv WHERE expires <= $3::bigint FOR UPDATE SKIP LOCKED)) "
        "SELECT count(*) FROM old";
    PostgresQuery query{sql, {std::to_string(before.time_since_epoch().count()), std::to_string(most), now()}};
    auto read = [](const PostgresRows& rows) -> Result<std::size_t> {
        return static_cast<std::size_t>(rows.integer(0, 0));
    };
    co_return co_await link_.write<std::size_t>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::keep_conversation(std::string call, std::uint32_t seq, Json transcript) {
    PostgresQuery query{
        "INSERT INTO switchhook.conversations VALUES ($1, $2::integer, $3) "
        "ON CONFLICT (call, seq) DO UPDATE SET transcript = excluded.transcript",
        {std::move(call), std::to_string(seq), core::dump(transcript)}};
    co_return co_await link_.write(std::move(query));
}

core::Store::Awaitable<std::map<std::uint32_t, Json>> PostgresStore::conversations(std::string call) {
    using Found = std::map<std::uint32_t, Json>;
    PostgresQuery query{"SELECT seq, transcript FROM switchhook.conversations WHERE call = $1", {std::move(call)}};
    auto read = [](const PostgresRows& rows) -> Result<Found> {
        Found found;
        for (int row = 0; row < rows.size(); ++row)
            found.emplace(static_cast<std::uint32_t>(rows.integer(row, 0)), Json::parse(rows.text(row, 1)));
        return found;
    };
    co_return co_await link_.read<Found>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::keep_version(std::string flow, std::string version, Json sources) {
    PostgresQuery query{"INSERT INTO switchhook.versions VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                        {std::move(flow), std::move(version), core::dump(sources)}};
    co_return co_await link_.write(std::move(query));
}

core::Store::Awaitable<std::optional<Json>> PostgresStore::find_version(std::string flow, std::string version) {
    using Found = std::optional<Json>;
    PostgresQuery query{"SELECT sources FROM switchhook.versions WHERE flow = $1 AND version = $2",
                        {std::move(flow), std::move(version)}};
    auto read = [](const PostgresRows& rows) -> Result<Found> {
        return rows.size() == 0 ? Found() : Found(Json::parse(rows.text(0, 0)));
    };
    co_return co_await link_.read<Found>(std::move(query), read);
}

core::Store::Awaitable<std::optional<Json>> PostgresStore::get(std::string business, std::string key) {
    using Value = std::optional<Json>;
    PostgresQuery query{
        "SELECT value FROM switchhook.kv WHERE business = $1 AND key = $2 AND (expires IS NULL OR expires > "
        "$3::bigint)",
        {std::move(business), std::move(key), now()}};
    auto read = [](const PostgresRows& rows) -> Result<Value> {
        return rows.size() == 0 ? Value() : Value(Json::parse(rows.text(0, 0)));
    };
    co_return co_await link_.read<Value>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::set(std::string business, std::string key, Json value,
                                                std::optional<std::chrono::milliseconds> lifetime) {
    PostgresQuery query{
        "INSERT INTO switchhook.kv VALUES ($1, $2, $3, $4::bigint) ON CONFLICT (business, key) DO "
        "UPDATE SET value = excluded.value, expires = excluded.expires",
        {std::move(business), std::move(key), core::dump(value), lifetime_text(expiry(lifetime))}};
    co_return co_await link_.write(std::move(query));
}

core::Store::Awaitable<void> PostgresStore::exchange(std::string business, std::string key, core::Exchange exchange) {
    const auto once = exchange.once.value_or(core::Exchange::Once());
    PostgresQuery query{exchange_sql(exchange),
                        {once.call, std::to_string(once.seq), core::dump(once.outcome), business, key, now()}};
    if (exchange.value) {
        query.parameters.emplace_back(core::dump(*exchange.value));
        query.parameters.push_back(lifetime_text(expiry(exchange.lifetime)));
    }
    if (exchange.expected) query.parameters.emplace_back(core::dump(*exchange.expected));
    auto read = [this, is_once = exchange.once.has_value()](const PostgresRows& rows) -> Result<void> {
        if (rows.integer(0, 0) > 0) return Errc::already_answered;
        if (rows.integer(0, 1) > 0) return {};
        // It may have been this very exchange that came first.
        return link_.repeated() && !is_once ? Errc::unavailable : Errc::conflict;
    };
    co_return co_await link_.write<void>(std::move(query), read);
}

core::Store::Awaitable<std::optional<Json>> PostgresStore::find_outcome(std::string /*business*/, std::string call,
                                                                        std::uint32_t seq) {
    using Outcome = std::optional<Json>;
    PostgresQuery query{"SELECT outcome FROM switchhook.outcomes WHERE call = $1 AND seq = $2::integer",
                        {std::move(call), std::to_string(seq)}};
    auto read = [](const PostgresRows& rows) -> Result<Outcome> {
        return rows.size() == 0 ? Outcome() : Outcome(Json::parse(rows.text(0, 0)));
    };
    co_return co_await link_.read<Outcome>(std::move(query), read);
}

core::Store::Awaitable<void> PostgresStore::remove(std::string business, std::string key) {
    PostgresQuery query{"DELETE FROM switchhook.kv WHERE business = $1 AND key = $2",
                        {std::move(business), std::move(key)}};
    co_return co_await link_.write(std::move(query));
}

std::string PostgresStore::expiry(std::optional<std::chrono::milliseconds> lifetime) const {
    if (!lifetime) return {};
    return std::to_string((clock_.now() + *lifetime).time_since_epoch().count());
}

}  // namespace switchhook::store

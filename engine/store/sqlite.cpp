#include "store/sqlite.hpp"

#include <sqlite3.h>

namespace switchhook::store {

void SqliteDatabase::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

void SqliteDatabase::Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqliteDatabase::SqliteDatabase(const std::filesystem::path& file) {
    sqlite3* opened = nullptr;
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK) fail(code, file.string());
    sqlite3_busy_timeout(opened, 5'000);
}

void SqliteDatabase::fail(int code, std::string_view doing) const {
    std::string what = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    throw SqliteError(code, std::string(doing) + ": " + what);
}

void SqliteDatabase::run(const std::string& sql) {
    int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code, sql);
}

std::int64_t SqliteDatabase::number(std::string_view sql) {
    Statement statement(*this, sql);
    return statement.with().step() ? statement.integer(0) : 0;
}

void SqliteDatabase::watch_log(int& pages) {
    auto note = [](void* noted, sqlite3*, const char*, int count) {
        *static_cast<int*>(noted) = count;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(handle_.get(), note, &pages);
}

void SqliteDatabase::checkpoint() {
    int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && code != SQLITE_BUSY) fail(code, "checkpoint");  // busy: another process is at it
}

SqliteDatabase::Statement::Statement(SqliteDatabase& database, std::string_view sql) : database_(database) {
    sqlite3_stmt* prepared = nullptr;
    int code = sqlite3_prepare_v3(database.handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement_.reset(prepared);
    if (code != SQLITE_OK) database.fail(code, sql);
}

void SqliteDatabase::Statement::begin() {
    reset();
    sqlite3_clear_bindings(statement_.get());
}

void SqliteDatabase::Statement::reset() {
    sqlite3_reset(statement_.get());
}

void SqliteDatabase::Statement::bind(int index, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void SqliteDatabase::Statement::bind(int index, std::int64_t number) {
    sqlite3_bind_int64(statement_.get(), index, number);
}

void SqliteDatabase::Statement::bind(int index, std::optional<std::int64_t> number) {
    if (number) bind(index, *number);
}

bool SqliteDatabase::Statement::step() {
    int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    sqlite3_reset(statement_.get());
    if (code != SQLITE_DONE) database_.fail(code, sqlite3_sql(statement_.get()));
    return false;
}

int SqliteDatabase::Statement::run() {
    while (step()) continue;
    return sqlite3_changes(database_.handle_.get());
}

std::string_view SqliteDatabase::Statement::text(int column) const {
    auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t SqliteDatabase::Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

bool SqliteDatabase::Statement::null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

}  // namespace switchhook::store

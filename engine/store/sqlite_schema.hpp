#pragma once

#include "store/sqlite.hpp"

namespace switchhook::store {

// Brings the tables up to what this engine needs, step by step, each in a transaction. Throws std::runtime_error where
// a newer engine has been here, SqliteError where the file cannot be written.
void migrate(SqliteDatabase& database);

}  // namespace switchhook::store

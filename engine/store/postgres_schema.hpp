#pragma once

#include "store/postgres.hpp"

namespace switchhook::store {

// Brings the tables up to what this engine needs, step by step, while every other engine that starts waits. Throws
// std::runtime_error where a newer engine has been here, PostgresError where it may not or cannot.
void migrate(PostgresConnection& connection);

}  // namespace switchhook::store

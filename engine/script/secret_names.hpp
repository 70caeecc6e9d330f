#pragma once

#include <string_view>

namespace switchhook::script {

enum class SecretKind { none, password, key };

// What a value is by the end of its name: "db_password" is a password, "crmToken" and "X-API-Key" are keys,
// "token_url" is no secret.
SecretKind secret_kind(std::string_view name);

// Whether a name speaks of a secret anywhere, as "token_of_crm" does: for masking, which may hide too much but never
// too little.
bool speaks_of_a_secret(std::string_view name);

}  // namespace switchhook::script

#include "app/key_from_environment.hpp"

#include "app/environment.hpp"
#include "core/vault.hpp"

namespace switchhook::app {

core::Secret key_from_environment() {
    return core::Secret(environment({core::Vault::variable}));
}

std::string key_problem(const core::Secret& key) {
    if (key.empty() || core::SealingKey::parse(key.reveal())) return {};
    return std::string(core::Vault::variable) +
           " is no key: it has 32 bytes, in base64 or as 64 hex digits; make one with `openssl rand -base64 32`";
}

std::optional<core::SealingKey> sealing_key(const core::Secret& key) {
    if (key.empty()) return std::nullopt;
    return core::SealingKey::parse(key.reveal()).value();
}

}  // namespace switchhook::app

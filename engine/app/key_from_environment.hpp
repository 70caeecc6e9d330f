#pragma once

#include "core/sealing_key.hpp"
#include "core/secret.hpp"

#include <optional>
#include <string>

namespace switchhook::app {

// SWITCHHOOK_KEY, under which secret settings are sealed; empty where it is not set.
core::Secret key_from_environment();

// A line for the operator if that is no key; empty if it is one, or not set.
std::string key_problem(const core::Secret& key);

// Nothing where it is not set. REQUIRES: no key_problem().
std::optional<core::SealingKey> sealing_key(const core::Secret& key);

}  // namespace switchhook::app

#pragma once

#include "core/clock.hpp"
#include "net/http.hpp"

#include <chrono>
#include <optional>

namespace switchhook::net {

// How long the response asks to wait before the next try (Retry-After, RFC 9110 §10.2.3: seconds, or a date). Nothing
// where it does not say, or not in a form of the RFC's.
std::optional<std::chrono::milliseconds> retry_after(const Headers& headers, core::Time now);

}  // namespace switchhook::net

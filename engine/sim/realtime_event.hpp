#pragma once

#include "core/json.hpp"
#include "sim/api_error.hpp"

#include <optional>

namespace switchhook::sim {

// What OpenAI would refuse about the form of a client's event, or nothing. The forms are those of its published
// API description, https://github.com/openai/openai-openapi (2.3.0), and stricter where the service is: a format of
// PCM needs its rate, a session its type, and no key is unknown.
std::optional<ApiError> check_realtime_event(const core::Json& event);

}  // namespace switchhook::sim

#pragma once

#include "core/json.hpp"
#include "net/http_client.hpp"

#include <string>

namespace switchhook::session {

// The request that the options of an `http` ask describe (engine/README.md). Unless it only reads, it carries
// `idempotency_key`: a receiver that keeps it does a request that arrives twice only once. Errc::malformed where `json`
// holds text that is not UTF-8.
core::Result<net::ClientRequest> http_request(const core::Json& options, std::string idempotency_key,
                                              bool allow_private);

}  // namespace switchhook::session

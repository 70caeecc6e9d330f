#pragma once

#include "core/secret.hpp"
#include "sim/params.hpp"

#include <string>
#include <string_view>

namespace switchhook::sim {

// The carrier's half of X-Twilio-Signature (twilio.com/docs/usage/security): base64 of HMAC-SHA1 over the URL,
// followed by every key and value of a form body in byte order of the keys. Written apart from the engine's own
// check, so that neither hides a mistake of the other.
std::string sign(const core::Secret& auth_token, std::string_view url, Params params = {});

// The signature of data that is put together already.
std::string sign_data(const core::Secret& auth_token, std::string_view data);

}  // namespace switchhook::sim

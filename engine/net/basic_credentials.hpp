#pragma once

#include <string>
#include <string_view>

namespace switchhook::net {

// The value of an Authorization header (RFC 7617) for "user:password".
std::string basic_credentials(std::string_view user_and_password);

}  // namespace switchhook::net

#pragma once

#include <cstddef>
#include <string>

namespace switchhook::core {

// That many bytes of randomness that nobody can guess, as hex digits, two a byte. Throws std::runtime_error where the
// system gives none.
std::string random_token(std::size_t bytes);

}  // namespace switchhook::core

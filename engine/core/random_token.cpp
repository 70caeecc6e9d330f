#include "core/random_token.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace switchhook::core {

std::string random_token(std::size_t bytes) {
    std::string drawn(bytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn.data()), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("the system gives no randomness");
    std::string token;
    token.reserve(2 * bytes);
    for (unsigned char byte : drawn) {
        token += "0123456789abcdef"[byte >> 4];
        token += "0123456789abcdef"[byte & 15];
    }
    return token;
}

}  // namespace switchhook::core

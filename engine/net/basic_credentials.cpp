#include "net/basic_credentials.hpp"

#include <openssl/evp.h>

namespace switchhook::net {

std::string basic_credentials(std::string_view text) {
    std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
    auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                  reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(length));
    return "Basic " + encoded;
}

}  // namespace switchhook::net

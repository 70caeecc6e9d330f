#include "sim/signing.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace switchhook::sim {

std::string sign_data(const core::Secret& auth_token, std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int length = 0;
    const auto& key = auth_token.reveal();
    HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
         data.size(), digest.data(), &length);
    std::array<unsigned char, 64> text;
    int size = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
    return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

std::string sign(const core::Secret& auth_token, std::string_view url, Params params) {
    std::sort(params.begin(), params.end());
    params.erase(std::unique(params.begin(), params.end()), params.end());
    std::string data(url);
    for (const auto& [key, value] : params) data.append(key).append(value);
    return sign_data(auth_token, data);
}

}  // namespace switchhook::sim

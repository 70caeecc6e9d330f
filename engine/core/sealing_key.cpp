#include "core/sealing_key.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <optional>
#include <stdexcept>

namespace switchhook::core {
namespace {

constexpr const char* member = "$sealed";
constexpr char format = 1;
constexpr std::size_t fingerprint_size = 4, nonce_size = 12, tag_size = 16;
constexpr std::size_t overhead = 1 + fingerprint_size + nonce_size + tag_size;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

// For what fails only where OpenSSL has no memory left, or no entropy.
void must(int done, const char* what) {
    if (done != 1) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

std::string to_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    auto size = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0 || text.find_first_of(" \t\r\n") != std::string_view::npos)
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size())) < 0) return std::nullopt;
    bytes.resize(bytes.size() - (text.ends_with("==") ? 2U : text.ends_with("=") ? 1U : 0U));
    return bytes;
}

std::optional<std::string> from_hex(std::string_view text) {
    auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        c = static_cast<char>(c | 0x20);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        auto high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

}  // namespace

Result<SealingKey> SealingKey::parse(std::string_view text) {
    auto bytes = text.size() == 2 * key_size ? from_hex(text) : from_base64(text);
    if (!bytes || bytes->size() != key_size) return Errc::malformed;
    Bytes key{};
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return SealingKey(key);
}

std::string SealingKey::fingerprint() const {
    unsigned char hash[EVP_MAX_MD_SIZE];
    std::string text = "switchhook sealing key:" + std::string(bytes_.begin(), bytes_.end());
    must(EVP_Digest(text.data(), text.size(), hash, nullptr, EVP_sha256(), nullptr), "hash");
    return {hash, hash + fingerprint_size};
}

Json SealingKey::seal(std::string_view plain, std::string_view what_for) const {
    std::string nonce(nonce_size, '\0'), tag(tag_size, '\0'), ciphertext(plain.size(), '\0');
    must(RAND_bytes(bytes_of(nonce), int(nonce_size)), "give random bytes");
    Context context(EVP_CIPHER_CTX_new());
    int size = 0;
    must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_.data(), bytes_of(nonce)), "encrypt");
    must(EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(what_for), int(what_for.size())), "encrypt");
    must(EVP_EncryptUpdate(context.get(), bytes_of(ciphertext), &size, bytes_of(plain), int(plain.size())), "encrypt");
    must(EVP_EncryptFinal_ex(context.get(), bytes_of(ciphertext) + size, &size), "encrypt");
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, int(tag_size), tag.data()), "encrypt");
    return {{member, to_base64(std::string(1, format) + fingerprint() + nonce + tag + ciphertext)}};
}

Result<std::string> SealingKey::open(const Json& sealed, std::string_view what_for) const {
    if (!is_sealed(sealed)) return Errc::malformed;
    auto bytes = from_base64(sealed.begin()->get_ref<const std::string&>());
    if (!bytes || bytes->size() < overhead || bytes->front() != format) return Errc::malformed;
    if (bytes->compare(1, fingerprint_size, fingerprint()) != 0) return Errc::conflict;
    auto nonce = bytes->substr(1 + fingerprint_size, nonce_size);
    auto tag = bytes->substr(1 + fingerprint_size + nonce_size, tag_size);
    auto ciphertext = bytes->substr(overhead);
    std::string plain(ciphertext.size(), '\0');
    Context context(EVP_CIPHER_CTX_new());
    int size = 0;
    must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_.data(), bytes_of(nonce)), "decrypt");
    must(EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(what_for), int(what_for.size())), "decrypt");
    must(EVP_DecryptUpdate(context.get(), bytes_of(plain), &size, bytes_of(ciphertext), int(ciphertext.size())),
         "decrypt");
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, int(tag_size), tag.data()), "decrypt");
    if (EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + size, &size) != 1) return Errc::malformed;
    return plain;
}

bool is_sealed(const Json& value) {
    return value.is_object() && value.size() == 1 && value.begin().key() == member && value.begin()->is_string();
}

}  // namespace switchhook::core

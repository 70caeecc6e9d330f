#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

namespace switchhook::net {

// A folder that goes away with the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "net_test.XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

// Writes a self-signed certificate for `names` (as "DNS:localhost,IP:127.0.0.1") and its key, as PEM.
inline void write_certificate(const std::string& chain_file, const std::string& key_file, const std::string& names,
                              long serial = 1) {
    using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
    using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

    Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    Certificate certificate(X509_new(), &X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* name = X509_get_subject_name(certificate.get());
    auto common_name = "test " + std::to_string(serial);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
    for (auto [id, value] :
         {std::pair(NID_subject_alt_name, names), std::pair(NID_basic_constraints, std::string("CA:TRUE"))}) {
        auto* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate.get(), key.get(), EVP_sha256());

    File chain(std::fopen(chain_file.c_str(), "w"), &std::fclose);
    PEM_write_X509(chain.get(), certificate.get());
    File secret(std::fopen(key_file.c_str(), "w"), &std::fclose);
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace switchhook::net

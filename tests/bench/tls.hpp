#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace switchhook::bench {

// What a load needs to speak TLS on both of its ends: a certificate for 127.0.0.1, which the engine also serves with
// and trusts.
class Tls {
public:
    // Writes the certificate into files, as PEM.
    Tls(std::string certificate_file, std::string key_file);

    const std::string& certificate_file() const { return certificate_file_; }
    const std::string& key_file() const { return key_file_; }
    SSL_CTX* client() const { return client_.get(); }  // checks nothing
    SSL_CTX* server() const { return server_.get(); }

private:
    using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

    std::string certificate_file_;
    std::string key_file_;
    Context client_;
    Context server_;
};

}  // namespace switchhook::bench

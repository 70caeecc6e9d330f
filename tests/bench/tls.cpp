#include "bench/tls.hpp"

#include "net/test_certificate.hpp"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace switchhook::bench {

Tls::Tls(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      client_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
      server_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);  // a write to a socket that was closed is no reason to end
    net::write_certificate(certificate_file_, key_file_, "IP:127.0.0.1");
    if (SSL_CTX_use_certificate_chain_file(server_.get(), certificate_file_.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(server_.get(), key_file_.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("no certificate");
    for (auto* context : {client_.get(), server_.get()})
        SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

}  // namespace switchhook::bench

#include "net/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace switchhook::net {
namespace {

namespace ssl = boost::asio::ssl;

// Throws boost::system::system_error.
std::shared_ptr<ssl::context> load(const TlsCertificate::Files& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    context->use_certificate_chain_file(files.chain);
    context->use_private_key_file(files.key, ssl::context::pem);
    return context;
}

}  // namespace

TlsCertificate::TlsCertificate(Files files) : files_(std::move(files)), read_(times()), context_(load(files_)) {}

std::shared_ptr<ssl::context> TlsCertificate::context() const {
    std::lock_guard lock(mutex_);
    return context_;
}

core::Result<void> TlsCertificate::reload() {
    auto at = times();
    std::shared_ptr<ssl::context> fresh;
    core::Error error;
    try {
        fresh = load(files_);
    } catch (const boost::system::system_error& failure) {
        ERR_clear_error();
        error = failure.code();
    }
    std::lock_guard lock(mutex_);
    read_ = at;
    if (!fresh) return error;
    context_ = std::move(fresh);
    return {};
}

core::Result<bool> TlsCertificate::reload_if_changed() {
    {
        std::lock_guard lock(mutex_);
        if (times() == read_) return false;
    }
    auto result = reload();
    if (!result) return {boost::system::in_place_error, result.error()};
    return true;
}

TlsCertificate::Times TlsCertificate::times() const {
    std::error_code ignored;  // a file that is missing for a moment has the earliest time
    return {std::filesystem::last_write_time(files_.chain, ignored),
            std::filesystem::last_write_time(files_.key, ignored)};
}

}  // namespace switchhook::net

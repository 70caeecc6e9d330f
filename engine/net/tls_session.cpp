#include "net/tls_session.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <climits>
#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <new>
#include <sys/socket.h>

namespace switchhook::net {
namespace {

namespace asio = boost::asio;

// Bytes. OpenSSL takes room for the longest record whenever it sends one, and most are a few hundred bytes.
constexpr long longest_sent_record = 4096;

int descriptor_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool is_passing(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int send_to_socket(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    const auto count = ::send(descriptor_of(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (count < 0 && is_passing(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(count);
}

int receive_from_socket(BIO* bio, char* to, int size) {
    BIO_clear_retry_flags(bio);
    const auto count = ::recv(descriptor_of(bio), to, static_cast<std::size_t>(size), 0);
    if (count < 0 && is_passing(errno)) BIO_set_retry_read(bio);
    return static_cast<int>(count);
}

long control_socket(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// As OpenSSL's own for sockets, but a peer that has gone raises no SIGPIPE.
const BIO_METHOD* socket_method() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        BIO_meth_set_write(made, send_to_socket);
        BIO_meth_set_read(made, receive_from_socket);
        BIO_meth_set_ctrl(made, control_socket);
        return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, &BIO_meth_free);
    }();
    return method.get();
}

}  // namespace

TlsSession::TlsSession(SSL_CTX* context, Side side, int descriptor) : ssl_(SSL_new(context), &SSL_free) {
    auto* bio = BIO_new(socket_method());
    if (!ssl_ || bio == nullptr) throw std::bad_alloc();
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a BIO keeps a pointer, and has room for a descriptor in it
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_mode(ssl_.get(),
                 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_set_options(ssl_.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_set_read_ahead(ssl_.get(), 1);  // a record's head and its body in one call
    SSL_set_max_send_fragment(ssl_.get(), longest_sent_record);
    side == Side::client ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
}

void TlsSession::shake_hands(ErrorCode& error) {
    ERR_clear_error();
    judge(SSL_do_handshake(ssl_.get()), error);
}

std::size_t TlsSession::read_some(asio::mutable_buffer to, ErrorCode& error) {
    error.clear();
    if (to.size() == 0) return 0;
    ERR_clear_error();
    const int count = SSL_read(ssl_.get(), to.data(), static_cast<int>(std::min<std::size_t>(to.size(), INT_MAX)));
    judge(count, error);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t TlsSession::write_some(asio::const_buffer from, ErrorCode& error) {
    error.clear();
    if (from.size() == 0) return 0;
    ERR_clear_error();
    const int count = SSL_write(ssl_.get(), from.data(), static_cast<int>(std::min<std::size_t>(from.size(), INT_MAX)));
    judge(count, error);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void TlsSession::shut_down(ErrorCode& error) {
    ERR_clear_error();
    const int result = SSL_shutdown(ssl_.get());
    // 0: it was said, and the peer has not said so yet.
    if (result >= 0)
        error.clear();
    else
        judge(result, error);
}

void TlsSession::judge(int result, ErrorCode& error) {
    const int system_error = errno;
    error.clear();
    if (result > 0) return;
    const auto reason = ERR_peek_error();
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            waits_for_ = WaitType::wait_read;
            error = asio::error::would_block;
            return;
        case SSL_ERROR_WANT_WRITE:
            waits_for_ = WaitType::wait_write;
            error = asio::error::would_block;
            return;
        case SSL_ERROR_ZERO_RETURN:
            error = asio::error::eof;
            return;
        case SSL_ERROR_SYSCALL:
            error = ErrorCode(system_error, asio::error::get_system_category());
            if (!error) error = asio::ssl::error::stream_truncated;
            return;
        default:
            if (ERR_GET_REASON(reason) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
                error = asio::ssl::error::stream_truncated;
            else
                error = ErrorCode(static_cast<int>(reason), asio::error::get_ssl_category());
    }
}

}  // namespace switchhook::net

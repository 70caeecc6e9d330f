#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/ssl.h>

#include <memory>

namespace switchhook::net {

// TLS on a socket that does not block, by OpenSSL.
//
// OpenSSL reads and writes the socket itself, and holds a buffer only while it is needed. Asio's ssl::stream has four
// of 17 KiB to every connection, which for a call with two of them is more than all else that it needs.
//
// Where an operation gives asio::error::would_block, it is to be tried again once the socket is ready for
// what_it_waits_for().
class TlsSession {
public:
    enum class Side { client, server };
    using WaitType = boost::asio::socket_base::wait_type;
    using ErrorCode = boost::system::error_code;

    // The descriptor is open for as long as an operation is called.
    TlsSession(SSL_CTX* context, Side side, int descriptor);

    void shake_hands(ErrorCode& error);
    // asio::error::eof once the peer has said that it sends no more; asio::ssl::error::stream_truncated where the
    // connection ended without that.
    std::size_t read_some(boost::asio::mutable_buffer to, ErrorCode& error);
    // What was refused with would_block is to be offered again, and may be followed by more.
    std::size_t write_some(boost::asio::const_buffer from, ErrorCode& error);
    // Says that no more comes.
    void shut_down(ErrorCode& error);

    WaitType what_it_waits_for() const { return waits_for_; }
    // Bytes have left the socket and were not read from here yet.
    bool has_unread() const { return SSL_has_pending(ssl_.get()) == 1; }
    SSL* native_handle() const { return ssl_.get(); }

private:
    void judge(int result, ErrorCode& error);

    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    WaitType waits_for_ = WaitType::wait_read;
};

}  // namespace switchhook::net

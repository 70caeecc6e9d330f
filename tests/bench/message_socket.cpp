#include "bench/message_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace switchhook::bench {
namespace {

constexpr std::size_t unsent_limit = 4 << 20;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint64_t big_endian(const char* from, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(from[i]);
    return value;
}

// Eight bytes at a time.
void mask(char* bytes, std::size_t size, const char* key) {
    char twice[8];
    std::memcpy(twice, key, 4);
    std::memcpy(twice + 4, key, 4);
    std::uint64_t wide = 0, word = 0;
    std::memcpy(&wide, twice, 8);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::memcpy(&word, bytes + i, 8);
        word ^= wide;
        std::memcpy(bytes + i, &word, 8);
    }
    for (; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ key[i % 4]);
}

// The kernel tells the time of day.
SteadyTime arrival_of(msghdr& message) {
    auto arrived = std::chrono::system_clock::now();
    const auto age_from = arrived;
    for (auto* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec time{};
        std::memcpy(&time, CMSG_DATA(each), sizeof time);
        arrived = std::chrono::system_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                                        std::chrono::nanoseconds(time.tv_nsec));
    }
    return steady_now() - (age_from - arrived);
}

}  // namespace

int listen_on_loopback() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 4096) != 0)
        fail("listen");
    return listener;
}

std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
    return ntohs(address.sin_port);
}

int connect_to_loopback(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
    return socket;
}

MessageSocket::MessageSocket(int socket, Side side, const Tls* tls) : socket_(socket), side_(side) {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (tls != nullptr) {
        tls_.reset(SSL_new(side == Side::client ? tls->client() : tls->server()));
        SSL_set_fd(tls_.get(), socket_);
        if (side == Side::server)
            SSL_set_accept_state(tls_.get());
        else if (SSL_connect(tls_.get()) != 1)
            throw std::runtime_error("no TLS with the engine");
        SSL_set0_rbio(tls_.get(), BIO_new(BIO_s_mem()));  // from here on, read_some() reads the socket
    }
    ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

MessageSocket::~MessageSocket() {
    ::close(socket_);
}

bool MessageSocket::receive() {
    received_.erase(0, begin_);
    begin_ = 0;
    static thread_local std::array<char, 65'536> buffer;
    int count = 0;
    do {
        count = read_some(buffer.data(), buffer.size());
        if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
    } while (tls_ && count > 0);  // what TLS holds does not wake a poll
    return count >= 0;
}

int MessageSocket::read_some(char* to, std::size_t size) {
    if (!tls_) return read_plain(to, size);
    while (true) {
        const int count = SSL_read(tls_.get(), to, static_cast<int>(size));
        if (count > 0) return count;
        if (SSL_get_error(tls_.get(), count) != SSL_ERROR_WANT_READ) return -1;
        const int encrypted = read_plain(to, size);
        if (encrypted <= 0) return encrypted;
        BIO_write(SSL_get_rbio(tls_.get()), to, encrypted);
    }
}

int MessageSocket::read_plain(char* to, std::size_t size) {
    iovec bytes{to, size};
    alignas(cmsghdr) std::array<char, 128> control;
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto count = ::recvmsg(socket_, &message, 0);
    if (count <= 0) return count < 0 && errno == EAGAIN ? 0 : -1;
    arrived_at_ = arrival_of(message);
    return static_cast<int>(count);
}

int MessageSocket::write_some(std::string_view bytes) {
    if (!tls_) {
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return count >= 0 ? static_cast<int>(count) : errno == EAGAIN ? 0 : -1;
    }
    const int count = SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    return count > 0 ? count : SSL_get_error(tls_.get(), count) == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

std::optional<std::string_view> MessageSocket::head() {
    const auto end = received_.find("\r\n\r\n", begin_);
    if (end == std::string::npos) return std::nullopt;
    const auto text = std::string_view(received_).substr(begin_, end + 4 - begin_);
    begin_ = end + 4;
    return text;
}

std::optional<std::string_view> MessageSocket::message() {
    while (received_.size() - begin_ >= 2) {
        const auto available = received_.size() - begin_;
        char* at = received_.data() + begin_;
        const auto first = static_cast<unsigned char>(at[0]), second = static_cast<unsigned char>(at[1]);
        const std::size_t short_length = second & 0x7f;
        const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
        const std::size_t key_bytes = (second & 0x80) != 0 ? 4 : 0;
        const auto before = 2 + length_bytes + key_bytes;
        if (available < before) return std::nullopt;
        const auto length = length_bytes == 0 ? short_length : big_endian(at + 2, length_bytes);
        if (available < before + length) return std::nullopt;
        if (key_bytes != 0) mask(at + before, length, at + before - 4);
        begin_ += before + length;
        const std::string_view content(at + before, length);
        const unsigned opcode = first & 0xf;
        const bool last = (first & 0x80) != 0;
        if (opcode == 0x9) send_frame(0xa, content);
        if (opcode >= 0x8) continue;
        if (last && fragments_.empty()) return content;
        fragments_ += content;
        if (!last) continue;
        taken_ = std::move(fragments_);
        fragments_.clear();
        return taken_;
    }
    return std::nullopt;
}

void MessageSocket::send_frame(unsigned opcode, std::string_view content) {
    const char mask_bit = side_ == Side::client ? static_cast<char>(0x80) : '\0';
    frame_.clear();
    frame_.push_back(static_cast<char>(0x80 | opcode));
    if (content.size() < 126) {
        frame_.push_back(static_cast<char>(content.size() | static_cast<unsigned char>(mask_bit)));
    } else {
        const std::size_t length_bytes = content.size() < 65'536 ? 2 : 8;
        frame_.push_back(static_cast<char>((length_bytes == 2 ? 126 : 127) | static_cast<unsigned char>(mask_bit)));
        for (auto i = length_bytes; i > 0; --i) frame_.push_back(static_cast<char>(content.size() >> (8 * (i - 1))));
    }
    constexpr char key[] = {'\x5a', '\x17', '\x7e', '\x31'};
    if (side_ == Side::client) frame_.append(key, 4);
    const auto begin = frame_.size();
    frame_ += content;
    if (side_ == Side::client) mask(frame_.data() + begin, content.size(), key);
    send_bytes(frame_);
}

void MessageSocket::send_bytes(std::string_view bytes) {
    if (!unsent_.empty()) {
        unsent_ += bytes;
        bytes = unsent_;
    }
    const int count = closed_ ? -1 : write_some(bytes);
    if (count < 0) closed_ = true;
    const auto sent = count > 0 ? static_cast<std::size_t>(count) : 0;
    if (bytes.data() == unsent_.data())
        unsent_.erase(0, sent);
    else
        unsent_ = bytes.substr(sent);
    if (closed_) unsent_.clear();
    if (unsent_.size() > unsent_limit) throw std::runtime_error("the other side does not read what it is sent");
}

}  // namespace switchhook::bench

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <string_view>

namespace switchhook::net {

// A blocking client that says exactly the bytes it is told to.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_(context_) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

    // One response with its body by Content-Length; "" once the server has closed.
    std::string receive(bool head = false) {
        boost::system::error_code error;
        auto header = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(received_), "\r\n\r\n", error);
        if (error) return "";
        std::size_t length = 0;
        auto at = received_.find("Content-Length: ");
        if (at < header && !head) length = std::stoul(received_.substr(at + 16));
        auto total = header + length;
        if (received_.size() < total)
            boost::asio::read(socket_, boost::asio::dynamic_buffer(received_),
                              boost::asio::transfer_exactly(total - received_.size()), error);
        auto response = received_.substr(0, total);
        received_.erase(0, total);
        return response;
    }

    // Everything until the server closes.
    std::string receive_all() {
        boost::system::error_code error;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(received_), error);
        return std::exchange(received_, {});
    }

    // So many bytes, or fewer where the server closes before.
    std::string receive_exactly(std::size_t size) {
        boost::system::error_code error;
        if (received_.size() < size)
            boost::asio::read(socket_, boost::asio::dynamic_buffer(received_),
                              boost::asio::transfer_exactly(size - received_.size()), error);
        auto bytes = received_.substr(0, size);
        received_.erase(0, size);
        return bytes;
    }

    // What comes in one piece. REQUIRES: all that came before was received.
    std::string receive_piece() {
        std::string bytes(65536, '\0');
        bytes.resize(socket_.read_some(boost::asio::buffer(bytes)));
        return bytes;
    }

    std::string exchange(std::string_view bytes) {
        send(bytes);
        return receive();
    }

    boost::asio::ip::tcp::socket& socket() { return socket_; }

private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
    std::string received_;
};

}  // namespace switchhook::net

#pragma once

#include "sim/params.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace switchhook::bench {

// One keep-alive connection of a carrier, over which a single thread sends signed webhooks and waits for each reply.
class CarrierLine {
public:
    // Throws boost::system::system_error where it cannot connect, as send() does where the connection breaks off. With
    // TLS, no certificate is checked.
    explicit CarrierLine(std::uint16_t port, bool tls = false);

    // The first webhook of a call, a key pressed in it at the path that its last document named, and its end.
    std::string begin(const std::string& call_sid, const std::string& number);
    std::string press(const std::string& call_sid, const std::string& number, const std::string& document);
    void end(const std::string& call_sid, const std::string& number);

private:
    std::string send(const std::string& path, const sim::Params& params);
    template <class Stream>
    std::string exchange(Stream& stream, const std::string& request);

    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::socket socket_{io_};
    boost::asio::ssl::context tls_context_{boost::asio::ssl::context::tls_client};
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    std::string received_;
};

}  // namespace switchhook::bench

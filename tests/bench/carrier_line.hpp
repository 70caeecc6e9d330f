#pragma once

#include "sim/params.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace switchhook::bench {

// One keep-alive connection of a carrier, over which a single thread sends signed webhooks and waits for each reply.
class CarrierLine {
public:
    // Throws boost::system::system_error where it cannot connect, as send() does where the connection breaks off.
    explicit CarrierLine(std::uint16_t port);

    // The first webhook of a call, a key pressed in it at the path that its last document named, and its end.
    std::string begin(const std::string& call_sid, const std::string& number);
    std::string press(const std::string& call_sid, const std::string& number, const std::string& document);
    void end(const std::string& call_sid, const std::string& number);

private:
    std::string send(const std::string& path, const sim::Params& params);

    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::socket socket_{io_};
    std::string received_;
};

}  // namespace switchhook::bench

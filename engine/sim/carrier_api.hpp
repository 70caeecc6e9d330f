#pragma once

#include "core/log.hpp"
#include "net/http_server.hpp"
#include "net/workers.hpp"
#include "sim/carrier.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace switchhook::sim {

// The carrier's REST side, as api.twilio.com/2010-04-01 is: Messages.json (to send, and to list), Calls.json and
// updates of a call, with HTTP Basic credentials (account and token), its error codes and the magic numbers of test
// credentials.
//
// `workers` has one thread, and the carrier is used from no other.
class CarrierApi {
public:
    CarrierApi(Carrier& carrier, net::Workers& workers, core::Log& log);

    // What takes the place of https://api.twilio.com.
    std::string url() const;

private:
    boost::asio::awaitable<net::Response> handle(net::Request request);
    net::Response create_message(const net::Request& request);
    net::Response list_messages(const net::Request& request) const;
    core::Json message_json(const TextMessage& message) const;
    net::Response create_call(const net::Request& request);
    boost::asio::awaitable<net::Response> update_call(std::string sid, net::Request request);

    Carrier& carrier_;
    net::HttpServer server_;
};

}  // namespace switchhook::sim

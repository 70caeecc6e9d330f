#pragma once

#include "core/json.hpp"
#include "sim/carrier.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace switchhook::sim {

// What a caller does, and waits for, while the call is in a media stream: the asks of scripts/scenario.lua that begin
// with "stream_". Each returns when it is done; limits of time are the stream's own. Gives what kept it from being
// done, or nothing.
boost::asio::awaitable<std::string> perform_in_stream(CarrierCall& call, std::string kind, core::Json options);

}  // namespace switchhook::sim

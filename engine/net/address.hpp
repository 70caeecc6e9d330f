#pragma once

#include <boost/asio/ip/address.hpp>

namespace switchhook::net {

// Whether the address is one of the public Internet, by IANA's special-purpose registries (RFC 6890
// and its updates). False for private, loopback, link-local, carrier-grade NAT, documentation,
// benchmarking, multicast, broadcast and unspecified ones, and for IPv6 forms that wrap an IPv4
// address (mapped, compatible, 6to4, Teredo), since those reach wherever the inner address does.
// NAT64 (64:ff9b::/96) is as public as the address inside.
bool is_public(const boost::asio::ip::address& address) noexcept;

}  // namespace switchhook::net

#include "net/address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace switchhook::net {
namespace {

namespace ip = boost::asio::ip;

struct Range4 {
    std::uint32_t first;
    int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

// IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr Range4 special4[] = {
    {v4(0, 0, 0, 0), 8},        // this network
    {v4(10, 0, 0, 0), 8},       // private
    {v4(100, 64, 0, 0), 10},    // carrier-grade NAT
    {v4(127, 0, 0, 0), 8},      // loopback
    {v4(169, 254, 0, 0), 16},   // link-local, and the clouds' metadata services
    {v4(172, 16, 0, 0), 12},    // private
    {v4(192, 0, 0, 0), 24},     // IETF protocol assignments
    {v4(192, 0, 2, 0), 24},     // documentation
    {v4(192, 88, 99, 0), 24},   // 6to4 relays
    {v4(192, 168, 0, 0), 16},   // private
    {v4(198, 18, 0, 0), 15},    // benchmarking
    {v4(198, 51, 100, 0), 24},  // documentation
    {v4(203, 0, 113, 0), 24},   // documentation
    {v4(224, 0, 0, 0), 4},      // multicast
    {v4(240, 0, 0, 0), 4},      // reserved, and broadcast
};

bool is_public(ip::address_v4 address) {
    auto value = address.to_uint();
    return std::none_of(std::begin(special4), std::end(special4),
                        [&](Range4 range) { return (value ^ range.first) >> (32 - range.bits) == 0; });
}

using Bytes6 = ip::address_v6::bytes_type;

struct Range6 {
    std::array<std::uint8_t, 12> first;
    int bits;
};

constexpr Range6 nat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Range6 global6 = {{0x20}, 3};  // the only block that IANA allots from

// What is special within the global block.
constexpr Range6 special6[] = {
    {{0x20, 0x01, 0x00}, 23},        // IETF protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

bool contains(const Range6& range, const Bytes6& address) {
    for (int bit = 0; bit < range.bits; bit += 8) {
        auto difference = static_cast<unsigned>(address[bit / 8] ^ range.first[bit / 8]);
        auto bits = std::min(8, range.bits - bit);
        if (difference >> (8 - bits) != 0) return false;
    }
    return true;
}

bool is_public(const ip::address_v6& address) {
    auto bytes = address.to_bytes();
    if (contains(nat64, bytes)) return is_public(ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}));
    return contains(global6, bytes) && std::none_of(std::begin(special6), std::end(special6),
                                                    [&](const Range6& range) { return contains(range, bytes); });
}

}  // namespace

bool is_public(const ip::address& address) noexcept {
    return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6());
}

}  // namespace switchhook::net

#include "net/address.hpp"

#include <gtest/gtest.h>

using namespace switchhook::net;
using boost::asio::ip::make_address;

// The first and the last address of every range that flows may not reach.
class SpecialAddress : public testing::TestWithParam<const char*> {};

TEST_P(SpecialAddress, IsNotPublic) {
    EXPECT_FALSE(is_public(make_address(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(V4, SpecialAddress,
                         testing::Values("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0",
                                         "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.0",
                                         "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255",
                                         "192.0.0.0", "192.0.0.255", "192.0.2.1", "192.88.99.1", "192.168.0.0",
                                         "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1",
                                         "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
                                         "255.255.255.255"));

INSTANTIATE_TEST_SUITE_P(V6, SpecialAddress,
                         testing::Values("::", "::1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
                                         "::ffff:8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1",
                                         "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "3fff:fff::1",
                                         "5f00::1", "fc00::1", "fdff:ffff::1", "fe80::1", "fec0::1", "ff02::1",
                                         "4000::1"));

// The neighbours just outside those ranges.
class PublicAddress : public testing::TestWithParam<const char*> {};

TEST_P(PublicAddress, IsPublic) {
    EXPECT_TRUE(is_public(make_address(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(All, PublicAddress,
                         testing::Values("1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
                                         "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
                                         "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
                                         "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
                                         "2001:200::1", "2606:4700::1111", "2a00:1450::1", "3ffe:ffff::1",
                                         "64:ff9b::8.8.8.8"));

#include "core/did_you_mean.hpp"

#include <gtest/gtest.h>

using namespace switchhook::core;

TEST(DidYouMean, FindsTheWordBehindASlip) {
    std::vector<std::string> keys = {"account", "flow", "provider", "settings"};
    EXPECT_EQ(closest("flwo", keys), "flow");
    EXPECT_EQ(closest("Flow", keys), "flow");
    EXPECT_EQ(closest("setings", keys), "settings");
    EXPECT_EQ(closest("proivder", keys), "provider");
    EXPECT_EQ(closest("acounts", keys), "account");
}

TEST(DidYouMean, OffersNothingForAWordOfItsOwn) {
    EXPECT_EQ(closest("colour", {"account", "flow", "provider", "settings"}), "");
    EXPECT_EQ(closest("x", {"abc"}), "");
    EXPECT_EQ(closest("x", {}), "");
}

TEST(DidYouMean, SaysWhatToWrite) {
    EXPECT_EQ(did_you_mean("flo", {"account", "flow"}), "did you mean \"flow\"?");
    EXPECT_EQ(did_you_mean("colour", {"account", "flow"}), "use one of: account, flow");
    EXPECT_EQ(did_you_mean("colour", {}), "");
}

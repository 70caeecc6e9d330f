#include "twilio/playout_ledger.hpp"

#include <gtest/gtest.h>

namespace switchhook::twilio {
namespace {

using namespace std::chrono_literals;

// Four seconds said at once, marked behind the first 20 ms and behind the next 400.
TEST(PlayoutLedger, CountsAnItemFromItsFirstByte) {
    PlayoutLedger ledger(core::telephone_mulaw);
    const PlayoutLedger::Time begin{};
    ledger.sent("a", 160, begin);
    const auto first = ledger.mark();
    ledger.sent("a", 3200, begin);
    const auto second = ledger.mark();
    ledger.sent("a", 28'640, begin);
    ledger.returned(first, begin + 20ms);
    ledger.returned(second, begin + 420ms);
    const auto heard = ledger.heard(begin + 500ms);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].heard, 500ms);
    EXPECT_EQ(heard[0].sent, 4000ms);
}

}  // namespace
}  // namespace switchhook::twilio

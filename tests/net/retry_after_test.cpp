#include "net/retry_after.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace std::chrono_literals;

namespace {

constexpr core::Time now{1'772'490'600'000ms};  // Mon, 02 Mar 2026 22:30:00 GMT

auto after(const char* value) {
    return net::retry_after({{"retry-after", value}}, now);
}

}  // namespace

TEST(RetryAfter, ReadsSecondsAndDates) {
    EXPECT_EQ(after("120"), 120s);
    EXPECT_EQ(after("0"), 0s);
    EXPECT_EQ(after("Mon, 02 Mar 2026 22:30:30 GMT"), 30s);
}

TEST(RetryAfter, DoesNotWaitForADateThatHasPassed) {
    EXPECT_EQ(after("Mon, 02 Mar 2026 22:00:00 GMT"), 0s);
}

TEST(RetryAfter, TakesNothingElse) {
    for (const char* value : {"", "soon", "-1", "1.5", "10 s", "Mon, 02 Mar 2026 22:30:30 GMT, 5"})
        EXPECT_EQ(after(value), std::nullopt) << value;
    EXPECT_EQ(net::retry_after({}, now), std::nullopt);
}

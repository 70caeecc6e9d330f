#include "app/model_prices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::app;
using testing::HasSubstr;

TEST(ModelPrices, ChargeWhatIsCachedAndWhatIsWrittenThereByItself) {
    const auto prices = ModelPrices::of_openai();
    const TokenCount tokens{.input = 1'000'000, .cached = 400'000, .cache_written = 200'000, .output = 100'000};
    ASSERT_TRUE(prices.cost("gpt-6-luna", tokens));
    EXPECT_NEAR(*prices.cost("gpt-6-luna", tokens), 0.4 * 0.10 + 0.4 * 0.01 + 0.2 * 0.125 + 0.1 * 0.50, 1e-12);
    EXPECT_FALSE(prices.cost("gpt-of-tomorrow", tokens)) << "a price that nobody knows is not made up";
}

TEST(ModelPrices, TakeOverWhatTheCommandLineSays) {
    ModelPrices prices;
    EXPECT_EQ(prices.add("mine=2/0.5/8"), "");
    EXPECT_EQ(prices.add("org/model=v2=1/3"), "");
    const TokenCount tokens{.input = 1'000'000, .cached = 500'000, .output = 1'000'000};
    EXPECT_NEAR(*prices.cost("mine", tokens), 1 + 0.25 + 8, 1e-12);
    EXPECT_NEAR(*prices.cost("org/model=v2", tokens), 1 + 3, 1e-12) << "without a price of its own, as any input";
}

TEST(ModelPrices, RefuseWhatIsNoPrice) {
    for (const char* text : {"", "mine", "mine=", "mine=1", "=1/2", "mine=1/2/3/4", "mine=a/b", "mine=1/-2",
                             "mine=1/2x", "mine=1/", "mine=nan/1", "mine=1/inf"})
        EXPECT_THAT(ModelPrices().add(text), HasSubstr("a price is MODEL=IN/OUT")) << text;
}

TEST(TokenCount, ReadsTheUsageOfAReply) {
    auto count = TokenCount::of({{"input", 9}, {"output", 2}, {"cached", 4}, {"cache_written", 1}});
    EXPECT_EQ(count.input, 9);
    EXPECT_EQ(count.output, 2);
    EXPECT_EQ(count.cached, 4);
    EXPECT_EQ(count.cache_written, 1);
    EXPECT_EQ(TokenCount::of({}).input, 0);
    EXPECT_EQ(TokenCount::of({{"input", nullptr}}).input, 0);
}

#include "app/kept_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using app::KeptValues;
using core::Answer;
using core::Json;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

Answer gave(Json value) {
    return Answer::of(std::move(value), core::Time());
}

}  // namespace

TEST(KeptValues, HoldsWhatTheFlowWasTold) {
    KeptValues values;
    EXPECT_THAT(values.take({{"op", "get"}, {"key", "visits"}}, gave(2)), ElementsAre(R"(store:set("visits", 2))"));
    EXPECT_THAT(values.take({{"op", "get"}, {"key", "visits"}}, gave(2)), IsEmpty());
    EXPECT_THAT(values.take({{"op", "get"}, {"key", "other"}}, gave(nullptr)), IsEmpty());
    EXPECT_THAT(values.take({{"op", "get"}, {"key", "visits"}}, gave(nullptr)),
                ElementsAre(R"(store:set("visits", nil))"));
    EXPECT_THAT(values.expectations(), IsEmpty());
}

TEST(KeptValues, FollowsWhatTheFlowKeeps) {
    KeptValues values;
    EXPECT_THAT(values.take({{"op", "set"}, {"key", "name"}, {"value", "Ann"}}, gave(nullptr)), IsEmpty());
    EXPECT_THAT(values.take({{"op", "get"}, {"key", "name"}}, gave("Ann")), IsEmpty());
    EXPECT_THAT(values.take({{"op", "delete"}, {"key", "old"}}, gave(nullptr)), IsEmpty());
    EXPECT_THAT(values.expectations(), ElementsAre(R"(store:has("name", "Ann"))", R"(store:lacks("old"))"));
}

TEST(KeptValues, CountsBackFromAnIncrement) {
    KeptValues values;
    EXPECT_THAT(values.take({{"op", "increment"}, {"key", "a"}}, gave(1)), IsEmpty());
    EXPECT_THAT(values.take({{"op", "increment"}, {"key", "b"}, {"by", 4}}, gave(12)),
                ElementsAre(R"(store:set("b", 8))"));
    EXPECT_THAT(values.take({{"op", "increment"}, {"key", "b"}, {"by", -4}}, gave(8)), IsEmpty());
    EXPECT_THAT(values.expectations(), ElementsAre(R"(store:has("a", 1))", R"(store:has("b", 8))"));
}

TEST(KeptValues, KnowsWhatAComparisonTells) {
    KeptValues values;
    EXPECT_THAT(values.take({{"op", "compare_and_set"}, {"key", "slot"}, {"value", "ann"}}, gave(true)), IsEmpty());
    EXPECT_THAT(values.take({{"op", "compare_and_set"}, {"key", "slot"}, {"value", "bob"}}, gave(false)), IsEmpty());
    EXPECT_THAT(values.take({{"op", "compare_and_set"}, {"key", "other"}, {"value", "bob"}}, gave(false)),
                ElementsAre(R"(store:set("other", "something else"))"));
    EXPECT_THAT(values.take({{"op", "compare_and_set"}, {"key", "held"}, {"expected", 1}, {"value", 2}}, gave(true)),
                ElementsAre(R"(store:set("held", 1))"));
    EXPECT_THAT(values.expectations(), ElementsAre(R"(store:has("held", 2))", R"(store:has("slot", "ann"))"));
}

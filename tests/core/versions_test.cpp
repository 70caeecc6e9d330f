#include "core/versions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::core;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

using Kind = VersionChange::Kind;

FlowVersions live(const std::string& version) {
    return {"lexi", {version}};
}

// A history in short: "A" went live, "<A" was rolled back to, "?A" was tried; "A@+1…" for one number only.
std::vector<VersionChange> history(const std::vector<std::string>& steps) {
    std::vector<VersionChange> all;
    for (auto step : steps) {
        VersionChange change{"lexi"};
        if (auto at = step.find('@'); at != std::string::npos) {
            change.number = step.substr(at + 1);
            step.resize(at);
        }
        if (step[0] == '<') change.kind = Kind::rolled_back;
        if (step[0] == '?') change.kind = Kind::trial;
        change.version = change.kind == Kind::went_live ? step : step.substr(1);
        all.push_back(change);
    }
    return all;
}

std::string before(const std::vector<std::string>& steps, const std::string& number = "") {
    return version_before(history(steps), number).value_or("none");
}

}  // namespace

TEST(Versions, ComeBackFromTheirJson) {
    FlowVersions versions{"", {"A", "B", 10}, {{"+15550100", {"C"}}}, {"D"}};
    EXPECT_EQ(flow_versions_from_json(to_json(versions)), versions);
}

TEST(Versions, PublishedForOneNumberLeaveTheOthersAlone) {
    auto now = published(live("A"), "B", "+15550100");
    EXPECT_EQ(now.of("+15550100").live, "B");
    EXPECT_EQ(now.of("+15550101").live, "A");
    EXPECT_THAT(published(now, "A", "+15550100").numbers, IsEmpty());
}

TEST(Versions, PublishedForAllEndWhatWasChosenBefore) {
    auto now = published(tried(published(rolled_back(live("A"), "B", ""), "C", "+15550100"), "D", 10), "E");
    EXPECT_EQ(now, live("E"));
}

TEST(Versions, EditedLeaveATrialGoingOn) {
    auto now = edited(tried(published(live("A"), "B", "+15550100"), "C", 10), "D");
    EXPECT_EQ(now.all, (VersionChoice{"D", "C", 10}));
    EXPECT_THAT(now.numbers, IsEmpty());
    EXPECT_EQ(edited(now, "C").all, VersionChoice{"C"});
}

TEST(Versions, RolledBackSetAsideWhatTheyReplace) {
    auto now = rolled_back(rolled_back(live("C"), "B", ""), "A", "");
    EXPECT_EQ(now.all.live, "A");
    EXPECT_THAT(now.set_aside, ElementsAre("C", "B"));
    EXPECT_THAT(rolled_back(now, "B", "").set_aside, ElementsAre("C", "A"));
    EXPECT_THAT(edited(now, "D").set_aside, IsEmpty());
}

TEST(Versions, RolledBackEndATrial) {
    EXPECT_EQ(rolled_back(tried(live("B"), "C", 10), "A", "").all, VersionChoice{"A"});
}

TEST(Versions, RolledBackForOneNumberLeaveTheOthersAlone) {
    auto now = rolled_back(live("B"), "A", "+15550100");
    EXPECT_EQ(now.of("+15550100").live, "A");
    EXPECT_EQ(now.of("+15550101").live, "B");
    EXPECT_THAT(now.set_aside, IsEmpty());
}

TEST(Versions, OnTrialArePromotedOrWithdrawn) {
    auto trial = tried(live("A"), "B", 10);
    EXPECT_EQ(trial.all, (VersionChoice{"A", "B", 10}));
    EXPECT_EQ(promoted(trial), live("B"));
    EXPECT_EQ(withdrawn(trial), live("A"));
}

TEST(VersionBefore, IsWhatWasLiveBefore) {
    EXPECT_EQ(before({"A", "B", "C"}), "B");
    EXPECT_EQ(before({"A", "B", "A", "C"}), "A");
    EXPECT_EQ(before({"A", "?B"}), "none");
    EXPECT_EQ(before({}), "none");
}

TEST(VersionBefore, GoesFurtherBackWithEachRollback) {
    EXPECT_EQ(before({"A", "B", "C", "<B"}), "A");
    EXPECT_EQ(before({"A", "B", "C", "<B", "<A"}), "none");
}

TEST(VersionBefore, PassesOverWhatWasRolledBack) {
    EXPECT_EQ(before({"A", "B", "C", "<B", "D"}), "B");
}

TEST(VersionBefore, LooksAtOneNumbersChanges) {
    EXPECT_EQ(before({"A", "B", "C@+15550100"}, "+15550100"), "B");
    EXPECT_EQ(before({"A", "B", "C@+15550100"}, "+15550101"), "A");
    EXPECT_EQ(before({"A", "B", "<A@+15550100", "C@+15550199"}, "+15550100"), "none");
}

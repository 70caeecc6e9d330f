#include "twilio/playout_ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

using namespace switchhook;
using namespace switchhook::twilio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class Ledger : public testing::Test {
protected:
    PlayoutLedger::Time at(std::chrono::milliseconds time) const { return begin + time; }

    void send(const char* item, std::chrono::milliseconds length, std::chrono::milliseconds now) {
        ledger.sent(item, static_cast<std::size_t>(length.count()) * 8, at(now));
    }
    std::vector<std::string> heard(std::chrono::milliseconds now) const { return told(ledger.heard(at(now))); }

    static std::vector<std::string> told(const std::vector<core::Heard>& all) {
        std::vector<std::string> lines;
        for (const auto& each : all)
            lines.push_back(each.item + " " + std::to_string(each.heard.count()) + "/" +
                            std::to_string(each.sent.count()));
        return lines;
    }

    const PlayoutLedger::Time begin = PlayoutLedger::Time() + 1h;
    PlayoutLedger ledger{core::telephone_mulaw};
};

}  // namespace

TEST_F(Ledger, TakesItThatSoundIsHeardInRealTime) {
    send("a", 300ms, 0ms);
    EXPECT_THAT(heard(0ms), ElementsAre("a 0/300"));
    EXPECT_THAT(heard(120ms), ElementsAre("a 120/300"));
    EXPECT_EQ(ledger.queued(at(120ms)), 180ms);
    send("a", 100ms, 150ms);
    EXPECT_THAT(heard(350ms), ElementsAre("a 350/400"));
    EXPECT_THAT(heard(5s), ElementsAre("a 400/400"));
    EXPECT_EQ(ledger.queued(at(5s)), 0ms);
}

TEST_F(Ledger, CountsFromTheMarkThatCameBackLast) {
    send("a", 20ms, 0ms);
    auto mark = ledger.mark();
    send("a", 400ms, 0ms);
    EXPECT_THAT(heard(60ms), ElementsAre("a 20/420")) << "no further than what is out allows";
    EXPECT_THAT(ledger.returned(mark, at(90ms)), IsEmpty());
    EXPECT_THAT(heard(90ms), ElementsAre("a 20/420"));
    EXPECT_THAT(heard(190ms), ElementsAre("a 120/420"));
    EXPECT_EQ(ledger.queued(at(190ms)), 300ms);
}

TEST_F(Ledger, CountsAnItemFromItsFirstByteAcrossMarks) {
    send("a", 20ms, 0ms);
    auto first = ledger.mark();
    send("a", 400ms, 0ms);
    auto second = ledger.mark();
    send("a", 3580ms, 0ms);
    ledger.returned(first, at(20ms));
    ledger.returned(second, at(420ms));
    EXPECT_THAT(heard(500ms), ElementsAre("a 500/4000"));
}

TEST_F(Ledger, StopsAtAMarkWhileTheCarrierStalls) {
    send("a", 400ms, 0ms);
    auto first = ledger.mark();
    send("a", 400ms, 10ms);
    ledger.mark();
    EXPECT_THAT(heard(3s), ElementsAre("a 400/800"));
    ledger.returned(first, at(3s));
    EXPECT_THAT(heard(3100ms), ElementsAre("a 500/800"));
}

TEST_F(Ledger, BeginsAnewAfterASilence) {
    send("a", 100ms, 0ms);
    auto end = ledger.end("a");
    EXPECT_THAT(ledger.returned(end, at(105ms)), ElementsAre("a"));
    send("b", 100ms, 700ms);
    EXPECT_THAT(heard(730ms), ElementsAre("b 30/100"));
}

TEST_F(Ledger, TellsItemsThatWereHeardToTheirEnd) {
    send("a", 100ms, 0ms);
    auto a = ledger.end("a");
    send("b", 200ms, 0ms);
    auto b = ledger.end("b");
    auto c = ledger.end("c");
    EXPECT_THAT(heard(150ms), ElementsAre("a 100/100", "b 0/200", "c 0/0"));
    EXPECT_THAT(ledger.returned(a, at(150ms)), ElementsAre("a"));
    EXPECT_THAT(heard(200ms), ElementsAre("b 50/200", "c 0/0"));
    EXPECT_THAT(ledger.returned(c, at(350ms)), ElementsAre("b", "c")) << "a later mark proves the earlier";
    EXPECT_THAT(ledger.returned(b, at(350ms)), IsEmpty());
    EXPECT_THAT(heard(400ms), IsEmpty());
}

TEST_F(Ledger, KeepsAnItemThatIsNotEnded) {
    send("a", 100ms, 0ms);
    auto mark = ledger.mark();
    EXPECT_THAT(ledger.returned(mark, at(100ms)), IsEmpty());
    EXPECT_THAT(heard(500ms), ElementsAre("a 100/100"));
    EXPECT_THAT(ledger.returned(ledger.end("a"), at(501ms)), ElementsAre("a"));
}

TEST_F(Ledger, LearnsNothingFromMarksThatAClearSendsBack) {
    send("a", 400ms, 0ms);
    auto a = ledger.end("a");
    send("b", 400ms, 0ms);
    auto b = ledger.end("b");
    EXPECT_THAT(told(ledger.clear(at(250ms))), ElementsAre("a 250/400", "b 0/400"));
    EXPECT_EQ(ledger.queued(at(250ms)), 0ms);
    send("c", 100ms, 300ms);
    auto c = ledger.end("c");
    EXPECT_THAT(ledger.returned(a, at(301ms)), IsEmpty());
    EXPECT_THAT(ledger.returned(b, at(301ms)), IsEmpty());
    EXPECT_THAT(heard(340ms), ElementsAre("c 40/100"));
    EXPECT_THAT(ledger.returned("nonsense", at(340ms)), IsEmpty());
    EXPECT_THAT(ledger.returned(c, at(400ms)), ElementsAre("c"));
}

TEST_F(Ledger, NamesNoMarkTwice) {
    std::set<std::string> names;
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(names.insert(i % 2 ? ledger.mark() : ledger.end("a")).second);
        if (i % 10 == 0) ledger.clear(at(0ms));
    }
}

TEST_F(Ledger, WantsAMarkEarlyInARunThenNowAndThen) {
    EXPECT_EQ(ledger.until_mark(at(0ms)), 160U);
    send("a", 20ms, 0ms);
    EXPECT_TRUE(ledger.mark_is_due());
    auto mark = ledger.mark();
    EXPECT_EQ(ledger.until_mark(at(0ms)), 3200U);
    send("a", 100ms, 0ms);
    EXPECT_FALSE(ledger.mark_is_due());
    EXPECT_EQ(ledger.until_mark(at(0ms)), 2400U);
    ledger.returned(mark, at(20ms));
    EXPECT_EQ(ledger.until_mark(at(60ms)), 2400U);
    EXPECT_EQ(ledger.until_mark(at(1s)), 160U) << "all was heard: the next is a new run";
}

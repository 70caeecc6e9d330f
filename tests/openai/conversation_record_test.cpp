#include "openai/conversation_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::openai;
using core::Json;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class Record : public testing::Test {
protected:
    void hears(const std::string& id, const std::string& previous, const std::string& words) {
        record.place_caller(id, previous, now);
        record.set_words(id, words);
    }
    std::vector<std::string> words(std::size_t most = 1000) const {
        std::vector<std::string> out;
        for (const auto& item : record.history(most, [](const std::string&) { return true; }))
            out.push_back(item["type"] == "message" ? item["content"][0]["text"] : item["call_id"]);
        return out;
    }

    ConversationRecord::Moment now{};
    ConversationRecord record;
};

}  // namespace

TEST_F(Record, PutsEveryItemBehindThePreviousOne) {
    hears("c", "b", "three");
    hears("a", "", "one");
    hears("b", "a", "two");
    record.move("c", "b");
    EXPECT_THAT(words(), ElementsAre("one", "two", "three"));
    record.move("a", "c");
    EXPECT_THAT(words(), ElementsAre("two", "three", "one"));
    record.move("a", "nowhere");
    record.move("nowhere", "a");
    EXPECT_THAT(words(), ElementsAre("two", "three", "one"));
}

TEST_F(Record, FindsAPlaceBehindAResult) {
    record.place_call("a", "", now);
    record.set_call("a", "call_1", "book", "{}");
    hears("c", "", "later");
    record.set_result_item("call_1", "out");
    hears("b", "out", "sooner");
    EXPECT_THAT(words(), ElementsAre("call_1", "sooner", "later"));
}

TEST_F(Record, KeepsTheLatestOfALongHistory) {
    for (char c = 'a'; c < 'f'; ++c) hears(std::string(1, c), "", std::string(10, c));
    EXPECT_THAT(words(25), ElementsAre(std::string(10, 'd'), std::string(10, 'e')));
    EXPECT_THAT(words(5), IsEmpty());
}

TEST_F(Record, CutsWordsInProportionAndBetweenThem) {
    for (auto [share, text] :
         {std::pair{0.0, ""}, {0.3, "one"}, {0.6, "one two"}, {0.9, "one two"}, {1.0, "one two three"}}) {
        ConversationRecord fresh;
        fresh.place_assistant("a", "", now);
        fresh.set_words("a", "one two three");
        fresh.cut("a", share);
        fresh.set_words("a", "one two three and what came late");
        auto lines = fresh.transcript(now, [](const std::string&) { return 1.0; });
        EXPECT_EQ(lines.empty() ? "" : lines[0]["text"], text) << share;
    }
}

TEST_F(Record, LeavesOutWhatNobodyHeard) {
    record.place_assistant("a", "", now);
    record.set_words("a", "thought, not said");
    EXPECT_THAT(record.history(1000, [](const std::string&) { return false; }), IsEmpty());
    EXPECT_THAT(record.transcript(now, [](const std::string&) { return 0.0; }), IsEmpty());
    record.set_heard("a");
    EXPECT_EQ(record.history(1000, [](const std::string&) { return false; }).size(), 1U);
}

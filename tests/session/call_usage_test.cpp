#include "session/call_usage.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using core::Answer;
using core::Json;

namespace {

core::JournalEntry entry(std::uint32_t seq, Json value) {
    return {"CA1", seq, "d", Answer::of(std::move(value), core::Time())};
}

}  // namespace

TEST(CallUsage, AddsUpWhatConversationsAndChatsUsed) {
    Json first{{"finished", {{"seconds", 60.5}, {"usage", {{"input", 100}, {"output", 20}, {"responses", 3}}}}}};
    Json second{{"finished", {{"seconds", 10.0}, {"usage", {{"input", 10}, {"transcription_seconds", 1.5}}}}}};
    Json chat{{"content", "Hi"}, {"finish_reason", "stop"}, {"usage", {{"input", 7}, {"output", 1}}}};
    auto usage = session::usage_of({entry(1, {{"digits", "1"}}), entry(2, {{"tool", {{"name", "book"}}}}),
                                    entry(3, first), entry(4, chat), entry(5, nullptr), entry(6, second)});
    EXPECT_EQ(usage, (Json{{"conversations", 2},
                           {"conversation_seconds", 70.5},
                           {"chats", 1},
                           {"input", 117},
                           {"output", 21},
                           {"responses", 3},
                           {"transcription_seconds", 1.5}}));
}

TEST(CallUsage, IsNothingForACallWithoutAModel) {
    EXPECT_EQ(session::usage_of({entry(1, {{"digits", "1"}})}), Json::object());
}

#include "openai/chat_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using core::Json;
using openai::ChatReader;
using testing::IsEmpty;

namespace {

std::string event(const Json& data) {
    return "data: " + data.dump() + "\n\n";
}

std::string delta(const Json& delta, const Json& finish = nullptr) {
    return event({{"choices", Json::array({{{"index", 0}, {"delta", delta}, {"finish_reason", finish}}})}});
}

Json tool_piece(int index, const Json& rest) {
    Json piece = rest;
    piece["index"] = index;
    return {{"tool_calls", Json::array({piece})}};
}

const std::string hello =
    delta({{"role", "assistant"}, {"content", ""}}) + delta({{"content", "Hel"}}) + delta({{"content", "lo"}}) +
    delta(Json::object(), "stop") +
    event({{"choices", Json::array()},
           {"usage",
            {{"prompt_tokens", 9}, {"completion_tokens", 2}, {"prompt_tokens_details", {{"cached_tokens", 4}}}}}}) +
    "data: [DONE]\n\n";

}  // namespace

TEST(ChatReader, PutsAReplyTogether) {
    ChatReader reader;
    EXPECT_FALSE(reader.take(hello));
    EXPECT_TRUE(reader.complete());
    EXPECT_EQ(reader.reply(), Json({{"content", "Hello"},
                                    {"tool_calls", Json::array()},
                                    {"finish_reason", "stop"},
                                    {"usage", {{"input", 9}, {"output", 2}, {"cached", 4}}}}));
}

TEST(ChatReader, CountsWhatIsWrittenIntoTheCacheWhereAModelDoes) {
    ChatReader reader;
    reader.take(event({{"choices", Json::array()},
                       {"usage",
                        {{"prompt_tokens", 9},
                         {"completion_tokens", 2},
                         {"prompt_tokens_details", {{"cached_tokens", 4}, {"cache_write_tokens", 3}}}}}}));
    EXPECT_EQ(reader.reply()["usage"], Json({{"input", 9}, {"output", 2}, {"cached", 4}, {"cache_written", 3}}));
}

TEST(ChatReader, TakesItInPiecesOfAnySize) {
    for (std::size_t size : {1U, 2U, 7U, 100U}) {
        ChatReader reader;
        for (std::size_t at = 0; at < hello.size(); at += size) reader.take(hello.substr(at, size));
        EXPECT_EQ(reader.reply()["content"], "Hello") << size;
        EXPECT_TRUE(reader.complete()) << size;
    }
}

TEST(ChatReader, GathersToolCallsByTheirIndex) {
    ChatReader reader;
    reader.take(
        delta(tool_piece(0, {{"id", "a"}, {"type", "function"}, {"function", {{"name", "find"}, {"arguments", ""}}}})));
    reader.take(delta(tool_piece(1, {{"id", "b"}, {"function", {{"name", "book"}, {"arguments", "{\"n\":"}}}})));
    reader.take(delta(tool_piece(0, {{"function", {{"arguments", "{}"}}}})));
    reader.take(delta(tool_piece(1, {{"function", {{"arguments", "4}"}}}})));
    reader.take(delta(Json::object(), "tool_calls"));
    EXPECT_EQ(reader.reply()["tool_calls"], Json::array({{{"id", "a"}, {"name", "find"}, {"arguments", "{}"}},
                                                         {{"id", "b"}, {"name", "book"}, {"arguments", "{\"n\":4}"}}}));
    EXPECT_EQ(reader.reply()["finish_reason"], "tool_calls");
}

TEST(ChatReader, PassesOverCommentsOtherEventsAndCarriageReturns) {
    ChatReader reader;
    reader.take(": a comment\r\nevent: message\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\r\n\r\n");
    reader.take("data: this is no JSON\n\ndata: {\"object\":\"something else\"}\n\n");
    reader.take(delta(Json::object(), "stop"));
    EXPECT_EQ(reader.reply()["content"], "Hi");
    EXPECT_TRUE(reader.complete());
}

TEST(ChatReader, IsCompleteWithoutUsageOrAnEndMark) {
    ChatReader reader;
    reader.take(delta({{"content", "Hi"}}));
    EXPECT_FALSE(reader.complete());
    reader.take(delta(Json::object(), "length"));
    EXPECT_TRUE(reader.complete());
    EXPECT_EQ(reader.reply()["finish_reason"], "length");
}

TEST(ChatReader, TellsAnErrorThatComesInTheMiddle) {
    ChatReader reader;
    reader.take(delta({{"content", "Hel"}}));
    EXPECT_FALSE(reader.take("event: error\n" + event({{"error", {{"code", "server_error"}, {"message", "Oh no"}}}})));
    EXPECT_EQ(reader.error(), "server_error: Oh no");
    EXPECT_FALSE(reader.complete());
}

TEST(ChatReader, IsEmptyUntilSomethingOfTheReplyHasCome) {
    ChatReader reader;
    reader.take(delta({{"role", "assistant"}, {"content", ""}}));
    EXPECT_TRUE(reader.empty());
    reader.take(delta({{"content", "x"}}));
    EXPECT_FALSE(reader.empty());
}

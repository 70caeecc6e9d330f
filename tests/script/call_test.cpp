#include "run_flow.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;
using core::Json;

namespace {

// The one ask that a statement makes.
core::Ask ask_of(const std::string& statement) {
    auto result = run_statements(statement);
    EXPECT_EQ(result.asks.size(), 1U) << result.failure();
    return result.asks.empty() ? core::Ask{} : result.asks.front();
}

Json options_of(const std::string& statement) {
    return ask_of(statement).options;
}

std::string failure_of(const std::string& statement) {
    return run_statements(statement).failure();
}

}  // namespace

TEST(Call, SaysATextOrATableOfOptions) {
    EXPECT_EQ(options_of("call:say('Hi')"), Json({{"text", "Hi"}}));
    EXPECT_EQ(options_of("call:say('Hi', { voice = 'woman' })"), Json({{"text", "Hi"}, {"voice", "woman"}}));
    EXPECT_EQ(options_of("call:say { ssml = '<p>Hi</p>' }"), Json({{"ssml", "<p>Hi</p>"}}));
}

TEST(Call, GathersAfterWhatIsSaidPlayedAndListed) {
    EXPECT_EQ(options_of("call:gather { play = 'https://a.example/b.mp3', say = 'Hi', digits = 1 }"),
              Json({{"digits", 1},
                    {"prompts",
                     Json::array({{{"say", {{"text", "Hi"}}}}, {{"play", {{"url", "https://a.example/b.mp3"}}}}})}}));
    EXPECT_EQ(options_of("call:gather { prompts = { 'Hi', { pause = 2 }, { say = { text = 'you', loop = 2 } } } }"),
              Json({{"prompts", Json::array({{{"say", {{"text", "Hi"}}}},
                                             {{"pause", {{"length", 2}}}},
                                             {{"say", {{"text", "you"}, {"loop", 2}}}}})}}));
}

TEST(Call, DialsOneOrSeveralOfAnyKind) {
    EXPECT_EQ(options_of("call:dial('+15550100')"), Json({{"to", Json::array({{{"number", "+15550100"}}})}}));
    EXPECT_EQ(options_of("call:dial({ '+15550100', { sip = 'sip:a@b.example' } }, { timeout = 9 })"),
              Json({{"to", Json::array({{{"number", "+15550100"}}, {{"sip", "sip:a@b.example"}}})}, {"timeout", 9}}));
    EXPECT_EQ(options_of("call:dial { to = '+15550100', record = true }"),
              Json({{"to", Json::array({{{"number", "+15550100"}}})}, {"record", true}}));
    EXPECT_EQ(options_of("call:dial({ conference = 'Sales', muted = true })"),
              Json({{"to", Json::array({{{"conference", "Sales"}, {"muted", true}}})}}));
}

TEST(Call, WhispersToEachOfThoseCalled) {
    auto hi = Json::array({{{"say", {{"text", "Hi"}}}}});
    auto boss = Json::array({{{"say", {{"text", "Boss"}}}}});
    EXPECT_EQ(options_of("call:dial({ '+15550100', { number = '+15550101', whisper = 'Boss' } }, { whisper = 'Hi' })"),
              Json({{"to", Json::array({{{"number", "+15550100"}, {"whisper", hi}},
                                        {{"number", "+15550101"}, {"whisper", boss}}})}}));
}

TEST(Call, LeavesTheAuthorsTablesAsTheyAre) {
    auto result =
        run_statements("local options = { say = 'Hi' } call:gather(options) call:gather(options)",
                       {core::Answer::nothing("timeout", test_time()), core::Answer::nothing("timeout", test_time())});
    ASSERT_EQ(result.asks.size(), 2U);
    EXPECT_EQ(result.asks[0].options, result.asks[1].options);
}

TEST(Call, AsksForEveryOtherVerbAsItIs) {
    EXPECT_EQ(options_of("call:pause()"), Json::object());
    EXPECT_EQ(options_of("call:pause(2)"), Json({{"length", 2}}));
    EXPECT_EQ(options_of("call:enqueue('desk', { max_queue_size = 5 })"),
              Json({{"queue", "desk"}, {"max_queue_size", 5}}));
    EXPECT_EQ(options_of("call:redirect('https://a.example/')"), Json({{"url", "https://a.example/"}}));
    EXPECT_EQ(options_of("call:reject('busy')"), Json({{"reason", "busy"}}));
    EXPECT_EQ(options_of("call:refer('sip:a@b.example')"), Json({{"sip", "sip:a@b.example"}}));
    for (auto kind : {"leave", "hangup", "record"}) EXPECT_EQ(ask_of("call:" + std::string(kind) + "()").kind, kind);
}

TEST(Call, SpeaksToOtherServersAndToTheStore) {
    EXPECT_EQ(options_of("http.put('https://a.example/', { json = { 1, 2 } })"),
              Json({{"method", "PUT"}, {"url", "https://a.example/"}, {"json", {1, 2}}}));
    EXPECT_EQ(options_of("kv.get('k')"), Json({{"op", "get"}, {"key", "k"}}));
    EXPECT_EQ(options_of("kv.set('k', { a = 1 }, { expires = 60 })"),
              Json({{"op", "set"}, {"key", "k"}, {"value", {{"a", 1}}}, {"expires", 60}}));
    EXPECT_EQ(options_of("kv.set('k', nil)"), Json({{"op", "delete"}, {"key", "k"}}));
    EXPECT_EQ(options_of("kv.compare_and_set('k', nil, 1)"),
              Json({{"op", "compare_and_set"}, {"key", "k"}, {"value", 1}}));
    EXPECT_EQ(options_of("kv.increment('k')"), Json({{"op", "increment"}, {"key", "k"}}));
    EXPECT_EQ(options_of("log('hi', { a = 1 })"), Json({{"message", "hi"}, {"fields", {{"a", 1}}}}));
    EXPECT_EQ(options_of("sleep(0.5)"), Json({{"seconds", 0.5}}));
}

TEST(Call, SendsNoTextToWhomOptedOut) {
    auto statement = "return { on_call = function() return select(2, sms.send { to = '+15550177', body = 'Hi' }) end }";
    auto result = run_flow(statement, {core::Answer::of(true, test_time())});
    ASSERT_EQ(result.asks.size(), 1U);
    EXPECT_EQ(result.asks[0].options, Json({{"op", "get"}, {"key", "sms/opted_out/+15550177"}}));
    EXPECT_EQ(result.failure(), "finished: \"opted_out\"");
}

TEST(Call, RaisesAtTheAuthorsLine) {
    EXPECT_EQ(failure_of("call:gather { digit = 1 }"),
              "test/flow.lua:2: gather: there is no option `digit`; did you mean `digits`?");
    EXPECT_EQ(failure_of("call:gahter { digits = 1 }"),
              "test/flow.lua:2: a call has no `gahter`; did you mean `gather`?");
    EXPECT_EQ(failure_of("call:dial(call.settings.front_dsek)"),
              "test/flow.lua:2: dial: `to` is missing; it is a phone number such as \"+15551230100\", or a table with "
              "`number`, `client`, `sip`, `queue`, `conference` or `application`");
}

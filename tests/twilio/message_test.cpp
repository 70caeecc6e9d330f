#include "twilio/message.hpp"

#include "awaited.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::twilio;
using namespace std::chrono_literals;
using core::Answer;
using core::Json;
using switchhook::tests::Awaited;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class TwilioMessage : public testing::Test {
protected:
    Answer perform(Message& message, std::string kind, Json options) {
        core::Ask ask{std::move(kind), std::move(options), "flow.lua:1"};
        ask.seq = ++seq;
        return tests::run(context, message.perform(ask));
    }

    Message message(std::chrono::milliseconds reply_within = 10s) {
        auto later = [this](core::Ask reply) -> boost::asio::awaitable<Answer> {
            sent_later.push_back(std::move(reply.options));
            co_return Answer::nothing("failed", clock.now());
        };
        return Message(later, reply_within, clock, context.get_executor());
    }

    boost::asio::io_context context;
    core::ManualClock clock{core::Time(1'700'000'000'000ms)};
    std::vector<Json> sent_later;
    std::uint32_t seq = 0;
};

}  // namespace

TEST_F(TwilioMessage, AnswersItsWebhookWithAllRepliesOnceTheFlowIsDone) {
    auto text = message();
    Awaited<std::string> document(context, text.reply());
    tests::run_ready(context);
    EXPECT_EQ(perform(text, "reply", {{"body", "Thank you"}}).error, "");
    EXPECT_EQ(perform(text, "reply", {{"body", "Bye"}, {"media", {"https://e.example/a.png"}}}).error, "");
    EXPECT_FALSE(document.done());
    text.finish();
    wait_for(context, document);
    EXPECT_THAT(*document, HasSubstr("<Response><Message>"));
    EXPECT_THAT(*document, HasSubstr("Thank you"));
    EXPECT_THAT(*document, HasSubstr("https://e.example/a.png"));
    EXPECT_TRUE(text.finished());
    EXPECT_THAT(sent_later, IsEmpty());
}

TEST_F(TwilioMessage, GivesARepeatedWebhookTheSameDocument) {
    auto text = message();
    Awaited<std::string> first(context, text.reply());
    Awaited<std::string> while_waiting(context, text.reply());
    tests::run_ready(context);
    perform(text, "reply", {{"body", "Thank you"}});
    text.finish();
    wait_for(context, first);
    wait_for(context, while_waiting);
    EXPECT_EQ(*while_waiting, *first);
    EXPECT_EQ(tests::run(context, text.reply()), *first);
}

TEST_F(TwilioMessage, SendsRepliesThatComeTooLateByThemselves) {
    auto text = message(5ms);
    perform(text, "reply", {{"body", "One moment"}});
    auto document = tests::run(context, text.reply());
    EXPECT_THAT(document, HasSubstr("One moment"));
    auto answer = perform(text, "reply", {{"body", "Done"}});
    EXPECT_EQ(answer.reason, "failed");
    EXPECT_THAT(sent_later, ElementsAre(Json({{"body", "Done"}})));
    text.finish();
    EXPECT_EQ(tests::run(context, text.reply()), document);
}

TEST_F(TwilioMessage, AnswersAnEmptyDocumentWhenTheFlowSaysNothing) {
    auto text = message();
    text.finish();
    EXPECT_THAT(tests::run(context, text.reply()), HasSubstr("<Response"));
    EXPECT_THAT(tests::run(context, text.reply()), testing::Not(HasSubstr("Message")));
}

TEST_F(TwilioMessage, RaisesWhatOnlyACallCanDo) {
    auto text = message();
    EXPECT_EQ(perform(text, "gather", Json::object()).error, "gather needs a call, and this is a text message");
}

TEST_F(TwilioMessage, IsOverWhenTheFlowIsDone) {
    auto text = message();
    Awaited<bool> over(context, tests::finished(text.over()));
    tests::run_ready(context);
    EXPECT_FALSE(over.done());
    text.finish();
    tests::run_ready(context);
    EXPECT_TRUE(over.done());
}

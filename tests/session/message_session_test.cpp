#include "session/message_session.hpp"

#include "session/session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class SessionOfAMessage : public testing::Test, protected World {
protected:
    void serve(const std::string& flow, const std::string& body) {
        script::on_worker([&] {
            auto info = script::test_call();
            info.message = {{"body", body}, {"media", Json::array()}};
            auto live = live_flow(flow);
            ASSERT_TRUE(tests::run(context, store.open_call({info, live->flow->name(), live->flow->version()})));
            MessageSession session(info, live, port, surroundings());
            tests::run(context, tests::finished(session.run()));
        });
    }
};

}  // namespace

TEST_F(SessionOfAMessage, SendsRepliesAndTheTextThatIsReturned) {
    serve(R"(return { on_message = function(message)
        message:reply("You wrote: " .. message.body)
        return "Goodbye"
    end })",
          "Hi");
    EXPECT_THAT(port.heard(), ElementsAre("reply You wrote: Hi", "reply Goodbye"));
    EXPECT_TRUE(port.finished);
    EXPECT_EQ(metrics.messages_total.Value(), 1);
    auto kept = tests::run(context, store.find_call(script::test_call().id));
    EXPECT_EQ(kept.value().value().status, "received") << "its webhook may come again";
}

TEST_F(SessionOfAMessage, RepliesAsMuchAsFitsIntoAText) {
    serve(R"(return { on_message = function(message)
        message:reply(("é"):rep(1601))
        return ("ñ"):rep(1700)
    end })",
          "Hi");
    auto of = [](const std::string& letter) {
        std::string text = "reply ";
        for (int i = 0; i < 1600; ++i) text += letter;
        return text;
    };
    EXPECT_THAT(port.heard(), ElementsAre(of("é"), of("ñ")));
}

TEST_F(SessionOfAMessage, RepliesNothingWhereTheFlowReturnsNothing) {
    serve("return { on_message = function(message) end }", "Hi");
    EXPECT_THAT(port.heard(), ElementsAre());
    EXPECT_TRUE(port.finished);
}

TEST_F(SessionOfAMessage, IsAnsweredThoughTheFlowBreaks) {
    serve("return { on_message = function(message) error('no') end }", "Hi");
    EXPECT_TRUE(port.finished);
    EXPECT_EQ(metrics.flow_failures_total.Value(), 1);
    EXPECT_THAT(lines.text(), HasSubstr("handler=on_message"));
}

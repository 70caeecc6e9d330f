#include "session/secret_settings.hpp"

#include "session/call_session.hpp"
#include "session/kept_call.hpp"
#include "session/past_run.hpp"
#include "session/session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

core::SealingKey key(char first = '0') {
    return core::SealingKey::parse(first +
                                   std::string("00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
        .value();
}

// A call whose flow knows a token.
class CallWithASecret : public testing::Test, protected World {
protected:
    static core::CallInfo info() {
        auto info = script::test_call();
        info.settings = {{"office", "Ascend"},
                         {"token", core::Vault(key()).seal_setting("t0p s3cret", info.to, "token")}};
        return info;
    }
    static std::string flow(const std::string& body) {
        return "return { settings = { office = '', token = { type = 'text', secret = true } }, on_call = "
               "function(call)\n" +
               body + "\nend }";
    }

    void serve(const std::string& body, core::Vault* with) {
        script::on_worker([&] {
            auto live = live_flow(flow(body));
            core::CallRecord record{info(), live->flow->name(), live->flow->version()};
            EXPECT_TRUE(tests::run(context, store.open_call(std::move(record))));
            auto all = surroundings();
            all.vault = with;
            CallSession session(info(), std::move(live), port, all);
            tests::run(context, tests::finished(session.run()));
        });
    }

    core::Vault vault{key()};
};

}  // namespace

TEST_F(CallWithASecret, IsOpenToItsFlowAlone) {
    serve(
        "call:gather { say = call.settings.office .. ': ' .. #call.settings.token }\n"
        "call:say(call.settings.token)",
        &vault);
    EXPECT_THAT(port.heard(), ElementsAre("gather"));
    EXPECT_EQ(port.asks[0].options["prompts"][0]["say"]["text"], "Ascend: 10");
    auto kept = **tests::run(context, store.find_call(info().id));
    EXPECT_THAT(core::to_json(kept.info).dump(), Not(HasSubstr("s3cret")));
}

TEST_F(CallWithASecret, LogsItsSecretMasked) {
    serve(
        "log('the token', { token = call.settings.token, list = { 'Bearer ' .. call.settings.token } })\n"
        "error('no ' .. call.settings.token)",
        &vault);
    EXPECT_THAT(lines.text(), HasSubstr("Bearer [secret]"));
    EXPECT_THAT(lines.text(), HasSubstr("no [secret]"));
    EXPECT_THAT(lines.text(), Not(HasSubstr("s3cret")));
}

TEST_F(CallWithASecret, JournalsNoAnswerThatRepeatsTheSecret) {
    port.answers = {of({{"speech", "it is t0p s3cret"}})};
    serve("local heard = call:gather { speech = true }\ncall:say(heard.speech)", &vault);
    EXPECT_THAT(port.heard(), ElementsAre("gather", "say it is [secret]"));
    ASSERT_FALSE(store.appended.empty());
    EXPECT_EQ(store.appended[0].answer.value["speech"], "it is [secret]");
}

TEST_F(CallWithASecret, GetsItsFallbackWhereTheSecretCannotBeOpened) {
    core::Vault other(key('1'));
    serve("call:say('Hello')", &other);
    EXPECT_THAT(port.heard(), ElementsAre("say Sorry, something went wrong on our side."));
    EXPECT_THAT(lines.text(), HasSubstr("it was sealed under another SWITCHHOOK_KEY"));
}

TEST_F(CallWithASecret, NeedsAKey) {
    serve("call:say('Hello')", nullptr);
    EXPECT_THAT(port.heard(), ElementsAre("say Sorry, something went wrong on our side."));
    EXPECT_THAT(lines.text(), HasSubstr("SWITCHHOOK_KEY is not set"));
}

TEST_F(CallWithASecret, IsToldWithoutIt) {
    script::on_worker([&] {
        auto live = live_flow(flow("call:dial('+15550150', { whisper = 'code ' .. call.settings.token })"));
        KeptCall kept{{info(), "test", live->flow->version()}, {}, live};
        auto ask = next_ask(kept, {});
        ASSERT_TRUE(ask);
        EXPECT_THAT(ask->options.dump(), HasSubstr("code [secret]"));
    });
}

TEST_F(CallWithASecret, HasAJournalInWhichItsAsksAreTheSameWithoutIt) {
    serve("http.post('https://crm.example/calls', { headers = { Authorization = call.settings.token } })", &vault);
    ASSERT_FALSE(store.appended.empty());
    script::on_worker([&] {
        auto live = live_flow(
            flow("http.post('https://crm.example/calls', { headers = { Authorization = call.settings.token } })"));
        KeptCall kept{{info(), "test", live->flow->version()}, {store.appended, {}}, live};
        EXPECT_FALSE(PastRun(kept, {}).diverged());
    });
}

TEST(SecretSettings, AreMaskedForModelsAndTheLogOnly) {
    core::Vault vault(key());
    vault.open_settings({{"token", vault.seal_setting("t0p s3cret", "+15550100", "token")}}, "+15550100");
    for (const auto* kind : {"converse", "tool_result", "end_conversation", "interject", "chat", "log"}) {
        auto told = without_secrets({kind, {{"instructions", "Use t0p s3cret."}}, ""}, vault);
        ASSERT_TRUE(told) << kind;
        EXPECT_EQ(told->options["instructions"], "Use [secret].") << kind;
    }
    EXPECT_FALSE(without_secrets({"http", {{"url", "https://crm.example/?t0p s3cret"}}, ""}, vault));
    auto answer = core::Answer::of("t0p s3cret", {});
    EXPECT_EQ(without_secrets({"http", {}, ""}, answer, vault).value, "[secret]");
    EXPECT_EQ(without_secrets({"kv", {}, ""}, answer, vault).value, "t0p s3cret");
}

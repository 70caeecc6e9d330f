#include "integration/engine_fixture.hpp"

#include <csignal>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

// `switchhook sim`, without an engine.
class Sim : public EngineTest {
protected:
    // The port that the program says it listens on, as it does once it does.
    static std::string port_in(const std::string& out) {
        auto at = out.find("ws://127.0.0.1:");
        if (at == std::string::npos) return {};
        auto from = at + std::string("ws://127.0.0.1:").size();
        return out.substr(from, out.find('/', from) - from);
    }

    // Asks a model by text, and gives its answer.
    std::string ask(const std::string& model_port, const std::string& text) {
        net::ClientRequest request;
        request.method = "POST";
        request.url = "http://127.0.0.1:" + model_port + "/v1/chat/completions";
        request.headers.set("Authorization", "Bearer any");
        const auto messages = core::Json::array({{{"role", "user"}, {"content", text}}});
        request.body = core::Json{{"model", "m"}, {"messages", messages}}.dump();
        return core::Json::parse(send(std::move(request)).body)["choices"][0]["message"]["content"];
    }
};

}  // namespace

TEST_F(Sim, PlaysAModelThatAnyServerCanTalkWith) {
    ChildProcess child({"sim", "model", "--port", "0", "--tones"}, folder.root());
    ASSERT_TRUE(eventually([&] { return !port_in(child.out()).empty(); })) << child.err();
    EXPECT_EQ(ask(port_in(child.out()), "Hello"), "Hello! This is a simulated assistant.");
    EXPECT_TRUE(eventually([&] { return child.out().find("the assistant says \"Hello!") != std::string::npos; }));
    child.signal(SIGTERM);
    EXPECT_EQ(child.exit_code(), 0);
}

TEST_F(Sim, PlaysTheModelAsAScriptTells) {
    flow("clerk.lua", "local clerk = assistant()\nclerk:hears('open')\nclerk:says('From nine to five.')");
    ChildProcess child({"sim", "model", "--port", "0", "--script", "clerk.lua"}, folder.root());
    ASSERT_TRUE(eventually([&] { return !port_in(child.out()).empty(); })) << child.err();
    EXPECT_EQ(ask(port_in(child.out()), "When are you open?"), "From nine to five.");
    child.signal(SIGINT);
    EXPECT_EQ(child.exit_code(), 0);
}

TEST_F(Sim, TellsWhatIsWrongWithAScript) {
    flow("run/clerk.lua", "local = 1");
    auto ran = run_switchhook({"sim", "model", "--port", "0", "--script", "clerk.lua"});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.err, HasSubstr("clerk.lua:1:"));
    EXPECT_EQ(run_switchhook({"sim", "model", "--script", "missing.lua"}).exit_code, 3);
}

TEST_F(Sim, WantsAScenarioAndAServer) {
    auto ran = run_switchhook({"sim"});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_THAT(ran.err, HasSubstr("SCENARIO"));
    EXPECT_EQ(run_switchhook({"sim", "scenario.lua"}).exit_code, 2);
}

#include "integration/engine_fixture.hpp"
#include "net/http_server.hpp"

#include <mutex>
#include <set>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

// A CRM on loopback that does what it is asked once for each key, or answers with an error.
class Crm {
public:
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/calls"; }
    void answer_with(int status) {
        std::lock_guard lock(mutex_);
        status_ = status;
    }
    // What it did, by key, and how often it was asked.
    std::map<std::string, std::string> done() const {
        std::lock_guard lock(mutex_);
        return done_;
    }
    std::multiset<std::string> keys() const {
        std::lock_guard lock(mutex_);
        return keys_;
    }
    std::size_t requests() const { return keys().size(); }

private:
    boost::asio::awaitable<net::Response> answer(net::Request request) {
        std::lock_guard lock(mutex_);
        auto key = std::string(request.headers.find("idempotency-key").value_or("none"));
        keys_.insert(key);
        if (status_ == 200) done_.emplace(key, request.body);
        co_return net::text_response(status_, "");
    }

    mutable std::mutex mutex_;
    int status_ = 200;
    std::map<std::string, std::string> done_;
    std::multiset<std::string> keys_;
    core::Log log_{{}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    net::HttpServer server_{workers_, {}, [this](net::Request request) { return answer(std::move(request)); }, log_};
};

// A flow that promises to tell the CRM of every text.
class OutboxOfTheEngine : public EngineTest {
protected:
    void SetUp() override {
        flow("flows/numbers.lua", "return { ['+15550100'] = 'shop' }");
        flow("flows/shop/flow.lua",
             "return { on_message = function(message)\n"
             "  local answer = http.post('" +
                 crm.url() +
                 "', { json = { body = message.body }, later = true })\n"
                 "  return 'Noted as ' .. answer.promised\nend }\n");
    }
    void start() { serve({"--allow-private-network"}); }
    static std::string message(int n) { return "SM" + sid(n).substr(2); }
    static std::string promise(int n) { return message(n) + ":1"; }
    std::string text(int n, const std::string& body) {
        return post("/twilio/sms", {{"MessageSid", message(n)}, {"From", caller}, {"To", number}, {"Body", body}});
    }
    std::string metric(const std::string& name) {
        auto all = get("/metrics").body;
        auto at = all.find("\n" + name + " ");
        return at == std::string::npos
                   ? ""
                   : all.substr(at + name.size() + 2, all.find('\n', at + 1) - at - name.size() - 2);
    }

    Crm crm;
};

}  // namespace

TEST_F(OutboxOfTheEngine, KeepsAPromiseWithoutHavingTheCallerWait) {
    start();
    EXPECT_THAT(text(1, "Hi"), HasSubstr("Noted as " + promise(1) + "<"));
    ASSERT_TRUE(eventually([&] { return !crm.done().empty(); }));
    EXPECT_EQ(crm.done().at(promise(1)), R"({"body":"Hi"})");
    EXPECT_TRUE(eventually([&] { return metric("switchhook_outbox_delivered_total") == "1"; }));
    EXPECT_EQ(run_switchhook({"outbox"}).out, "nothing is left to be done\n");
}

TEST_F(OutboxOfTheEngine, KeepsThePromisesOfAnEngineThatWasKilled) {
    crm.answer_with(503);
    start();
    text(1, "first");
    text(2, "second");
    ASSERT_TRUE(eventually([&] { return crm.requests() > 0; }));
    engine.reset();
    crm.answer_with(200);
    start();
    ASSERT_TRUE(eventually([&] { return crm.done().size() == 2; }));
    EXPECT_EQ(crm.done().at(promise(1)), R"({"body":"first"})");
    EXPECT_EQ(crm.done().at(promise(2)), R"({"body":"second"})");
    for (const auto& key : crm.keys()) EXPECT_TRUE(key == promise(1) || key == promise(2)) << key;
}

TEST_F(OutboxOfTheEngine, ListsWhatItHadToGiveUpAndTriesItAgainWhenTold) {
    crm.answer_with(404);
    start();
    text(1, "Hi");
    ASSERT_TRUE(eventually([&] { return metric("switchhook_outbox_dead") == "1"; }));
    auto listed = run_switchhook({"outbox", "--dead"});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    EXPECT_THAT(listed.out, HasSubstr(promise(1)));
    EXPECT_THAT(listed.out, HasSubstr("dead"));
    EXPECT_THAT(listed.out, HasSubstr("failed 1 time: status 404"));
    crm.answer_with(200);
    auto retried = run_switchhook({"outbox", "retry", promise(1)});
    EXPECT_EQ(retried.exit_code, 0) << retried.err;
    EXPECT_TRUE(eventually([&] { return crm.done().size() == 1; }));
    EXPECT_TRUE(eventually([&] { return run_switchhook({"outbox"}).out == "nothing is left to be done\n"; }));
}

TEST_F(OutboxOfTheEngine, RetriesAllAndDropsOneWithoutAnEngine) {
    crm.answer_with(404);
    start();
    text(1, "Hi");
    text(2, "Hi");
    ASSERT_TRUE(eventually([&] { return metric("switchhook_outbox_dead") == "2"; }));
    engine.reset();
    EXPECT_EQ(run_switchhook({"outbox", "drop", promise(1)}).exit_code, 0);
    EXPECT_EQ(run_switchhook({"outbox", "drop", promise(1)}).exit_code, 1);
    EXPECT_EQ(run_switchhook({"outbox", "retry", "--all", "--business", "other"}).out,
              "0 promises will be tried again\n");
    EXPECT_EQ(run_switchhook({"outbox", "retry", "--all"}).out, "1 promise will be tried again\n");
    crm.answer_with(200);
    start();
    ASSERT_TRUE(eventually([&] { return crm.done().size() == 1; }));
    EXPECT_TRUE(crm.done().contains(promise(2)));
}

TEST_F(OutboxOfTheEngine, ShowsPhoneNumbersOnlyWhenItIsTold) {
    flow("flows/shop/flow.lua",
         "return { on_message = function(message)\n"
         "  sms.send { to = message.from, body = 'Hi', later = true }\nend }\n");
    start();
    text(1, "Hi");
    ASSERT_TRUE(eventually([&] { return run_switchhook({"outbox"}).out.find("failed") != std::string::npos; }));
    for (auto more : {std::vector<std::string>{"outbox"}, {"outbox", "--json"}}) {
        auto masked = run_switchhook(more);
        EXPECT_THAT(masked.out, HasSubstr("…0147"));
        EXPECT_THAT(masked.out, HasSubstr("TWILIO_ACCOUNT_SID"));
        EXPECT_THAT(masked.out, Not(HasSubstr("5551230147")));
        more.emplace_back("--show-numbers");
        EXPECT_THAT(run_switchhook(more).out, HasSubstr("+15551230147"));
    }
}

TEST_F(OutboxOfTheEngine, SaysWhatIsMissingOnItsCommandLine) {
    auto nothing = run_switchhook({"outbox"});
    EXPECT_EQ(nothing.exit_code, 3);
    EXPECT_THAT(nothing.err, HasSubstr("no engine has kept anything in `data`"));
    auto which = run_switchhook({"outbox", "retry"});
    EXPECT_EQ(which.exit_code, 2);
    EXPECT_THAT(which.err, HasSubstr("--all"));
}

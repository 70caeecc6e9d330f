#include "sim/load.hpp"

#include "sim/hook.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace switchhook;
using namespace switchhook::sim;
using namespace std::chrono_literals;
using sim::testing::Hook;
using sim::testing::twiml;
using sim::testing::Webhook;

namespace {

LoadOptions options_for(const Hook& hook) {
    LoadOptions options;
    options.port = hook.port();
    options.auth_token = sim::testing::token;
    options.to = "+14155550199";
    options.connections = 3;
    options.calls = 7;
    options.warm_up = 10ms;
    options.duration = 60ms;
    options.expected = "Press 1.";
    return options;
}

net::Response menu(const Webhook& webhook) {
    if (webhook.target == "/twilio/voice" && webhook.form.find("Digits")) return net::text_response(400, "no");
    return twiml("<Gather action=\"/next?call=" + std::string(webhook.form.get("CallSid")) +
                 "&amp;step=1\"><Say>Press 1.</Say></Gather>");
}

constexpr auto origin = "https://hook.example";

}  // namespace

TEST(Load, PlacesSignedCallsEachUnderANameOfItsOwn) {
    Hook hook(menu, origin);
    auto report = run_load(options_for(hook));
    EXPECT_EQ(report.failures, 0u) << report.first_failure;
    EXPECT_GT(report.requests, 0u);
    EXPECT_EQ(report.requests, report.latency.count());
    std::set<std::string> calls;
    auto received = hook.received();
    for (const auto& webhook : received) calls.emplace(webhook.form.get("CallSid"));
    EXPECT_EQ(calls.size(), received.size());
}

TEST(Load, EndsOnceEachCallHasHadItsKeys) {
    Hook hook(menu, origin);
    auto options = options_for(hook);
    options.kind = LoadOptions::Kind::continuations;
    options.keys_per_call = 2;
    options.warm_up = 0ms;
    options.duration = 1min;
    std::size_t opened = 0;
    options.on_start = [&] { opened = hook.received().size(); };
    auto report = run_load(options);
    EXPECT_EQ(report.failures, 0u) << report.first_failure;
    EXPECT_EQ(opened, options.calls);
    EXPECT_EQ(report.requests, 2 * options.calls);
}

TEST(Load, PressesKeysOnCallsInProgress) {
    Hook hook(menu, origin);
    auto options = options_for(hook);
    options.kind = LoadOptions::Kind::continuations;
    options.digits = "42";
    auto report = run_load(options);
    EXPECT_EQ(report.failures, 0u) << report.first_failure;
    EXPECT_GT(report.requests, 0u);
    std::size_t opened = 0;
    for (const auto& webhook : hook.received()) {
        if (webhook.target == "/twilio/voice") {
            ++opened;
        } else {
            EXPECT_EQ(webhook.target, "/next?call=" + std::string(webhook.form.get("CallSid")) + "&step=1");
            EXPECT_EQ(webhook.form.get("Digits"), "42");
        }
    }
    EXPECT_EQ(opened, options.calls);
}

TEST(Load, KeepsToItsRate) {
    Hook hook(menu, origin);
    auto options = options_for(hook);
    options.rate = 500;
    options.duration = 200ms;
    auto report = run_load(options);
    EXPECT_EQ(report.failures, 0u) << report.first_failure;
    EXPECT_NEAR(static_cast<double>(report.requests), 100, 2);
}

TEST(Load, CountsEveryReplyThatIsNotAsExpected) {
    auto failure_of = [](Hook::Answer answer) {
        Hook hook(std::move(answer), origin);
        auto report = run_load(options_for(hook));
        EXPECT_GE(report.failures, report.requests);
        return report.first_failure;
    };
    EXPECT_NE(failure_of([](const Webhook&) { return net::text_response(503, "busy"); }).find("503"),
              std::string::npos);
    EXPECT_NE(failure_of([](const Webhook&) { return twiml("<Say>Hello.</Say>"); }).find("without the expected text"),
              std::string::npos);
    EXPECT_NE(failure_of([](const Webhook&) { return net::xml_response(200, "<Response>Press 1."); }).find("no TwiML"),
              std::string::npos);
    Hook hook(menu, "https://elsewhere.example");
    EXPECT_NE(run_load(options_for(hook)).first_failure.find("403"), std::string::npos);
}

TEST(Load, ReportsAServerThatIsNotThere) {
    LoadOptions options;
    options.port = 1;
    options.connections = 2;
    auto report = run_load(options);
    EXPECT_EQ(report.requests, 0u);
    EXPECT_GE(report.failures, 2u);
}

TEST(LatencyHistogram, FindsQuantilesToWithinTwoPercent) {
    LatencyHistogram histogram;
    for (int us = 1; us <= 10'000; ++us) histogram.add(std::chrono::microseconds(us));
    EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5).count()), 5000, 100);
    EXPECT_NEAR(static_cast<double>(histogram.quantile(0.99).count()), 9900, 200);
    EXPECT_EQ(histogram.max(), 10ms);
    EXPECT_EQ(LatencyHistogram().quantile(0.99).count(), 0);
}

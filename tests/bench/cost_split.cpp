#include "bench/benches.hpp"
#include "bench/server.hpp"
#include "net/http_server.hpp"
#include "net/workers.hpp"
#include "script/flow_run.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"
#include "sim/call_params.hpp"
#include "sim/signing.hpp"
#include "twilio/webhook.hpp"
#include "twiml/verbs.hpp"

#include <ctime>
#include <stdexcept>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;

constexpr int repeats = 5;

double cpu_us(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// CPU time of this thread for each run of `body`, several times over.
template <class Body>
Bar each(std::string name, int times, Body body) {
    Bar bar{"  " + std::move(name), "us", {}};
    for (int i = 0; i < repeats; ++i) {
        auto begin = cpu_us(CLOCK_THREAD_CPUTIME_ID);
        for (int n = 0; n < times; ++n) body();
        bar.samples.push_back((cpu_us(CLOCK_THREAD_CPUTIME_ID) - begin) / times);
    }
    return bar;
}

sim::Params first_webhook() {
    return sim::call_params({"CA00000000000000000000000000000001", "AC00000000000000000000000000000000", "+14155550142",
                             menu_number, "inbound"},
                            "ringing");
}

// An HTTP server whose handler does nothing: all CPU time of this process but this thread's is HTTP's.
Bar http() {
    core::Log log({.level = core::LogLevel::error});
    net::Workers workers({.count = 1, .on_start = [](std::size_t) { stay_on(measured_core()); }});
    Bar bar{"  HTTP", "us", {}};
    {
        auto answer = [](net::Request) -> boost::asio::awaitable<net::Response> {
            co_return net::xml_response(200, "<Response><Gather><Say>For plants, press 2.</Say></Gather></Response>");
        };
        net::HttpServer server(workers, {}, answer, log);
        for (int i = 0; i < 3; ++i) {
            sim::LoadOptions load;
            load.port = server.port();
            load.auth_token = core::Secret(auth_token);
            load.to = menu_number;
            load.warm_up = 0ms;
            load.duration = 500ms;
            double begin = 0;
            load.on_start = [&] { begin = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us(CLOCK_THREAD_CPUTIME_ID); };
            auto done = sim::run_load(load);
            auto used = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us(CLOCK_THREAD_CPUTIME_ID) - begin;
            bar.samples.push_back(used / static_cast<double>(std::max<std::uint64_t>(done.requests, 1)));
        }
        server.stop();
        server.wait_until_drained(1s);
    }
    workers.stop();
    workers.join();
    return bar;
}

Bar signature() {
    const auto params = first_webhook();
    const core::Secret token{auth_token};
    net::Request request;
    request.method = "POST";
    request.target = "/twilio/voice";
    request.headers = {{"Host", "hook.example"},
                       {"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"},
                       {"X-Twilio-Signature", sim::sign(token, std::string(public_url) + request.target, params)}};
    request.body = sim::encode(params);
    const twilio::WebhookReader reader({{token}, false, {{public_url}, {}}});
    const auto route = *twilio::find_route(request.target);
    if (!std::holds_alternative<twilio::Webhook>(reader.read(request, route)))
        throw std::runtime_error("the bench's own signature is not accepted");
    return each("signature, with the form", 5000, [&] { (void)reader.read(request, route); });
}

core::CallInfo menu_call() {
    core::CallInfo info;
    info.id = "CA00000000000000000000000000000001";
    info.from = "+14155550142";
    info.to = menu_number;
    info.provider = "twilio";
    return info;
}

script::FlowRun at_menu(const std::shared_ptr<const script::Flow>& flow, const core::CallInfo& info) {
    script::FlowRun run(flow, {});
    auto step = run.start("on_call", info);
    if (!std::holds_alternative<core::Ask>(step)) throw std::runtime_error("the bench's own flow does not run");
    return run;
}

// REQUIRES: on a thread that a Watchdog watches.
std::vector<Bar> lua(core::Ask& gather) {
    auto compiled = script::Flow::compile({"menu", {"menu/flow.lua", menu_flow}, {}}, {});
    auto flow = std::get<std::shared_ptr<const script::Flow>>(std::move(compiled));
    const auto info = menu_call();
    auto run = at_menu(flow, info);
    auto answer = core::Answer::of({{"digits", "1"}}, info.started);
    gather = std::get<core::Ask>(run.resume(answer));
    std::vector<Bar> bars;
    bars.push_back(each("Lua state: open, load, run to the first ask, close", 300, [&] { at_menu(flow, info); }));
    bars.push_back(each("flow: from one ask to the next", 1000, [&] { (void)run.resume(answer); }));
    return bars;
}

Bar twiml(const core::Ask& gather) {
    const core::Ask greeting{"say", {{"text", "Welcome to the garden centre."}}, ""};
    const twiml::Urls urls{"https://hook.example/twilio/call/CA00000000000000000000000000000001/1", {}};
    return each("TwiML", 5000, [&] {
        twiml::Document document;
        if (!twiml::append(document, greeting, urls) || !twiml::append(document, gather, urls))
            throw std::runtime_error("the bench's own gather is refused");
        (void)document.render();
    });
}

}  // namespace

void cost_split(Report& report) {
    report.note("Of which, each by itself:");
    report.add(http());
    report.add(signature());
    core::Ask gather;
    std::vector<Bar> bars;
    script::Watchdog watchdog;
    {
        script::WorkerThread worker([&] {
            script::Watchdog::Registration registration(watchdog);
            bars = lua(gather);
        });
    }
    for (const auto& bar : bars) report.add(bar);
    report.add(twiml(gather));
}

}  // namespace switchhook::bench

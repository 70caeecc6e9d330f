#include "bench/benches.hpp"
#include "bench/server.hpp"

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;
using Kind = sim::LoadOptions::Kind;

constexpr int repeats = 3;

struct Subject {
    Kind kind;
    const char* name;
    double bar;  // webhooks per second
};

// One repeat, on a server of its own: calls that earlier repeats left open would weigh on it.
struct Measured {
    double rate = 0;    // per second
    double cpu_us = 0;  // of the server, each
    double p99_ms = 0;
};

Measured measure(const script::FlowsFolder& flows, Kind kind, double rate, Report& report) {
    Server server(flows.root());
    auto warm = server.load(kind);
    warm.warm_up = 0ms;
    warm.duration = 200ms;
    warm.rate = rate;
    warm.seed = 2;
    sim::run_load(warm);

    auto load = server.load(kind);
    load.warm_up = 0ms;
    load.duration = 1500ms;
    load.rate = rate;
    std::chrono::duration<double> before{};
    load.on_start = [&] { before = server.process().cpu_time(); };
    auto done = sim::run_load(load);
    auto cpu = server.process().cpu_time() - before;
    if (done.failures > 0) report.fail(std::to_string(done.failures) + " webhooks, the first: " + done.first_failure);
    auto requests = static_cast<double>(std::max<std::uint64_t>(done.requests, 1));
    return {done.rate(), cpu.count() * 1e6 / requests, static_cast<double>(done.latency.quantile(0.99).count()) / 1000};
}

void bench(const script::FlowsFolder& flows, const Subject& subject, Report& report) {
    const std::string name = subject.name;
    Bar rate{name, "1/s", {}, Want::at_least, subject.bar};
    Bar cpu{name + ": CPU time of the server", "us", {}};
    Bar p99{name + ": p99 at half of the bar's rate", "ms", {}, Want::at_most, 2};
    for (int i = 0; i < repeats; ++i) {
        auto closed = measure(flows, subject.kind, 0, report);
        rate.samples.push_back(closed.rate);
        cpu.samples.push_back(closed.cpu_us);
        p99.samples.push_back(measure(flows, subject.kind, subject.bar / 2, report).p99_ms);
    }
    report.add(rate);
    report.add(cpu);
    report.add(p99);
}

}  // namespace

void webhooks(Report& report) {
    script::FlowsFolder flows;
    write_menu(flows);
    bench(flows, {Kind::new_calls, "new calls", 4'000}, report);
    bench(flows, {Kind::continuations, "continuations", 15'000}, report);
    cost_split(report);
}

}  // namespace switchhook::bench

#include "bench/benches.hpp"
#include "bench/server.hpp"

#include <string>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;
using Kind = sim::LoadOptions::Kind;

constexpr int repeats = 5;

struct Subject {
    Kind kind;
    const char* name;
    double bar;  // webhooks per second, where nothing is kept on disk
};

// What keeping every answer on disk may cost.
constexpr double most_throughput = 30;  // per cent of what the same server does in memory
constexpr double most_latency = 5;      // ms at p99

struct Measured {
    double rate = 0;    // per second
    double cpu_us = 0;  // of the server, each
    double p99_ms = 0;
};

// One repeat, on a server of its own: calls that earlier repeats left open would weigh on it.
Measured measure(const script::FlowsFolder& flows, const std::string& store, Kind kind, double rate, Report& report) {
    Server server(flows.root(), {}, {"--store", store});
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

// What one store gave, in several repeats.
struct Bars {
    explicit Bars(const std::string& name)
        : rate{name, "1/s", {}},
          cpu{name + ": CPU time of the server", "us", {}},
          p99{name + ": p99 at half of the bar's rate", "ms", {}} {}

    Bar rate, cpu, p99;

    void add(const Measured& as_fast_as_can, const Measured& at_half) {
        rate.samples.push_back(as_fast_as_can.rate);
        cpu.samples.push_back(as_fast_as_can.cpu_us);
        p99.samples.push_back(at_half.p99_ms);
    }
    void add_to(Report& report) const {
        for (const auto* bar : {&rate, &cpu, &p99}) report.add(*bar);
    }
};

// Both stores take turns, so that what else the machine does weighs on both.
void bench(const script::FlowsFolder& flows, const Subject& subject, Report& report) {
    const std::string name = subject.name;
    Bars memory(name), sqlite(name + ", in SQLite");
    memory.rate.want = Want::at_least;
    memory.rate.bar = subject.bar;
    memory.p99.want = Want::at_most;
    memory.p99.bar = 2;
    Bar cost{name + ", in SQLite: throughput that it costs", "%", {}, Want::at_most, most_throughput};
    Bar added{name + ", in SQLite: p99 that it adds", "ms", {}, Want::at_most, most_latency};
    for (int i = 0; i < repeats; ++i) {
        const auto fast = measure(flows, "memory", subject.kind, 0, report);
        const auto fast_kept = measure(flows, "sqlite", subject.kind, 0, report);
        const auto half = measure(flows, "memory", subject.kind, subject.bar / 2, report);
        const auto half_kept = measure(flows, "sqlite", subject.kind, subject.bar / 2, report);
        memory.add(fast, half);
        sqlite.add(fast_kept, half_kept);
        cost.samples.push_back(100 * (1 - fast_kept.rate / fast.rate));
        added.samples.push_back(half_kept.p99_ms - half.p99_ms);
    }
    memory.add_to(report);
    sqlite.add_to(report);
    report.add(cost);
    report.add(added);
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

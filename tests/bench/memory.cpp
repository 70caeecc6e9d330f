#include "bench/benches.hpp"
#include "bench/server.hpp"

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;

constexpr int repeats = 3;
constexpr std::size_t calls = 20'000;

}  // namespace

void memory(Report& report) {
    script::FlowsFolder flows;
    write_menu(flows);
    Bar each{"a suspended call, all in", "KiB", {}, Want::at_most, 80};
    Bar answered{"suspended calls that answer a key", "calls", {}, Want::at_least, calls, true};
    for (int i = 0; i < repeats; ++i) {
        Server server(flows.root());
        auto load = server.load(sim::LoadOptions::Kind::continuations);
        load.calls = calls;
        load.keys_per_call = 1;
        load.warm_up = 0ms;
        load.duration = 10s;
        const auto before = static_cast<double>(server.process().resident_bytes());
        load.on_start = [&] {
            auto grown = static_cast<double>(server.process().resident_bytes()) - before;
            each.samples.push_back(grown / 1024 / static_cast<double>(calls));
        };
        auto done = sim::run_load(load);
        if (done.failures > 0)
            report.fail(std::to_string(done.failures) + " webhooks, the first: " + done.first_failure);
        answered.samples.push_back(static_cast<double>(done.requests));
    }
    report.add(each);
    report.add(answered);
}

}  // namespace switchhook::bench

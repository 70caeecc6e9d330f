#include "bench/benches.hpp"
#include "bench/carrier_line.hpp"
#include "bench/server.hpp"
#include "core/temporary_folder.hpp"
#include "session/five_minutes.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace switchhook::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int repeats = 3;
constexpr int live_calls = 10'000;
constexpr int long_calls = 200;
constexpr int steps = 50;
constexpr int kept_calls = 20;

struct Call {
    std::string sid;
    std::string document;  // the last
};

std::string sid_of(int n) {
    auto digits = std::to_string(n);
    return "CA" + std::string(32 - digits.size(), '0') + digits;
}

// Each call takes its next step. False where one hears something else than the menu.
bool press_all(CarrierLine& line, std::vector<Call>& calls) {
    bool all = true;
    for (auto& call : calls) {
        call.document = line.press(call.sid, menu_number, call.document);
        all = all && call.document.find("For plants, press 2.") != std::string::npos;
    }
    return all;
}

// What a call leaves in the store: its record, its answers, and what was said.
Bar journal_of_five_minutes() {
    Bar journal{"what a conversation of 5 minutes with 6 tools leaves in SQLite", "KiB", {}, Want::at_most, 64};
    for (int i = 0; i < repeats; ++i) {
        core::TemporaryFolder folder("switchhook-bench");
        script::on_worker(
            [&] { journal.samples.push_back(session::FiveMinutes(folder.path()).bytes_of_each(kept_calls) / 1024); });
    }
    return journal;
}

double milliseconds(std::chrono::duration<double> time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

void recovery(Report& report) {
    script::FlowsFolder flows;
    write_menu(flows);
    Bar ready{"restart with 10,000 live calls, until it serves", "ms", {}, Want::at_most, 2'000, true};
    Bar rebuilt{"a call of 50 steps, rebuilt: CPU beyond a usual step", "ms", {}, Want::at_most, 1};
    for (int i = 0; i < repeats; ++i) {
        script::FlowsFolder data;
        std::vector<Call> calls;
        {
            Server killed(flows.root(), {}, {}, data.root());
            CarrierLine line(killed.port());
            for (int n = 0; n < live_calls; ++n) {
                auto document = line.begin(sid_of(n), menu_number);
                if (n < long_calls) calls.push_back({sid_of(n), std::move(document)});
            }
            for (int step = 0; step < steps; ++step)
                if (!press_all(line, calls)) report.fail("a call does not hear the menu");
        }
        const auto began = Clock::now();
        Server server(flows.root(), {}, {}, data.root());
        ready.samples.push_back(milliseconds(Clock::now() - began));
        CarrierLine line(server.port());
        const auto before = server.process().cpu_time();
        if (!press_all(line, calls)) report.fail("a call does not go on after the restart");
        const auto with_rebuilding = server.process().cpu_time();
        if (!press_all(line, calls)) report.fail("a call that was rebuilt does not go on");
        const auto usual = server.process().cpu_time() - with_rebuilding;
        rebuilt.samples.push_back(milliseconds(with_rebuilding - before - usual) / long_calls);
    }
    report.add(ready);
    report.add(rebuilt);
    report.add(journal_of_five_minutes());
}

}  // namespace switchhook::bench

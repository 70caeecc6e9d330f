#include "bench/benches.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

using namespace switchhook::bench;

namespace {

struct Bench {
    std::string_view name;
    std::string_view what;
    void (*run)(Report&);
};

constexpr std::array benches{
    Bench{"webhooks", "Signed webhooks per second on one core, their latency, and what they cost", webhooks},
    Bench{"memory", "Memory of 20,000 suspended calls", memory},
    Bench{"recovery",
          "Restart with 10,000 live calls, a call of 50 steps that is rebuilt, and what a conversation leaves",
          recovery},
    Bench{"reload", "From a save to the first call that hears it; 1,000 reloads under load", reload},
    Bench{"audio", "The resampler beside the sox program: SNR, ripple, aliases, latency, CPU", audio_quality},
    Bench{"bridge", "Callers talking with a model: CPU, latency, losses, memory, barge-in, beside a bare relay",
          bridge},
    Bench{"tests", "Mock calls per second of `switchhook test`", tests},
    Bench{"explore", "Paths per second of `switchhook explore`", explore},
    Bench{"check", "`switchhook check` on 1,000 flows", check},
};

int usage(std::ostream& out, int code) {
    out << "usage: switchhook_bench [--json] [NAME...]\n\nMeasures, in a table or one line of JSON a bar; exit code 1 "
           "if a bar is missed. Without a name, all:\n";
    for (const auto& bench : benches) out << "  " << bench.name << "\t" << bench.what << '\n';
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    std::vector<std::string_view> names;
    for (std::string_view argument : std::vector<std::string_view>(argv + 1, argv + argc)) {
        if (argument == "--help" || argument == "-h") return usage(std::cout, 0);
        const bool known = std::any_of(benches.begin(), benches.end(), [&](auto& b) { return b.name == argument; });
        if (argument == "--json")
            json = true;
        else if (known)
            names.push_back(argument);
        else
            return usage(std::cerr, 2);
    }
    Report report(json);
    report.print_machine();
    for (const auto& bench : benches) {
        if (!names.empty() && std::find(names.begin(), names.end(), bench.name) == names.end()) continue;
        try {
            bench.run(report);
        } catch (const std::exception& error) {
            report.fail(std::string(bench.name) + ": " + error.what());
        }
    }
    return report.passed() ? 0 : 1;
}

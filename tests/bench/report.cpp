#include "bench/report.hpp"

#include "core/json.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sys/utsname.h>
#include <thread>

namespace switchhook::bench {
namespace {

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown CPU";
}

// As many digits as say something: 12345, 12.3, 0.123.
std::string number(double value) {
    return fmt::format("{:.{}f}", value, std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2);
}

}  // namespace

double Bar::value() const {
    auto sorted = samples;
    if (sorted.empty()) return 0;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
}

double Bar::min() const {
    return samples.empty() ? 0 : *std::min_element(samples.begin(), samples.end());
}

double Bar::max() const {
    return samples.empty() ? 0 : *std::max_element(samples.begin(), samples.end());
}

bool Bar::passes() const {
    if (want == Want::nothing) return true;
    if (samples.empty()) return false;
    if (want == Want::at_least) return (every_sample ? min() : value()) >= bar;
    return (every_sample ? max() : value()) <= bar;
}

void Report::print_machine() const {
    utsname system{};
    ::uname(&system);
    double load[3] = {};
    ::getloadavg(load, 3);
    auto& out = json_ ? std::cerr : std::cout;
    out << fmt::format("{}, {} cores, {} {}, load average before {:.2f} {:.2f} {:.2f}\n", cpu_model(),
                       std::thread::hardware_concurrency(), system.sysname, system.release, load[0], load[1], load[2]);
    if (json_) return;
    out << fmt::format("{:<52}{:>10}  {:<8}{:>10}  {:<6}{:>10}{:>10}\n", "name", "value", "unit", "bar", "pass", "min",
                       "max")
        << std::flush;
}

void Report::add(const Bar& bar) {
    passed_ = passed_ && bar.passes();
    const bool has_bar = bar.want != Want::nothing;
    if (json_) {
        core::Json line = {{"name", bar.name}, {"value", bar.value()}, {"unit", bar.unit}, {"bar", nullptr},
                           {"pass", nullptr},  {"min", bar.min()},     {"max", bar.max()}};
        if (has_bar) line.update({{"bar", bar.bar}, {"pass", bar.passes()}});
        std::cout << line.dump() << '\n' << std::flush;
        return;
    }
    auto wanted = has_bar ? (bar.want == Want::at_least ? ">= " : "<= ") + number(bar.bar) : "";
    std::cout << fmt::format("{:<52}{:>10}  {:<8}{:>10}  {:<6}{:>10}{:>10}\n", bar.name, number(bar.value()), bar.unit,
                             wanted,
                             !has_bar       ? ""
                             : bar.passes() ? "yes"
                                            : "NO",
                             number(bar.min()), number(bar.max()))
              << std::flush;
}

void Report::fail(const std::string& what) {
    passed_ = false;
    std::cerr << "FAILED: " << what << '\n' << std::flush;
}

void Report::note(const std::string& text) const {
    if (!json_) std::cout << "  " << text << '\n' << std::flush;
}

}  // namespace switchhook::bench

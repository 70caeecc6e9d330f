#include "bench/benches.hpp"
#include "script/bundle_reader.hpp"
#include "script/explorer.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <stdexcept>

namespace switchhook::bench {
namespace {

constexpr int repeats = 3;

struct Walks {
    std::size_t paths = 0;
    std::size_t places = 0;
    std::chrono::duration<double> took{};
};

// Every flow of a folder, as `switchhook explore` walks through it.
Walks walk_through(const std::filesystem::path& folder) {
    Walks walks;
    script::BundleReader reader(folder, script::Limits{}.source_bytes);
    for (const auto& business : reader.businesses()) {
        auto made = script::Flow::compile(reader.read(business).bundle, script::Limits{});
        auto* flow = std::get_if<std::shared_ptr<const script::Flow>>(&made);
        if (flow == nullptr) throw std::runtime_error(business + " does not load");
        const auto began = std::chrono::steady_clock::now();
        auto explored = script::explore(**flow, {.max_paths = 3'000});
        walks.took += std::chrono::steady_clock::now() - began;
        walks.paths += explored.paths;
        walks.places += explored.graph.places.size();
    }
    return walks;
}

void bench(const std::string& name, Report& report) {
    Bar rate{"paths of " + name, "1/s", {}, Want::at_least, 1'000};
    Walks walks;
    for (int i = 0; i < repeats; ++i) {
        walks = walk_through(std::filesystem::path(SOURCE_DIR) / name);
        rate.samples.push_back(static_cast<double>(walks.paths) / walks.took.count());
    }
    report.add(rate);
    report.note(std::to_string(walks.paths) + " paths to " + std::to_string(walks.places) + " places");
}

}  // namespace

void explore(Report& report) {
    script::Watchdog watchdog;
    std::exception_ptr failed;
    auto run = [&] {
        script::Watchdog::Registration registration(watchdog);
        try {
            bench("flows", report);
            bench("examples", report);
        } catch (...) {
            failed = std::current_exception();
        }
    };
    { script::WorkerThread thread(run); }
    if (failed) std::rethrow_exception(failed);
}

}  // namespace switchhook::bench

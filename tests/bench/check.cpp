#include "bench/benches.hpp"
#include "bench/child.hpp"
#include "script/flows_folder.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace switchhook::bench {
namespace {

namespace fs = std::filesystem;

constexpr int flows = 1'000;
constexpr int repeats = 3;

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The repository's flows again and again, each under a name and a number of its own. Without their tests, which
// `switchhook test` is measured by.
void write_flows(const script::FlowsFolder& folder) {
    constexpr const char* of_repository[] = {"avnz", "concya", "connectflo", "lakeside_sms", "lexi"};
    std::string numbers = "return {\n";
    for (int i = 0; i < flows; ++i) {
        const std::string source = of_repository[i % std::size(of_repository)];
        const auto name = source + "_" + std::to_string(i);
        for (const auto& file : fs::directory_iterator(fs::path(SOURCE_DIR) / "flows" / source)) {
            auto file_name = file.path().filename().string();
            if (!file_name.ends_with(".lua") || file_name.ends_with("_test.lua")) continue;
            auto text = text_of(file.path());
            // What it evaluates is the flow beside it.
            const auto own = "evaluation.flow(\"" + source + '"';
            if (auto at = text.find(own); at != std::string::npos)
                text.replace(at, own.size(), "evaluation.flow(\"" + name + '"');
            folder.write(name + "/" + file_name, text);
        }
        numbers += "  [\"+1555" + std::to_string(1'000'000 + i) + "\"] = \"" + name + "\",\n";
    }
    folder.write("numbers.lua", numbers + "}\n");
}

}  // namespace

void check(Report& report) {
    script::FlowsFolder folder;
    write_flows(folder);
    Bar seconds{"check of 1,000 flows", "s", {}, Want::at_most, 5};
    Bar cpu{"check of 1,000 flows: CPU time", "s", {}};
    for (int i = 0; i < repeats; ++i) {
        auto begin = std::chrono::steady_clock::now();
        Child run(engine_binary(), {"check", "--flows", folder.root().string()}, {}, folder / "report");
        int code = run.wait();
        seconds.samples.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        cpu.samples.push_back(run.cpu_time().count());
        if (code != 0) throw std::runtime_error("check fails:\n" + text_of(folder / "report").substr(0, 2'000));
    }
    report.add(seconds);
    report.add(cpu);
}

}  // namespace switchhook::bench

#include "bench/benches.hpp"
#include "bench/child.hpp"
#include "script/flows_folder.hpp"

#include <charconv>
#include <sstream>
#include <stdexcept>

namespace switchhook::bench {
namespace {

constexpr int repeats = 3;
constexpr int generated = 4'000;

// Many businesses' worth of tests for one flow: a menu, a transfer, a caller who says nothing.
constexpr const char* menu_test = R"(
local it = test.flow("menu")

for i = 1, %d do
  it("takes key 1, time " .. i, function(caller)
    caller:hears("Welcome to the garden centre.")
    caller:presses("1")
    caller:hears("We are open until six.")
    caller:is_hung_up()
  end)
end
)";

constexpr const char* menu = R"(
return {
  on_call = function(call)
    call:say("Welcome to the garden centre.")
    local answer = call:gather { say = "For our hours, press 1.", digits = 1, speech = true }
    if answer and answer.digits == "1" then call:say("We are open until six.") end
  end,
}
)";

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The number of tests that a TAP report begins with.
int planned(const std::string& tap) {
    auto at = tap.find("1..");
    int count = 0;
    if (at != std::string::npos) std::from_chars(tap.data() + at + 3, tap.data() + tap.size(), count);
    return count;
}

// `rounds`: runs added up for one sample, where one is too short to be measured.
void bench(const std::filesystem::path& flows, Bar rate, int rounds, Report& report) {
    script::FlowsFolder scratch;
    const auto name = rate.name;
    Bar cpu{name + ": CPU time", "us", {}};
    for (int i = 0; i < repeats; ++i) {
        double calls = 0, seconds = 0, cpu_seconds = 0;
        for (int n = 0; n < rounds; ++n) {
            auto begin = std::chrono::steady_clock::now();
            Child run(engine_binary(), {"test", "--flows", flows.string(), "--format", "tap"}, {}, scratch / "report");
            int code = run.wait();
            seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            cpu_seconds += run.cpu_time().count();
            auto tap = text_of(scratch / "report");
            if (code != 0) throw std::runtime_error(name + " fails:\n" + tap.substr(0, 2'000));
            calls += planned(tap);
        }
        rate.samples.push_back(calls / seconds);
        cpu.samples.push_back(cpu_seconds * 1e6 / calls);
    }
    report.add(rate);
    report.add(cpu);
}

}  // namespace

void tests(Report& report) {
    script::FlowsFolder folder;
    std::string text = menu_test;
    text.replace(text.find("%d"), 2, std::to_string(generated));
    folder.write("numbers.lua", "return { [\"+15550100\"] = \"menu\" }\n");
    folder.write("menu/flow.lua", menu);
    folder.write("menu/flow_test.lua", text);
    bench(folder.root(), {"mock calls", "1/s", {}, Want::at_least, 2'000}, 1, report);
    // Not measured by the bar: most of them hold several calls or texts, and whole conversations with tools.
    bench(std::filesystem::path(SOURCE_DIR) / "flows", {"tests of flows/", "1/s", {}}, 5, report);
}

}  // namespace switchhook::bench

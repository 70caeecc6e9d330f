#include "bench/benches.hpp"
#include "bench/carrier_line.hpp"
#include "bench/server.hpp"
#include "sim/latency.hpp"
#include "sim/sids.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// A flow in flows/, and words of its greeting after which a version's own can be put without failing its tests.
struct Greeting {
    const char* flow;
    const char* number;
    const char* words;
};

constexpr Greeting greetings[] = {
    {"concya", "+15550100", "Welcome to Concya!"},
    {"avnz", "+15550110", "Welcome. Please say the name of the company you are calling"},
    {"lakeside_sms", "+15550120", "Lakeside Bakery. "},
};

constexpr int saves = 25;

// From the write to the first new call that hears it, one save after the other.
void save_to_live(const script::FlowsFolder& flows, const Greeting& greeting, CarrierLine& line, sim::Sids& sids,
                  Report& report) {
    const auto file = std::string(greeting.flow) + "/flow.lua";
    const auto text = text_of(flows / file);
    const std::string words = greeting.words;
    if (text.find(words) == std::string::npos) throw std::runtime_error(file + " no longer says: " + words);
    Bar bar{"save to live, " + std::string(greeting.flow), "ms", {}, Want::at_most, 200, true};
    for (int i = 1; i <= saves; ++i) {
        const auto said = words + " Version " + std::to_string(i) + ".";
        auto changed = text;
        changed.replace(changed.find(words), words.size(), said);
        const auto saved = Clock::now();
        flows.write(file, changed);
        for (bool heard = false; !heard;) {
            const auto call = sids.make("CA");
            heard = line.begin(call, greeting.number).find(said) != std::string::npos;
            if (heard) bar.samples.push_back(ms_since(saved));
            line.end(call, greeting.number);
            if (!heard && ms_since(saved) > 2'000) throw std::runtime_error(file + " did not go live within 2 s");
            std::this_thread::sleep_for(1ms);
        }
    }
    report.add(bar);
}

constexpr int reloads = 1'000;
constexpr auto longest = 95s;
constexpr int lines = 4;
constexpr auto webhook_every = 4ms;  // on each line: 1,000 webhooks a second

// Versions differ by their own name, which every document says.
std::string versioned_flow(int version) {
    return R"(
local me = "Version )" +
           std::to_string(version) + R"(.";
return { on_call = function(call)
  for _ = 1, 3 do call:gather { say = me .. " For our hours, press 1.", digits = 1, speech = true } end
  call:say(me)
end }
)";
}

constexpr const char* versioned_test = R"(
local it = test.flow("menu")
it("asks for a key", function(caller)
  caller:hears("press 1")
  caller:presses("1")
  caller:hears("press 1")
end)
)";

// The name that a document says; empty where it says none, or several.
std::string version_in(const std::string& document) {
    auto at = document.find("Version ");
    if (at == std::string::npos || document.find("Version ", at + 1) != std::string::npos) return {};
    return document.substr(at, document.find('.', at) - at);
}

// Callers who come and go at an even rate while the flow changes under them.
class Callers {
public:
    explicit Callers(std::uint16_t port) {
        for (int i = 0; i < lines; ++i) threads_.emplace_back([this, port, i] { call_again_and_again(port, i); });
    }
    ~Callers() { stop(); }

    void stop() {
        stopping_ = true;
        threads_.clear();
    }

    std::string latest_version() {
        std::lock_guard lock(mutex_);
        return latest_;
    }

    // REQUIRES: stopped.
    sim::LatencyHistogram latency;
    std::uint64_t webhooks = 0, calls = 0, failures = 0, mixed = 0;
    std::string first_failure;

private:
    void call_again_and_again(std::uint16_t port, int index) {
        sim::Sids sids(100 + static_cast<std::uint64_t>(index));
        auto due = Clock::now();
        std::optional<CarrierLine> line;
        while (!stopping_) {
            try {
                if (!line) line.emplace(port);
                one_call(*line, sids.make("CA"), due);
            } catch (const std::exception& error) {
                line.reset();
                std::lock_guard lock(mutex_);
                if (failures++ == 0) first_failure = error.what();
                due = Clock::now() + 100ms;
            }
        }
    }

    void one_call(CarrierLine& line, const std::string& sid, Clock::time_point& due) {
        auto document = timed(due, [&] { return line.begin(sid, menu_number); });
        const auto version = version_in(document);
        {
            std::lock_guard lock(mutex_);
            latest_ = version;
            ++calls;
            if (version.empty()) throw std::runtime_error("a document says no version: " + document);
        }
        for (int key = 0; key < 2; ++key) {
            document = timed(due, [&] { return line.press(sid, menu_number, document); });
            std::lock_guard lock(mutex_);
            if (version_in(document) != version) ++mixed;
        }
        timed(due, [&] {
            line.end(sid, menu_number);
            return std::string();
        });
    }

    // Counted from the time it was due, so a stalled server is not flattered.
    template <class Webhook>
    std::string timed(Clock::time_point& due, Webhook webhook) {
        due += webhook_every;
        std::this_thread::sleep_until(due);
        auto document = webhook();
        std::lock_guard lock(mutex_);
        latency.add(Clock::now() - due);
        ++webhooks;
        return document;
    }

    std::mutex mutex_;
    std::string latest_;
    std::atomic<bool> stopping_{false};
    std::vector<std::jthread> threads_;
};

// What a webhook may take beside reloads. On the disk, a webhook may take 5 ms more at p99, reloads or not: the bar of
// `./dev bench webhooks`.
constexpr double most_ms = 2;
constexpr double most_ms_on_disk = most_ms + 5;

void under_load(const std::string& store, double most, Report& report) {
    script::FlowsFolder flows;
    write_menu(flows);
    flows.write("menu/flow.lua", versioned_flow(0));
    flows.write("menu/flow_test.lua", versioned_test);
    Server server(flows.root(), {}, {"--store", store});
    Callers callers(server.port());
    const auto begin = Clock::now();
    int live = 0;
    for (bool in_time = true; in_time && live < reloads;) {
        const auto next = live + 1;
        flows.replace("menu/flow.lua", versioned_flow(next));
        const auto wanted = "Version " + std::to_string(next);
        while (callers.latest_version() != wanted && (in_time = Clock::now() - begin < longest))
            std::this_thread::sleep_for(1ms);
        if (in_time) ++live;
    }
    callers.stop();
    if (callers.failures > 0) report.note("the first failure: " + callers.first_failure);
    auto one = [](auto value) { return std::vector<double>{static_cast<double>(value)}; };
    report.add({"reloads under load, " + store, "reloads", one(live), Want::at_least, reloads});
    report.add({"  webhooks meanwhile", "webhooks", one(callers.webhooks)});
    report.add({"  webhooks that failed", "webhooks", one(callers.failures), Want::at_most, 0});
    report.add({"  calls that heard two versions", "calls", one(callers.mixed), Want::at_most, 0});
    report.add({"  webhooks' p99", "ms", one(static_cast<double>(callers.latency.quantile(0.99).count()) / 1000),
                Want::at_most, most});
}

}  // namespace

void reload(Report& report) {
    {
        script::FlowsFolder flows;
        std::filesystem::copy(std::filesystem::path(SOURCE_DIR) / "flows", flows.root(),
                              std::filesystem::copy_options::recursive);
        Server server(flows.root());
        CarrierLine line(server.port());
        sim::Sids sids(7);
        for (const auto& greeting : greetings) save_to_live(flows, greeting, line, sids, report);
    }
    under_load("memory", most_ms, report);
    under_load("sqlite", most_ms_on_disk, report);
}

}  // namespace switchhook::bench

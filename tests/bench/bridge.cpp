#include "bench/benches.hpp"
#include "bench/media_load.hpp"
#include "bench/relay.hpp"
#include "bench/server.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <tuple>

namespace switchhook::bench {
namespace {

using namespace std::chrono_literals;

constexpr int repeats = 3;
constexpr std::size_t most_wanted = 250;  // calls that one core is to convert

// The last word of the instructions tells the model whose conversation it is.
void write_conversation(const script::FlowsFolder& folder, const char* audio) {
    folder.write("numbers.lua", std::string("return { [\"") + menu_number + "\"] = \"talk\" }\n");
    folder.write("talk/flow.lua", fmt::format(R"(
return {{
  fallback = {{ say = "One moment please." }},
  on_call = function(call)
    call:converse {{ instructions = "You are a receptionist. " .. call.sid, audio = "{}", silence = false }}
  end,
}}
)",
                                              audio));
}

// The engine, with its model at this port.
Server serve(const script::FlowsFolder& flows, std::uint16_t model, const Tls* tls = nullptr) {
    const auto url = fmt::format("{}://127.0.0.1:{}/v1/realtime", tls != nullptr ? "wss" : "ws", model);
    std::vector<std::pair<std::string, std::string>> environment{{"OPENAI_API_KEY", "test"},
                                                                 {"OPENAI_REALTIME_URL", url}};
    if (tls == nullptr) return Server(flows.root(), std::move(environment));
    environment.emplace_back("SSL_CERT_FILE", tls->certificate_file());
    return Server(flows.root(), std::move(environment),
                  {"--tls-certificate", tls->certificate_file(), "--tls-key", tls->key_file()});
}

// What one second of one call costs, and what became of its frames.
struct Measured {
    double cpu_ms = 0;      // of the process
    double load_share = 0;  // of its own core that the load itself took: near 1, latencies are the load's
    // The share of the time that each stood in line for its core: what else runs on the machine adds to latencies.
    double waited = 0;
    double load_waited = 0;
    double memory_kib = 0;
    MediaResults results;
};

std::chrono::duration<double, std::milli> own_cpu_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

template <class Run>
Measured measure(std::size_t calls, Child& process, Run&& run) {
    Measured measured;
    std::chrono::duration<double, std::milli> cpu{}, own{}, waited{}, load_waited{};
    double memory_before = 0;
    MediaLoad::Run options{.calls = calls};
    options.on_first = [&] { memory_before = static_cast<double>(process.resident_bytes()); };
    options.on_start = [&] {
        cpu = process.cpu_time(), own = own_cpu_time();
        waited = process.waited_for_core(), load_waited = own_wait_for_core();
    };
    options.on_end = [&] {
        cpu = process.cpu_time() - cpu, own = own_cpu_time() - own;
        waited = process.waited_for_core() - waited, load_waited = own_wait_for_core() - load_waited;
        measured.memory_kib = (static_cast<double>(process.resident_bytes()) - memory_before) / 1024;
    };
    measured.results = run(options);
    const auto call_seconds = static_cast<double>(calls) * std::chrono::duration<double>(options.duration).count();
    measured.cpu_ms = cpu.count() / call_seconds;
    measured.load_share = own / options.duration;
    measured.waited = waited / options.duration;
    measured.load_waited = load_waited / options.duration;
    measured.memory_kib /= static_cast<double>(calls - 1);
    return measured;
}

Measured measure_floor(std::size_t calls) {
    const ModelHabits habits{.floor = true};
    MediaLoad load(habits);
    Relay relay(load.model_port());
    return measure(calls, relay.process(), [&](auto& run) { return load.through_relay(relay.port(), run); });
}

Measured measure_engine(std::size_t calls, const char* audio, bool with_tls = false) {
    script::FlowsFolder flows;
    write_conversation(flows, audio);
    const ModelHabits habits{.converted = std::string_view(audio) == "pcm_24k"};
    std::optional<Tls> tls;
    if (with_tls) tls.emplace(flows / "chain.pem", flows / "key.pem");
    MediaLoad load(habits, tls ? &*tls : nullptr);
    auto server = serve(flows, load.model_port(), tls ? &*tls : nullptr);
    return measure(calls, server.process(), [&](auto& run) { return load.through_engine(server.port(), run); });
}

double milliseconds(std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

// Bars that several repeats add to.
class Samples {
public:
    void add(const Bar& sample) {
        const auto known = std::find_if(bars_.begin(), bars_.end(), [&](auto& bar) { return bar.name == sample.name; });
        if (known == bars_.end())
            bars_.push_back(sample);
        else
            known->samples.push_back(sample.samples.front());
    }
    void report_to(Report& report) const {
        for (const auto& bar : bars_) report.add(bar);
    }

private:
    std::vector<Bar> bars_;
};

// `latency_bar` is in ms; 0 for none.
void add_frames(Samples& samples, const std::string& name, const Measured& measured, double latency_bar) {
    const auto& results = measured.results;
    for (const auto& [direction, carried] :
         {std::pair("to the model", &results.to_model), std::pair("to the caller", &results.to_caller)}) {
        const auto prefix = fmt::format("{}: {}", name, direction);
        samples.add({prefix + ", p50", "ms", {milliseconds(carried->latency.quantile(0.5))}});
        Bar p99{prefix + ", p99", "ms", {milliseconds(carried->latency.quantile(0.99))}};
        if (latency_bar > 0) p99.want = Want::at_most, p99.bar = latency_bar;
        samples.add(p99);
        samples.add({prefix + ", max", "ms", {milliseconds(carried->latency.max())}});
        const auto wrong = static_cast<double>(carried->lost + carried->out_of_order + carried->inserted);
        samples.add({prefix + ", frames lost or wrong", "", {wrong}, Want::at_most, 0, true});
    }
    samples.add({name + ": the load's share of its own core", "", {measured.load_share}});
    samples.add({name + ": waited for its core", "%", {100 * measured.waited}});
    samples.add({name + ": the load waited for its own core", "%", {100 * measured.load_waited}});
}

void add_engine(Samples& samples, const std::string& name, const Measured& engine, double latency_bar) {
    add_frames(samples, name, engine, latency_bar);
    samples.add({name + ": memory of a call", "KiB", {engine.memory_kib}, Want::at_most, 150});
}

void fail_on_unexpected(Report& report, const std::string& name, const MediaResults& results) {
    for (const auto& [what, times] : results.unexpected)
        report.fail(fmt::format("{}: {}, {} times", name, what, times));
}

// The engine is held against the floor where it passes voices through; where it converts them, against a number of
// calls.
void add_calls(Report& report, std::size_t calls) {
    const auto name = [&](const char* what) { return fmt::format("{} calls, {}", calls, what); };
    const auto floor_name = name("floor"), through_name = name("mulaw"), converted_name = name("24 kHz"),
               encrypted_name = name("mulaw, TLS");
    Samples samples;
    for (int i = 0; i < repeats; ++i) {
        const auto floor = measure_floor(calls);
        const auto through = measure_engine(calls, "mulaw");
        const auto converted = measure_engine(calls, "pcm_24k");
        const auto encrypted = measure_engine(calls, "mulaw", true);
        const std::string cpu = ": CPU time of a call's second";
        samples.add({floor_name + cpu, "ms", {floor.cpu_ms}});
        samples.add({through_name + cpu, "ms", {through.cpu_ms}});
        samples.add({through_name + ": times the floor", "x", {through.cpu_ms / floor.cpu_ms}, Want::at_most, 1.5});
        samples.add({converted_name + cpu, "ms", {converted.cpu_ms}});
        // Not of 100: a core with little to do wakes up for every frame, and its cost says nothing of a full one's.
        if (calls >= most_wanted)
            samples.add({converted_name + ": calls that a core carries",
                         "",
                         {1000 / converted.cpu_ms},
                         Want::at_least,
                         double{most_wanted}});
        add_frames(samples, floor_name, floor, 0);
        add_engine(samples, through_name, through, calls == 300 ? 5 : 0);
        add_engine(samples, converted_name, converted, 0);
        fail_on_unexpected(report, floor_name, floor.results);
        fail_on_unexpected(report, through_name, through.results);
        fail_on_unexpected(report, converted_name, converted.results);
        samples.add({encrypted_name + cpu, "ms", {encrypted.cpu_ms}});
        add_engine(samples, encrypted_name, encrypted, calls == 300 ? 5 : 0);
        fail_on_unexpected(report, encrypted_name, encrypted.results);
    }
    samples.report_to(report);
}

void add_barge_in(Report& report) {
    constexpr std::size_t calls = 100;
    script::FlowsFolder flows;
    write_conversation(flows, "mulaw");
    const ModelHabits habits{.interrupted = true};
    MediaLoad load(habits);
    auto server = serve(flows, load.model_port());
    const auto results = load.through_engine(server.port(), {.calls = calls, .duration = 15s});
    const auto& [clear, error] = std::tie(results.barge_in, results.truncation_error);
    report.add({"barge-in: speech_started to clear, p50", "ms", {milliseconds(clear.quantile(0.5))}});
    report.add(
        {"barge-in: speech_started to clear, p99", "ms", {milliseconds(clear.quantile(0.99))}, Want::at_most, 2});
    report.add({"barge-in: truncation off by, p50", "ms", {milliseconds(error.quantile(0.5))}});
    report.add({"barge-in: truncation off by, p99", "ms", {milliseconds(error.quantile(0.99))}, Want::at_most, 20});
    report.add({"barge-in: truncation off by, max", "ms", {milliseconds(error.max())}});
    report.add({"barge-in: marks that the load returned late by, p99",
                "ms",
                {milliseconds(results.late_marks.quantile(0.99))}});
    report.add({"barge-in: marks that the load returned late by, max", "ms", {milliseconds(results.late_marks.max())}});
    const auto missing = [&](std::uint64_t happened) {
        return static_cast<double>(results.interruptions) - static_cast<double>(happened);
    };
    report.add({"barge-in: without a clear", "times", {missing(results.clears)}, Want::at_most, 0});
    report.add({"barge-in: without a truncation", "times", {missing(results.truncations)}, Want::at_most, 0});
    report.note(fmt::format(
        "{} interruptions; a truncation is {:+.1f} ms off on average", results.interruptions,
        results.truncation_error_sum_ms / static_cast<double>(std::max<std::uint64_t>(results.truncations, 1))));
    fail_on_unexpected(report, "barge-in", results);
}

void add_late_model(Report& report) {
    constexpr std::size_t calls = 20;
    script::FlowsFolder flows;
    write_conversation(flows, "mulaw");
    MediaLoad load({.accepts_after = 150ms});
    auto server = serve(flows, load.model_port());
    const auto results = load.through_engine(
        server.port(), {.calls = calls, .warm_up = 0ms, .duration = 2s, .from_the_first_frame = true});
    report.add({"a model that accepts after 150 ms: frames lost",
                "",
                {static_cast<double>(results.to_model.lost)},
                Want::at_most,
                0});
    fail_on_unexpected(report, "a model that accepts after 150 ms", results);
}

}  // namespace

void bridge(Report& report) {
    for (std::size_t calls : {100, 300}) add_calls(report, calls);
    add_barge_in(report);
    add_late_model(report);
}

}  // namespace switchhook::bench

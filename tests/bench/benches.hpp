#pragma once

#include "bench/report.hpp"

namespace switchhook::bench {

// Each measures the running engine, adds its bars to the report, and takes no longer than it says.
void webhooks(Report& report);       // 60 s
void memory(Report& report);         // 40 s
void recovery(Report& report);       // 60 s
void reload(Report& report);         // 120 s
void tests(Report& report);          // 20 s
void explore(Report& report);        // 60 s
void check(Report& report);          // 15 s
void bridge(Report& report);         // 200 s
void audio_quality(Report& report);  // 10 s

// What a webhook's parts cost, in µs, measured one by one in this process.
void cost_split(Report& report);

}  // namespace switchhook::bench

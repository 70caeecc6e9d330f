#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>
#include <string_view>

namespace switchhook::core {

// Every figure that GET /metrics shows. Counting is an atomic add; only a first use of a label takes a lock.
class Metrics {
    prometheus::Registry registry_;

public:
    Metrics();

    // The Prometheus text format, version 0.0.4.
    std::string text() const;

    prometheus::Counter& calls_total;
    prometheus::Gauge& calls_active;
    prometheus::Histogram& call_duration_seconds;
    prometheus::Histogram& audio_latency_ms;

    prometheus::Counter& messages_total;
    prometheus::Counter& webhooks_total;
    prometheus::Counter& webhooks_repeated_total;
    prometheus::Histogram& webhook_seconds;
    prometheus::Counter& signatures_missing_total;
    prometheus::Counter& signatures_wrong_total;
    prometheus::Counter& streams_opened_total;
    prometheus::Counter& streams_refused_total;
    prometheus::Counter& streams_dropped_total;
    prometheus::Counter& overload_total;
    prometheus::Counter& slow_asks_total;
    prometheus::Counter& flow_failures_total;
    prometheus::Counter& fallbacks_total;
    prometheus::Counter& calls_expired_total;
    prometheus::Counter& calls_rebuilt_total;
    prometheus::Counter& replays_diverged_total;
    prometheus::Gauge& flows_loaded;
    prometheus::Counter& reloads_live_total;
    prometheus::Counter& reloads_refused_total;
    prometheus::Gauge& outbox_waiting;
    prometheus::Gauge& outbox_dead;
    prometheus::Counter& outbox_delivered_total;
    prometheus::Counter& outbox_failures_total;

    // A flow ran into a limit: "cpu", "memory", "asks", "string".
    void limit_hit(std::string_view limit);

private:
    prometheus::Family<prometheus::Counter>& limits_;
};

}  // namespace switchhook::core

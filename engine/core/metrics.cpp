#include "core/metrics.hpp"

#include <prometheus/text_serializer.h>

namespace switchhook::core {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Counter& labelled(prometheus::Registry& registry, const char* name, const char* help, const char* label,
                              const char* value) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({{label, value}});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& bounds) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

}  // namespace

Metrics::Metrics()
    : calls_total(counter(registry_, "twilio_calls_total", "Calls that reached a flow")),
      calls_active(gauge(registry_, "twilio_calls_active", "Calls in progress")),
      call_duration_seconds(histogram(registry_, "twilio_call_duration_seconds", "Length of ended calls",
                                      {5, 15, 30, 60, 120, 300, 600, 1800, 3600})),
      audio_latency_ms(histogram(registry_, "twilio_audio_latency_ms",
                                 "From the caller's last word to the first audio of the reply",
                                 {50, 100, 200, 300, 500, 800, 1200, 2000, 5000})),
      messages_total(counter(registry_, "switchhook_messages_total", "Text messages that reached a flow")),
      webhooks_total(counter(registry_, "switchhook_webhooks_total", "Webhooks with a good signature")),
      webhooks_repeated_total(
          counter(registry_, "switchhook_webhooks_repeated_total", "Webhooks answered again with the same document")),
      webhook_seconds(histogram(registry_, "switchhook_webhook_seconds", "From a webhook to its reply",
                                {.0005, .001, .002, .005, .01, .05, .1, .5, 1, 5, 15})),
      signatures_missing_total(labelled(registry_, "switchhook_signatures_refused_total",
                                        "Webhooks refused for their signature", "reason", "missing")),
      signatures_wrong_total(labelled(registry_, "switchhook_signatures_refused_total",
                                      "Webhooks refused for their signature", "reason", "wrong")),
      streams_opened_total(labelled(registry_, "switchhook_media_streams_total",
                                    "Media streams by what came of them; a dropped one was opened before", "result",
                                    "opened")),
      streams_refused_total(labelled(registry_, "switchhook_media_streams_total",
                                     "Media streams by what came of them; a dropped one was opened before", "result",
                                     "refused")),
      streams_dropped_total(labelled(registry_, "switchhook_media_streams_total",
                                     "Media streams by what came of them; a dropped one was opened before", "result",
                                     "dropped")),
      overload_total(counter(registry_, "switchhook_overload_total", "Requests refused with 503 at the limit")),
      slow_asks_total(counter(registry_, "switchhook_slow_asks_total",
                              "Webhooks answered with a pause because the flow was still waiting")),
      flow_failures_total(counter(registry_, "switchhook_flow_failures_total", "Calls whose flow broke")),
      fallbacks_total(counter(registry_, "switchhook_fallbacks_total", "Calls that took their flow's fallback")),
      calls_expired_total(counter(registry_, "switchhook_calls_expired_total", "Calls that the carrier never ended")),
      calls_rebuilt_total(
          counter(registry_, "switchhook_calls_rebuilt_total",
                  "Calls that went on here from their journal, after a restart or from another engine")),
      replays_diverged_total(counter(registry_, "switchhook_replays_diverged_total",
                                     "Calls that could not be rebuilt: the flow asked something else than before")),
      flows_loaded(gauge(registry_, "switchhook_flows_loaded", "Flows with a live version")),
      reloads_live_total(
          labelled(registry_, "switchhook_reloads_total", "Changed flows by what came of them", "result", "live")),
      reloads_refused_total(
          labelled(registry_, "switchhook_reloads_total", "Changed flows by what came of them", "result", "refused")),
      outbox_waiting(gauge(registry_, "switchhook_outbox_waiting", "Promises that are still to be kept")),
      outbox_dead(gauge(registry_, "switchhook_outbox_dead", "Promises given up: see `switchhook outbox`")),
      outbox_delivered_total(counter(registry_, "switchhook_outbox_delivered_total", "Promises kept")),
      outbox_failures_total(
          counter(registry_, "switchhook_outbox_failures_total", "Attempts to keep a promise that failed")),
      limits_(prometheus::BuildCounter()
                  .Name("switchhook_limits_hit_total")
                  .Help("Flows stopped by a limit")
                  .Register(registry_)) {}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(registry_.Collect());
}

void Metrics::limit_hit(std::string_view limit) {
    limits_.Add({{"limit", std::string(limit)}}).Increment();
}

}  // namespace switchhook::core

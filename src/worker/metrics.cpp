#include "worker/metrics.h"

#include <array>

namespace dynamo::worker {
namespace {

constexpr std::array<std::string_view, 6> kFailureNames{
    "deserialization", "invalid_message", "response_stream", "generate", "publish_response", "publish_final"};
constexpr const char* kRank = "0";  // one data-parallel rank for each worker

std::string metric(std::string_view name) { return fmt::format("dynamo_component_{}", name); }

/// Values of the standard labels have underscores for dashes.
std::string sanitize(std::string text) {
  std::ranges::replace(text, '-', '_');
  return text;
}

telemetry::Labels standard_labels(const discovery::EndpointName& name) {
  return {{"dynamo_namespace", sanitize(name.ns)},
          {"dynamo_component", sanitize(name.component)},
          {"dynamo_endpoint", sanitize(name.endpoint)}};
}

telemetry::Labels with_model(telemetry::Labels labels, const std::string& model) {
  labels.emplace_back("model", model);
  labels.emplace_back("model_name", model);
  return labels;
}

}  // namespace

WorkerMetrics::WorkerMetrics(const discovery::EndpointName& name, const std::string& model)
    : labels_(with_model(standard_labels(name), model)),
      registry_(standard_labels(name)),
      model_(model),
      requests(registry_.counters(metric("requests_total"), "Requests taken", {"model"}).with({model})),
      request_bytes(registry_.counters(metric("request_bytes_total"), "Bytes of request bodies", {"model"})
                        .with({model})),
      response_bytes(registry_.counters(metric("response_bytes_total"), "Bytes of answer bodies", {"model"})
                         .with({model})),
      inflight(registry_.gauges(metric("inflight_requests"), "Requests under way").with()),
      duration(registry_
                   .histograms(metric("request_duration_seconds"),
                               "Time from a request to the end of its answer", telemetry::default_buckets())
                   .with()),
      uptime(registry_.gauges(metric("uptime_seconds"), "Time since the worker started").with()),
      model_load_time(
          registry_.gauges(metric("model_load_time_seconds"), "Time the engine took to get ready", {"model"})
              .with({model})),
      issued(registry_.counters(metric("tasks_issued_total"), "Requests taken as tasks").with()),
      started(registry_.counters(metric("tasks_started_total"), "Tasks begun at the engine").with()),
      succeeded(registry_.counters(metric("tasks_success_total"), "Tasks that were answered whole").with()),
      cancelled(registry_.counters(metric("tasks_cancelled_total"), "Tasks whose client left").with()),
      failed(registry_.counters(metric("tasks_failed_total"), "Tasks that failed").with()),
      rejected(
          registry_.counters(metric("tasks_rejected_total"), "Requests refused for lack of room").with()),
      total_blocks_(
          registry_.gauges(metric("total_blocks"), "Cache blocks of the engine", {"model", "dp_rank"})),
      cache_usage_(registry_.gauges(metric("gpu_cache_usage_percent"),
                                    "Share of the cache blocks in use, 0 to 1", {"model", "dp_rank"})) {
  auto& errors = registry_.counters(metric("errors_total"), "Requests that failed, by where", {"error_type"});
  for (const auto failure : kFailureNames) errors_.push_back(&errors.with({std::string(failure)}));
}

void WorkerMetrics::set_load(const engine::EngineLoad& load) {
  const auto total = static_cast<double>(load.total_blocks);
  total_blocks_.with({model_, kRank}).set(total);
  cache_usage_.with({model_, kRank}).set(total > 0 ? static_cast<double>(load.active_blocks) / total : 0);
}

}  // namespace dynamo::worker

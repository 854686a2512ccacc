#pragma once

#include <string>

#include "discovery/record.h"
#include "engine/engine.h"
#include "telemetry/metrics.h"

namespace dynamo::worker {

/// Where a request failed; values of the label `error_type`.
enum class Failure : std::uint8_t {
  deserialization,
  invalid_message,
  response_stream,
  generate,
  publish_response,
  publish_final
};

/// The metrics of a worker (spec/runtime.md 2.4): names begin with dynamo_component_, and every series
/// carries the standard labels of its endpoint. Threads: safe.
class WorkerMetrics {
 public:
  WorkerMetrics(const discovery::EndpointName& name, const std::string& model);

  void count_error(Failure failure) { errors_[static_cast<std::size_t>(failure)]->add(); }
  /// Cache gauges of an engine that tells them.
  void set_load(const engine::EngineLoad& load);

  telemetry::Registry& registry() noexcept { return registry_; }
  /// Standard labels and the model's, for the engine's own series.
  const telemetry::Labels& labels() const noexcept { return labels_; }

 private:
  telemetry::Labels labels_;
  telemetry::Registry registry_;
  std::string model_;
  std::vector<telemetry::Counter*> errors_;  // by Failure

 public:
  telemetry::Counter& requests;
  telemetry::Counter& request_bytes;
  telemetry::Counter& response_bytes;
  telemetry::Gauge& inflight;
  telemetry::Histogram& duration;
  telemetry::Gauge& uptime;
  telemetry::Gauge& model_load_time;
  /// Requests as tasks: taken, of those begun at the engine, and how they ended; refused ones are not taken.
  telemetry::Counter& issued;
  telemetry::Counter& started;
  telemetry::Counter& succeeded;
  telemetry::Counter& cancelled;
  telemetry::Counter& failed;
  telemetry::Counter& rejected;

 private:
  telemetry::Gauges& total_blocks_;
  telemetry::Gauges& cache_usage_;
};

}  // namespace dynamo::worker

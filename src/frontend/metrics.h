#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/environment.h"
#include "base/error.h"
#include "discovery/model_card.h"
#include "openai/request.h"
#include "telemetry/metrics.h"

namespace dynamo::frontend {

/// Every metric of the frontend, by the names and labels of the Dynamo frontend (prefix `dynamo_frontend`).
/// Threads: one, as the maps of handles are not locked.
class Metrics {
 public:
  /// The series of one model; `model` labels are lower-cased.
  struct OfModel {
    telemetry::Gauge& inflight;
    telemetry::Gauge& queued;
    telemetry::Histogram& duration_seconds;
    telemetry::Histogram& input_tokens;
    telemetry::Histogram& output_tokens;
    telemetry::Histogram& cached_tokens;
    telemetry::Histogram& ttft_seconds;
    telemetry::Histogram& itl_seconds;
    telemetry::Counter& output_tokens_total;
  };

  /// Errors: invalid, for a bucket override in `env` that is not a number or an impossible range.
  static Result<std::unique_ptr<Metrics>> make(const std::string& prefix, const Environment& env);

  OfModel& of(const std::string& model);
  void count_request(const std::string& model, openai::Endpoint endpoint, bool stream, bool success);
  /// Shows what the card says of a model (label `model` as registered); what it does not say is not shown.
  void describe(const discovery::ModelCard& card);
  /// How long an `operation`, "tokenize" or "detokenize", took.
  void observe_tokenizer(std::string_view operation, double milliseconds);
  void client_disconnected() { disconnected_clients_->with().add(1); }
  std::string expose() const { return registry_.expose(); }

 private:
  Metrics() = default;
  telemetry::Registry registry_;
  telemetry::Counters* requests_total_ = nullptr;
  telemetry::Counters* output_tokens_total_ = nullptr;
  telemetry::Gauges* inflight_ = nullptr;
  telemetry::Gauges* queued_ = nullptr;
  telemetry::Gauges* disconnected_clients_ = nullptr;
  std::map<std::string, telemetry::Gauges*> card_gauges_;  // by the name without prefix
  telemetry::Histograms* duration_ = nullptr;
  telemetry::Histograms* input_ = nullptr;
  telemetry::Histograms* output_ = nullptr;
  telemetry::Histograms* cached_ = nullptr;
  telemetry::Histograms* ttft_ = nullptr;
  telemetry::Histograms* itl_ = nullptr;
  telemetry::Histograms* tokenizer_ = nullptr;
  std::unordered_map<std::string, OfModel> models_;
};

/// Follows one request from the handler's start to its end and keeps the gauges and histograms in step,
/// whichever way the request ends. Counts as failed until `succeeded()`.
class RequestObservation {
 public:
  RequestObservation(Metrics& metrics, std::string model, openai::Endpoint endpoint, bool stream,
                     TimePoint start);
  ~RequestObservation();
  RequestObservation(const RequestObservation&) = delete;
  RequestObservation& operator=(const RequestObservation&) = delete;

  /// `count` tokens came together at `now`; the first call observes the time to first token.
  void tokens(std::uint64_t count, TimePoint now);
  /// The frontend counted the prompt itself: observed with the first token.
  void prompt_tokens(std::uint64_t count) noexcept { prompt_tokens_ = count; }
  /// What the engine says it used; of the prompt only where the frontend did not count it; its count of
  /// output tokens wins over the number of chunks.
  void usage(std::optional<std::uint64_t> input, std::optional<std::uint64_t> output,
             std::optional<std::uint64_t> cached);
  void succeeded() noexcept { success_ = true; }
  void client_left() { metrics_.client_disconnected(); }
  /// The time of the end; without it the end is the last time that was seen.
  void ended(TimePoint now) noexcept { last_ = now; }

 private:
  void leave_queue();
  Metrics& metrics_;
  Metrics::OfModel& series_;
  std::string model_;
  openai::Endpoint endpoint_;
  bool stream_;
  bool success_ = false;
  bool queued_ = true;
  TimePoint start_;
  TimePoint last_;
  TimePoint last_token_;
  std::uint64_t seen_tokens_ = 0;
  std::optional<std::uint64_t> output_tokens_;
  std::optional<std::uint64_t> prompt_tokens_;
};

}  // namespace dynamo::frontend

#include "frontend/metrics.h"

#include "telemetry/buckets.h"

namespace dynamo::frontend {
namespace {

using telemetry::BucketRange;

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

/// A histogram of the frontend and the range of its logarithmic buckets (spec/runtime.md 2.1).
struct HistogramRow {
  std::string_view name;
  std::string_view help;
  std::string_view override_name;  // X of DYN_METRICS_X_MIN, …
  BucketRange range;
};

constexpr HistogramRow kDuration{"request_duration_seconds",
                                 "Whole requests, from arrival to the last byte",
                                 "REQUEST_DURATION",
                                 {1, 256, 10}};
constexpr HistogramRow kInput{
    "input_sequence_tokens", "Prompt tokens per request", "INPUT_SEQUENCE", {50, 128'000, 12}};
constexpr HistogramRow kOutput{
    "output_sequence_tokens", "Generated tokens per request", "OUTPUT_SEQUENCE", {50, 32'000, 10}};
constexpr HistogramRow kCached{
    "cached_tokens", "Prompt tokens found in the prefix cache", "INPUT_SEQUENCE", {50, 128'000, 12}};
constexpr HistogramRow kTtft{
    "time_to_first_token_seconds", "From arrival to the first token", "TTFT", {0.001, 480, 18}};
constexpr HistogramRow kItl{
    "inter_token_latency_seconds", "Between tokens of a request", "ITL", {0.001, 2, 13}};

constexpr std::pair<std::string_view, std::string_view> kCardGauges[] = {
    {"model_total_kv_blocks", "Cache blocks of one worker"},
    {"model_max_num_seqs", "Sequences that one worker runs at once"},
    {"model_max_num_batched_tokens", "Tokens that one worker takes in one step"},
    {"model_context_length", "Longest sequence, in tokens"},
    {"model_kv_cache_block_size", "Tokens per cache block"},
    {"model_migration_limit", "Times a request may move to another worker"},
};

}  // namespace

Result<std::unique_ptr<Metrics>> Metrics::make(const std::string& prefix, const Environment& env) {
  std::unique_ptr<Metrics> made(new Metrics);
  telemetry::Registry& registry = made->registry_;
  const auto name = [&](std::string_view suffix) { return fmt::format("{}_{}", prefix, suffix); };
  made->requests_total_ = &registry.counters(name("requests_total"), "Requests that have ended",
                                             {"model", "endpoint", "request_type", "status"});
  made->output_tokens_total_ = &registry.counters(name("output_tokens_total"), "Generated tokens", {"model"});
  made->inflight_ =
      &registry.gauges(name("inflight_requests"), "Requests between arrival and end", {"model"});
  made->queued_ =
      &registry.gauges(name("queued_requests"), "Requests between arrival and first token", {"model"});
  made->disconnected_clients_ =
      &registry.gauges(name("disconnected_clients"), "Clients that left before the end");
  made->disconnected_clients_->with().set(0);
  for (const auto& [suffix, help] : kCardGauges) {
    made->card_gauges_[std::string(suffix)] = &registry.gauges(name(suffix), std::string(help), {"model"});
  }

  made->tokenizer_ = &registry.histograms(name("tokenizer_latency_ms"), "Tokenizing in the frontend",
                                          telemetry::exponential_buckets(0.5, 2, 11), {"operation"});

  const auto histogram = [&](const HistogramRow& row, telemetry::Histograms*& into) -> Result<void> {
    const auto range = telemetry::override_range(env, row.override_name, row.range);
    if (!range) return std::unexpected(range.error());
    auto bounds = telemetry::log_buckets(*range);
    if (!bounds) return context(fmt::format("buckets of {}", row.name), std::move(bounds.error()));
    into = &registry.histograms(name(row.name), std::string(row.help), std::move(*bounds), {"model"});
    return {};
  };
  const std::pair<const HistogramRow*, telemetry::Histograms**> rows[] = {
      {&kDuration, &made->duration_}, {&kInput, &made->input_}, {&kOutput, &made->output_},
      {&kCached, &made->cached_},     {&kTtft, &made->ttft_},   {&kItl, &made->itl_}};
  for (const auto& [row, into] : rows) {
    auto added = histogram(*row, *into);
    if (!added) return std::unexpected(std::move(added.error()));
  }
  return made;
}

Metrics::OfModel& Metrics::of(const std::string& model) {
  const auto found = models_.find(model);
  if (found != models_.end()) return found->second;
  const telemetry::LabelValues label{lower_case(model)};
  const OfModel series{inflight_->with(label), queued_->with(label), duration_->with(label),
                       input_->with(label),    output_->with(label), cached_->with(label),
                       ttft_->with(label),     itl_->with(label),    output_tokens_total_->with(label)};
  return models_.emplace(model, series).first->second;
}

void Metrics::describe(const discovery::ModelCard& card) {
  const auto show = [&](const char* name, std::optional<std::uint64_t> value) {
    if (value) card_gauges_.at(name)->with({card.display_name}).set(static_cast<double>(*value));
  };
  const auto known = [](std::uint64_t value) { return value == 0 ? std::nullopt : std::optional(value); };
  show("model_total_kv_blocks", card.runtime_config.total_kv_blocks);
  show("model_max_num_seqs", card.runtime_config.max_num_seqs);
  show("model_max_num_batched_tokens", card.runtime_config.max_num_batched_tokens);
  show("model_context_length", known(card.context_length));
  show("model_kv_cache_block_size", known(card.kv_cache_block_size));
  show("model_migration_limit", card.migration_limit);
}

void Metrics::observe_tokenizer(std::string_view operation, double milliseconds) {
  tokenizer_->with({std::string(operation)}).observe(milliseconds);
}

void Metrics::count_request(const std::string& model, openai::Endpoint endpoint, bool stream, bool success) {
  requests_total_
      ->with({lower_case(model), std::string(openai::metric_label_of(endpoint)), stream ? "stream" : "unary",
              success ? "success" : "error"})
      .add();
}

RequestObservation::RequestObservation(Metrics& metrics, std::string model, openai::Endpoint endpoint,
                                       bool stream, TimePoint start)
    : metrics_(metrics),
      series_(metrics.of(model)),
      model_(std::move(model)),
      endpoint_(endpoint),
      stream_(stream),
      start_(start),
      last_(start),
      last_token_(start) {
  series_.inflight.add(1);
  series_.queued.add(1);
}

void RequestObservation::leave_queue() {
  if (std::exchange(queued_, false)) series_.queued.add(-1);
}

void RequestObservation::tokens(std::uint64_t count, TimePoint now) {
  if (count == 0) return;
  const double gap = seconds(now - last_token_);
  if (seen_tokens_ == 0) {
    series_.ttft_seconds.observe(seconds(now - start_));
    if (prompt_tokens_) series_.input_tokens.observe(static_cast<double>(*prompt_tokens_));
    leave_queue();
    if (count > 1) series_.itl_seconds.observe(0, count - 1);
  } else {
    series_.itl_seconds.observe(gap / static_cast<double>(count), count);
  }
  seen_tokens_ += count;
  last_ = last_token_ = now;
}

void RequestObservation::usage(std::optional<std::uint64_t> input, std::optional<std::uint64_t> output,
                               std::optional<std::uint64_t> cached) {
  if (input && !prompt_tokens_) series_.input_tokens.observe(static_cast<double>(*input));
  if (cached) series_.cached_tokens.observe(static_cast<double>(*cached));
  if (output) output_tokens_ = output;
}

RequestObservation::~RequestObservation() {
  leave_queue();
  const std::uint64_t output = output_tokens_.value_or(seen_tokens_);
  series_.output_tokens.observe(static_cast<double>(output));
  series_.output_tokens_total.add(output);
  series_.duration_seconds.observe(seconds(last_ - start_));
  series_.inflight.add(-1);
  metrics_.count_request(model_, endpoint_, stream_, success_);
}

}  // namespace dynamo::frontend

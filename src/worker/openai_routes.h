#pragma once

#include <set>
#include <string>

#include "base/clock.h"
#include "discovery/model_card.h"
#include "engine/engine.h"
#include "net/http_server.h"
#include "telemetry/log.h"
#include "worker/metrics.h"

namespace dynamo::worker {

struct OpenAiRoutesOptions {
  std::string model;
  std::set<discovery::ModelType> types;
  std::size_t max_requests = 1024;
};

/// The OpenAI API in front of one engine: chat, completions, the model list. One write for each piece that
/// the engine gives. Threads: its loop's.
class OpenAiRoutes {
 public:
  /// Whether requests are taken.
  enum class State : std::uint8_t { starting, serving, draining };

  OpenAiRoutes(OpenAiRoutesOptions options, engine::Engine& engine, WorkerMetrics& metrics,
               telemetry::Logger log, const Clock& clock = Clock::system());

  static bool serves(std::string_view path) noexcept;
  net::Task<void> handle(net::HttpRequest& request, net::HttpResponder& responder);

  void set_state(State state) noexcept { state_ = state; }
  std::size_t in_flight() const noexcept { return in_flight_; }
  /// When a request last came or ended.
  TimePoint last_traffic() const noexcept { return last_traffic_; }

 private:
  enum class Outcome : std::uint8_t { success, failed, cancelled };
  class InFlight;
  struct Exchange;
  std::optional<Error> admit() const;
  Result<engine::Generate> read(openai::Endpoint endpoint, net::HttpRequest& request) const;
  net::Task<Outcome> serve(openai::Endpoint endpoint, net::HttpRequest& request,
                           net::HttpResponder& responder);
  net::Task<Outcome> relay_stream(Exchange exchange, std::string_view first);
  net::Task<Outcome> relay_body(Exchange exchange, std::string_view first);
  net::Task<Outcome> refuse(Failure failure, Error error, net::HttpResponder& responder);
  net::HttpResponse models() const;

  OpenAiRoutesOptions options_;
  engine::Engine& engine_;
  WorkerMetrics& metrics_;
  telemetry::Logger log_;
  const Clock& clock_;
  State state_ = State::starting;
  std::size_t in_flight_ = 0;
  TimePoint last_traffic_;
};

}  // namespace dynamo::worker

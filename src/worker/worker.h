#pragma once

#include <memory>

#include "base/clock.h"
#include "discovery/discovery.h"
#include "engine/engine.h"
#include "net/http_server.h"
#include "telemetry/log.h"
#include "telemetry/status_server.h"
#include "worker/metrics.h"
#include "worker/openai_routes.h"
#include "worker/options.h"

namespace dynamo::worker {

/// The engine that `options` ask for, not yet started.
std::unique_ptr<engine::Engine> make_engine(net::Loop& loop, const EngineOptions& options);

/// The model card of a worker whose engine is `info`. Pure.
discovery::ModelCard make_model_card(const WorkerOptions& options, const engine::EngineInfo& info);

/// Whether a worker leaves service after `failures` looks in a row at its engine's health failed, the last
/// one with `error`. An engine that is slow to answer is given three; other failures are sure. Pure.
bool leaves_service(const Error& error, int failures) noexcept;

/// One engine on one port: the OpenAI API, the status server, registration in discovery, and an end that
/// loses no request. Threads: its loop's.
///   Worker worker(…); auto at = worker.listen(); co_await worker.run(stop, hurry);
class Worker {
 public:
  Worker(net::Loop& loop, WorkerOptions options, std::unique_ptr<engine::Engine> engine,
         discovery::Discovery& discovery, telemetry::Logger log, const Clock& clock = Clock::system());
  ~Worker();

  /// Takes the port; the status routes answer from now on. Errors: as net::Listener::open.
  Result<net::Endpoint> listen();
  /// Serves until `stop` is asked for, and then leaves: withdraws, waits the grace period, lets requests end.
  /// `hurry` shortens the grace period and the rest. Errors: the engine could not start, or ended by itself.
  net::Task<Result<void>> run(std::stop_token stop, std::stop_token hurry);

  bool serving() const noexcept { return serving_; }

 private:
  net::Task<void> handle(net::HttpRequest& request, net::HttpResponder& responder);
  net::Task<std::string> metrics_text();
  net::Task<std::string> metadata_text();
  net::Task<Result<void>> start_engine(std::stop_token stop);
  net::Task<void> watch_health();
  net::Task<Result<void>> examine();
  net::Task<Result<void>> send_canary();
  net::Task<void> set_serving(bool serving);
  net::Task<Result<void>> publish();
  net::Task<void> withdraw();
  net::Task<void> shut_down(std::stop_token hurry);
  bool canary_due() const;

  net::Loop& loop_;
  WorkerOptions options_;
  std::unique_ptr<engine::Engine> engine_;
  discovery::Discovery& discovery_;
  telemetry::Logger log_;
  const Clock& clock_;
  telemetry::StatusServer status_;
  WorkerMetrics metrics_;
  OpenAiRoutes routes_;
  net::HttpServer server_;
  std::string address_;  // as registered
  discovery::Snapshot published_;
  bool serving_ = false;
  std::optional<Error> engine_ended_;
  net::Event over_;  // the engine ended
  net::TaskGroup tasks_;
};

}  // namespace dynamo::worker

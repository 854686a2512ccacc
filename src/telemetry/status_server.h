#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "net/http_server.h"
#include "telemetry/metrics.h"

namespace dynamo::telemetry {

/// Settings of the system status server (spec/runtime.md 3).
struct StatusConfig {
  bool starting_ready = false;  // before anything is registered
  std::string health_path = "/health";
  std::string live_path = "/live";
  std::vector<std::string> gating_endpoints;  // healthy = all of these are ready; empty = all registered ones
  /// Reads DYN_SYSTEM_STARTING_HEALTH_STATUS, …_HEALTH_PATH, …_LIVE_PATH, …_USE_ENDPOINT_HEALTH_STATUS.
  static Result<StatusConfig> from_environment(const Environment& env);
  friend bool operator==(const StatusConfig&, const StatusConfig&) = default;
};

/// What a process says about itself: the readiness of its endpoints, and the routes over HTTP that tell it.
/// /health and /live share one handler, as the operator's probes expect. Threads: its loop's.
class StatusServer {
 public:
  /// Text for /metrics and JSON for /metadata, asked for on each request.
  using Source = std::function<net::Task<std::string>()>;
  /// A call to /engine/<path> with the request's body.
  using EngineRoute = std::function<net::Task<net::HttpResponse>(std::string body)>;

  explicit StatusServer(StatusConfig config, const Clock& clock = Clock::system());

  /// Sets the state of an endpoint, which is registered by that.
  void set_ready(std::string_view endpoint, bool ready);
  void remove(std::string_view endpoint);
  bool ready() const;
  std::chrono::nanoseconds uptime() const;

  void serve_metrics(Source source) { metrics_ = std::move(source); }
  void serve_metadata(Source source) { metadata_ = std::move(source); }
  void serve_engine_route(std::string path, EngineRoute route) {
    engine_routes_[std::move(path)] = std::move(route);
  }

  /// The answer to `request`; 404 "Route not found" for what is not one of its routes.
  net::Task<net::HttpResponse> answer(const net::HttpRequest& request) const;

 private:
  net::HttpResponse health() const;
  StatusConfig config_;
  const Clock& clock_;
  TimePoint started_;
  std::map<std::string, bool, std::less<>> endpoints_;
  std::map<std::string, EngineRoute, std::less<>> engine_routes_;
  Source metrics_;
  Source metadata_;
};

}  // namespace dynamo::telemetry

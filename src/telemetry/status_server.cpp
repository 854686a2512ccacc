#include "telemetry/status_server.h"

#include "base/json.h"

namespace dynamo::telemetry {
namespace {

constexpr std::string_view kEnginePrefix = "/engine/";

std::string_view word(bool ready) { return ready ? "ready" : "notready"; }

net::HttpResponse text(int status, std::string_view body, std::string_view type = "text/plain") {
  return {.status = status, .headers = {{"Content-Type", std::string(type)}}, .body = std::string(body)};
}

/// A JSON list of names, as the operator writes it, or names separated by commas.
Result<std::vector<std::string>> parse_names(std::string_view text) {
  std::vector<std::string> out;
  if (const auto parsed = json::parse(text); parsed && parsed->is_array()) {
    for (const auto& item : parsed->get_array()) {
      if (!item.is_string()) return fail(Errc::invalid, "must be a JSON list of endpoint names");
      out.emplace_back(item.get_string());
    }
    return out;
  }
  if (text.starts_with('[')) return fail(Errc::invalid, "must be a JSON list of endpoint names");
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma != 0) out.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

}  // namespace

Result<StatusConfig> StatusConfig::from_environment(const Environment& env) {
  StatusConfig out;
  const auto starting = env.get_or("DYN_SYSTEM_STARTING_HEALTH_STATUS", "notready");
  if (starting != "ready" && starting != "notready") {
    return fail(
        Errc::invalid,
        fmt::format("DYN_SYSTEM_STARTING_HEALTH_STATUS must be ready or notready, got \"{}\"", starting));
  }
  out.starting_ready = starting == "ready";
  out.health_path = env.get_or("DYN_SYSTEM_HEALTH_PATH", out.health_path);
  out.live_path = env.get_or("DYN_SYSTEM_LIVE_PATH", out.live_path);
  auto names = parse_names(env.get_or("DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", ""));
  if (!names) return context("DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", std::move(names.error()));
  out.gating_endpoints = std::move(*names);
  return out;
}

StatusServer::StatusServer(StatusConfig config, const Clock& clock)
    : config_(std::move(config)), clock_(clock), started_(clock.now()) {}

void StatusServer::set_ready(std::string_view endpoint, bool ready) {
  endpoints_.insert_or_assign(std::string(endpoint), ready);
}

void StatusServer::remove(std::string_view endpoint) {
  const auto found = endpoints_.find(endpoint);
  if (found != endpoints_.end()) endpoints_.erase(found);
}

bool StatusServer::ready() const {
  if (!config_.gating_endpoints.empty()) {
    return std::ranges::all_of(config_.gating_endpoints, [this](const auto& name) {
      const auto found = endpoints_.find(name);
      return found != endpoints_.end() && found->second;
    });
  }
  if (endpoints_.empty()) return config_.starting_ready;
  return std::ranges::all_of(endpoints_, [](const auto& entry) { return entry.second; });
}

std::chrono::nanoseconds StatusServer::uptime() const { return clock_.now() - started_; }

net::HttpResponse StatusServer::health() const {
  const auto up = uptime();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(up);
  json::object endpoints;
  for (const auto& [name, is_ready] : endpoints_) endpoints[name] = word(is_ready);
  const json::object body{{"status", word(ready())},
                          {"uptime", {{"secs", seconds.count()}, {"nanos", (up - seconds).count()}}},
                          {"endpoints", std::move(endpoints)}};
  return text(ready() ? 200 : 503, json::dump(body));
}

net::Task<net::HttpResponse> StatusServer::answer(const net::HttpRequest& request) const {
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (is_get && (request.path == config_.health_path || request.path == config_.live_path))
    co_return health();
  if (is_get && request.path == "/metrics" && metrics_) {
    const std::string body = co_await metrics_();
    co_return text(200, body, kExpositionType);
  }
  if (is_get && request.path == "/metadata" && metadata_) {
    const std::string body = co_await metadata_();
    co_return text(200, body, "application/json");
  }
  if (request.path.starts_with(kEnginePrefix)) {
    const auto route = engine_routes_.find(std::string_view(request.path).substr(kEnginePrefix.size()));
    if (route != engine_routes_.end()) {
      net::HttpResponse response = co_await route->second(request.body);
      co_return response;
    }
  }
  co_return text(404, "Route not found");
}

}  // namespace dynamo::telemetry

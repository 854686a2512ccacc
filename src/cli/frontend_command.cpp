#include <random>

#include "base/environment.h"
#include "cli/commands.h"
#include "cli/discovery_backend.h"
#include "frontend/discovered.h"
#include "frontend/service.h"
#include "frontend/static_engines.h"
#include "net/loop.h"
#include "net/signals.h"
#include "telemetry/log.h"

namespace dynamo::cli {
namespace {

/// Flags as they stand on the command line; `to_options` checks them.
struct FrontendFlags {
  std::string http_host = "0.0.0.0";
  std::int64_t http_port = 8000;
  std::string tls_cert_path, tls_key_path;
  std::string dyn_namespace;
  std::string router_mode = "round-robin";
  std::string metrics_prefix = "dynamo_frontend";
  std::string discovery_backend = kDefaultDiscovery;
  std::string model_path, model_name;
  std::vector<std::string> engine_urls;
  std::int64_t body_limit_mb = 45;
  std::int64_t max_requests = 8192;
  std::int64_t max_connections = 16'384;
  double shutdown_grace_seconds = 5;
  double drain_timeout_seconds = 60;
  double stream_timeout_seconds = 0;
};

Duration to_duration(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

void declare(FlagSet& flags, FrontendFlags& f) {
  flags.text("--http-host", f.http_host, "Address to listen on", {.env = "DYN_HTTP_HOST"});
  flags.number("--http-port", f.http_port, "Port to listen on, 0 for any free one",
               {.env = "DYN_HTTP_PORT", .range{{0, 65535}}});
  flags.text("--tls-cert-path", f.tls_cert_path, "PEM certificate; needs --tls-key-path",
             {.env = "DYN_TLS_CERT_PATH", .value_name = "FILE"});
  flags.text("--tls-key-path", f.tls_key_path, "PEM key", {.env = "DYN_TLS_KEY_PATH", .value_name = "FILE"});
  flags.text("--namespace", f.dyn_namespace, "Serve only models of this Dynamo namespace",
             {.env = "DYN_NAMESPACE"});
  flags.text("--router-mode", f.router_mode, "How a worker is chosen",
             {.env = "DYN_ROUTER_MODE", .allowed{"round-robin", "random", "kv"}});
  flags.text("--discovery-backend", f.discovery_backend, kDiscoveryHelp,
             {.env = "DYN_DISCOVERY_BACKEND", .allowed = discovery_backends()});
  flags.text("--metrics-prefix", f.metrics_prefix, "First part of all metric names",
             {.env = "DYN_METRICS_PREFIX"});
  flags.text(
      "--model-path", f.model_path,
      "Model directory or file with the tokenizer and chat template; default: where the model's worker says",
      {.env = "DYN_MODEL_PATH", .value_name = "DIR|FILE"});
  flags.text("--model-name", f.model_name, "The model that --model-path belongs to; default: every one",
             {.env = "DYN_MODEL_NAME"});
  flags.list("--engine-url", f.engine_urls,
             "OpenAI server to use beside those found by discovery; repeatable",
             {.env = "DYN_ENGINE_URL", .value_name = "URL"});
  flags.number("--body-limit-mb", f.body_limit_mb, "Largest request body, in MiB",
               {.env = "DYN_HTTP_BODY_LIMIT_MB", .range{{1, 4096}}});
  flags.number("--max-requests", f.max_requests, "Requests at once; more are answered 503",
               {.env = "DYN_HTTP_MAX_REQUESTS", .range{{1, 1e6}}});
  flags.number("--max-connections", f.max_connections, "Connections at once; more wait",
               {.env = "DYN_HTTP_MAX_CONNECTIONS", .range{{1, 1e6}}});
  flags.number("--shutdown-grace", f.shutdown_grace_seconds, "Seconds to go on accepting after SIGTERM",
               {.env = "DYN_HTTP_GRACEFUL_SHUTDOWN_TIMEOUT_SECS", .range{{0, 3600}}});
  flags.number("--drain-timeout", f.drain_timeout_seconds, "Seconds that open requests may then take",
               {.env = "DYN_HTTP_DRAIN_TIMEOUT_SECS", .range{{0, 86400}}});
  flags.number("--backend-stream-timeout", f.stream_timeout_seconds,
               "Longest silence of an engine within an answer, in seconds; 0 = no limit",
               {.env = "DYN_HTTP_BACKEND_STREAM_TIMEOUT_SECS", .range{{0, 86400}}});
}

router::Mode to_mode(const std::string& name) {
  if (name == "random") return router::Mode::random;
  if (name == "kv") {
    fmt::print(stderr, "dynamo frontend: --router-mode kv is not there yet; using round-robin\n");
  }
  return router::Mode::round_robin;
}

Result<frontend::Options> to_options(const FrontendFlags& f) {
  frontend::Options options;
  options.http_host = f.http_host;
  options.http_port = static_cast<std::uint16_t>(f.http_port);
  options.tls_cert_path = f.tls_cert_path;
  options.tls_key_path = f.tls_key_path;
  options.dyn_namespace = f.dyn_namespace;
  options.router_mode = to_mode(f.router_mode);
  options.model_path = f.model_path;
  options.model_name = f.model_name;
  options.metrics_prefix = f.metrics_prefix;
  options.body_limit = static_cast<std::size_t>(f.body_limit_mb) << 20;
  options.max_requests = static_cast<std::size_t>(f.max_requests);
  options.max_connections = static_cast<std::size_t>(f.max_connections);
  options.shutdown_grace = to_duration(f.shutdown_grace_seconds);
  options.drain_timeout = to_duration(f.drain_timeout_seconds);
  if (f.stream_timeout_seconds > 0) options.stream_timeout = to_duration(f.stream_timeout_seconds);
  options.seed = std::random_device{}();
  for (const auto& text : f.engine_urls) {
    auto url = net::Url::parse(text);
    if (!url) return context("--engine-url", std::move(url.error()));
    options.engine_urls.push_back(std::move(*url));
  }
  return options;
}

/// Keeps the service's workers in step with discovery.
class DiscoveryFeed {
 public:
  DiscoveryFeed(discovery::Discovery& from, frontend::Service& to, std::string only_namespace,
                telemetry::Logger log)
      : to_(to), only_namespace_(std::move(only_namespace)), log_(std::move(log)) {
    subscription_ = from.watch([this](const discovery::Diff& change) { take(change); });
  }

 private:
  void take(const discovery::Diff& change) {
    discovery::apply_diff(snapshot_, change);
    auto found = frontend::workers_from_snapshot(snapshot_, only_namespace_);
    for (const auto& refused : found.refused) {
      log_.warn("worker refused",
                {{"instance_id", refused.instance_id}, {"model", refused.model}, {"why", refused.why}});
    }
    to_.set_workers("discovery", std::move(found.workers));
  }

  frontend::Service& to_;
  std::string only_namespace_;
  telemetry::Logger log_;
  discovery::Snapshot snapshot_;
  std::unique_ptr<discovery::Discovery::Subscription> subscription_;
};

net::Task<void> hurry_on_signal(net::Loop& loop, std::stop_source hurry, std::stop_token stop) {
  const int signal = co_await net::wait_for_signal(loop, stop);
  if (signal != 0) hurry.request_stop();
}

/// Leaves in the order that loses nothing: first refuse to be healthy, then stop accepting, then let requests
/// end. A second signal shortens each step.
net::Task<void> shut_down(net::Loop& loop, frontend::Service& service, const frontend::Options& options) {
  service.begin_shutdown();
  net::TaskGroup group(loop);
  std::stop_source hurry;
  group.spawn(hurry_on_signal(loop, hurry, group.stop_token()));
  co_await loop.sleep_for(options.shutdown_grace, hurry.get_token());
  const Duration drain = hurry.stop_requested() ? Duration::zero() : options.drain_timeout;
  co_await service.stop(loop.now() + drain);
  group.request_stop();
  co_await group.join();
}

net::Task<Result<int>> serve(net::Loop& loop, frontend::Options options, std::string backend) {
  const Environment env = Environment::of_process();
  auto log_config = telemetry::LogConfig::from_environment(env);
  if (!log_config) co_return std::unexpected(std::move(log_config.error()));
  const telemetry::Logger log = telemetry::Logger(std::move(*log_config)).with_target("frontend");
  auto service = frontend::Service::make(loop, options, env, log);
  if (!service) co_return std::unexpected(std::move(service.error()));
  auto found = make_discovery(loop, backend, env);
  if (!found) co_return std::unexpected(std::move(found.error()));
  auto listening = (*service)->listen();
  if (!listening) co_return std::unexpected(std::move(listening.error()));
  log.info("listening", {{"address", listening->to_string()}, {"discovery", backend}});

  frontend::Service& of = **service;
  std::optional<DiscoveryFeed> feed(std::in_place, *found->discovery, of, options.dyn_namespace, log);
  frontend::StaticEngines engines(loop, options.engine_urls, [&of](std::vector<frontend::Worker> workers) {
    of.set_workers("static", std::move(workers));
  });
  net::TaskGroup group(loop);
  group.spawn(engines.run(group.stop_token()));
  const int signal = co_await net::wait_for_signal(loop);
  log.info("shutting down", {{"signal", signal}, {"requests", of.requests_in_flight()}});
  co_await shut_down(loop, of, options);
  feed.reset();
  group.request_stop();
  co_await group.join();
  co_await found->discovery->close();
  co_return 0;
}

Result<int> run_frontend(const FrontendFlags& flags) {
  auto options = to_options(flags);
  if (!options) return std::unexpected(std::move(options.error()));
  net::block_signals();
  net::Loop loop;
  return net::run(loop, serve(loop, std::move(*options), flags.discovery_backend));
}

}  // namespace

Command frontend_command() {
  const auto flags = std::make_shared<FrontendFlags>();
  return {.name = "frontend",
          .help = "OpenAI-compatible HTTP entrance that routes to workers",
          .details = "",
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return run_frontend(*flags); },
          .group = "Roles"};
}

}  // namespace dynamo::cli

#include "base/environment.h"
#include "cli/commands.h"
#include "kube/client.h"
#include "kube/config.h"
#include "net/loop.h"
#include "net/signals.h"
#include "operator/manager.h"
#include "telemetry/log.h"

namespace dynamo::cli {
namespace {

/// Flags as they stand on the command line; names as the original operator has them.
struct OperatorFlags {
  kube::ConfigSource config;
  std::string restricted_namespace;
  std::string discovery_backend = "kubernetes";
  graph::Settings settings;
  std::int64_t workers = 4;
  std::int64_t resync_seconds = 36'000;
};

void declare(FlagSet& set, OperatorFlags& flags) {
  set.text("--kubeconfig", flags.config.kubeconfig,
           "Kubeconfig file; else KUBECONFIG, then the pod's service account, then ~/.kube/config",
           {.value_name = "FILE"});
  set.text("--context", flags.config.context, "Context of the kubeconfig; else its current one");
  set.text("--restrictedNamespace", flags.restricted_namespace, "The only namespace to look at; else all");
  set.text("--discovery-backend", flags.discovery_backend, "Where instances find each other",
           {.allowed{"kubernetes", "etcd"}});
  set.text("--natsAddr", flags.settings.nats_server, "Passed to pods as NATS_SERVER",
           {.value_name = "ADDRESS"});
  set.text("--etcdAddr", flags.settings.etcd_endpoints, "Passed to pods as ETCD_ENDPOINTS",
           {.value_name = "ADDRESS"});
  set.text("--model-express-url", flags.settings.model_express_url, "Passed to pods as MODEL_EXPRESS_URL",
           {.value_name = "URL"});
  set.text("--prometheus-endpoint", flags.settings.prometheus_endpoint,
           "Passed to pods as PROMETHEUS_ENDPOINT", {.value_name = "URL"});
  set.number("--workers", flags.workers, "Objects of a kind that are worked on at once", {.range{{1, 256}}});
  set.number("--resync-seconds", flags.resync_seconds,
             "How often every object is looked at again; 0 = only on changes", {.range{{0, 1e9}}});
}

Result<operators::ManagerOptions> to_options(const OperatorFlags& flags) {
  if (!flags.settings.model_express_url.empty()) {
    const auto url = net::Url::parse(flags.settings.model_express_url);
    if (!url) return context("--model-express-url", url.error());
  }
  operators::ManagerOptions options;
  options.ns = flags.restricted_namespace;
  options.settings = flags.settings;
  options.settings.discovery_backend = *graph::parse_discovery_backend(flags.discovery_backend);
  options.workers = static_cast<std::size_t>(flags.workers);
  options.resync = std::chrono::seconds{flags.resync_seconds};
  return options;
}

net::Task<Result<int>> serve(net::Loop& loop, OperatorFlags flags) {
  const Environment environment = Environment::of_process();
  auto log_config = telemetry::LogConfig::from_environment(environment);
  if (!log_config) co_return std::unexpected(std::move(log_config.error()));
  const telemetry::Logger log = telemetry::Logger(std::move(*log_config)).with_target("operator");
  auto options = to_options(flags);
  if (!options) co_return std::unexpected(std::move(options.error()));
  auto config = kube::load_config(flags.config, environment);
  if (!config) co_return std::unexpected(std::move(config.error()));
  config->user_agent = "dynamo-operator";
  const std::string server = config->server.authority();
  auto client = kube::Client::make(loop, std::move(*config));
  if (!client) co_return std::unexpected(std::move(client.error()));

  log.info("starting", {{"server", server}, {"namespace", options->ns.empty() ? "all" : options->ns}});
  operators::Manager manager(**client, std::move(*options), log);
  net::TaskGroup group(loop);
  group.spawn(manager.run(group.stop_token()));
  const int signal = co_await net::wait_for_signal(loop);
  log.info("shutting down", {{"signal", signal}});
  group.request_stop();
  co_await group.join();
  co_return 0;
}

Result<int> run(const OperatorFlags& flags) {
  net::block_signals();
  net::Loop loop;
  return net::run(loop, serve(loop, flags));
}

}  // namespace

Command operator_command() {
  const auto flags = std::make_shared<OperatorFlags>();
  return {.name = "operator",
          .help = "Turn DynamoGraphDeployments into running components, in a cluster",
          .details =
              "Makes the objects that `dynamo render` prints, keeps them as they should be, and says in the "
              "status\n"
              "how they are. Stops on SIGTERM or SIGINT when what it is writing is written.",
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return run(*flags); },
          .group = "Roles"};
}

}  // namespace dynamo::cli

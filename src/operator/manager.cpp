#include "operator/manager.h"

#include <array>
#include <fmt/format.h>

namespace dynamo::operators {
namespace {

WorldOptions world_options(const ManagerOptions& options, const telemetry::Logger& log) {
  return {.ns = options.ns,
          .settings = options.settings,
          .failed = [log](std::string_view what, const Error& why, int failures) {
            log.warn("cannot read from the API server",
                     {{"what", what}, {"error", why.message}, {"failures", failures}});
          }};
}

/// The member function of a reconciler as what a controller calls.
template <class Reconciler>
kube::Reconcile calling(Reconciler& reconciler) {
  return [&reconciler](kube::NamespacedName key, std::stop_token stop) {
    return reconciler.reconcile(std::move(key), std::move(stop));
  };
}

}  // namespace

Manager::Manager(kube::Client& client, ManagerOptions options, telemetry::Logger log, const Clock& clock)
    : client_(client),
      options_(std::move(options)),
      log_(std::move(log)),
      world_(client, world_options(options_, log_)),
      writer_(client, world_),
      graph_events_(client, std::string(GraphReconciler::kEventSource), clock),
      component_events_(client, std::string(ComponentReconciler::kEventSource), clock),
      adapter_events_(client, std::string(AdapterReconciler::kEventSource), clock),
      graphs_(client, world_, writer_, graph_events_, clock),
      components_(client, world_, writer_, component_events_, clock),
      adapters_(client, world_, adapter_events_, clock),
      graph_controller_(client.loop(), calling(graphs_), controller_options("graph")),
      component_controller_(client.loop(), calling(components_), controller_options("component")),
      adapter_controller_(client.loop(), calling(adapters_), controller_options("adapter")) {
  graphs_.feed(graph_controller_);
  components_.feed(component_controller_);
  adapters_.feed(adapter_controller_);
}

kube::ControllerOptions Manager::controller_options(std::string name) {
  kube::ControllerOptions options;
  options.workers = options_.workers;
  options.backoff = options_.backoff;
  options.failed = [log = log_, name](const kube::NamespacedName& key, const Error& why, int failures,
                                      Duration next) {
    log.warn("reconciliation failed", {{"controller", name},
                                       {"object", key.to_string()},
                                       {"error", why.message},
                                       {"failures", failures},
                                       {"next_seconds", std::chrono::duration<double>(next).count()}});
  };
  options.name = std::move(name);
  return options;
}

net::Task<void> Manager::run(std::stop_token stop) {
  net::TaskGroup group(client_.loop());
  group.spawn(world_.run(stop));
  for (kube::EventRecorder* events : {&graph_events_, &component_events_, &adapter_events_})
    group.spawn(events->run(stop));
  group.spawn(control(stop));
  co_await group.join();
  ready_ = false;
}

net::Task<void> Manager::control(std::stop_token stop) {
  const bool complete = co_await world_.wait_synced(stop);
  if (!complete) co_return;
  log_.info("ready", {{"graphs", world_.graphs.size()}, {"components", world_.components.size()}});
  ready_ = true;
  net::TaskGroup controllers(client_.loop());
  controllers.spawn(kube::resync_regularly(
      client_.loop(), options_.resync, [this](std::uint64_t count) { resync(count); }, stop));
  for (kube::Controller* controller : {&graph_controller_, &component_controller_, &adapter_controller_}) {
    controllers.spawn(controller->run(stop));
  }
  co_await controllers.join();
}

void Manager::resync(std::uint64_t count) {
  world_.resync_now();
  log_.debug("looking at every object again", {{"resyncs", count}});
}

bool Manager::idle() const {
  return ready_ && graph_controller_.queue().idle() && component_controller_.queue().idle() &&
         adapter_controller_.queue().idle();
}

std::uint64_t Manager::reconciliations() const {
  return graph_controller_.reconciliations() + component_controller_.reconciliations() +
         adapter_controller_.reconciliations();
}

}  // namespace dynamo::operators

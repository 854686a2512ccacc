#pragma once

#include <stop_token>

#include "api/graph_deployment.h"
#include "api/scaling_adapter.h"
#include "base/clock.h"
#include "kube/controller.h"
#include "kube/event_recorder.h"
#include "operator/world.h"

namespace dynamo::operators {

/// Carries the replicas of a DynamoGraphDeploymentScalingAdapter to the service that it scales. Threads: the
/// loop's.
class AdapterReconciler {
 public:
  static constexpr std::string_view kEventSource = "dgdscalingadapter";

  AdapterReconciler(kube::Client& client, World& world, kube::EventRecorder& events, const Clock& clock)
      : client_(client), world_(world), events_(events), clock_(clock) {}

  /// Puts an adapter into the queue when it, or the graph that it refers to, changes.
  void feed(kube::Controller& controller);
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);

 private:
  /// True when the graph had other replicas. Errors: not_found (graph or service), conflict, as the server
  /// says.
  net::Task<Result<bool>> scale(api::DynamoGraphDeploymentScalingAdapter adapter, kube::ObjectPtr object,
                                std::stop_token stop);

  kube::Client& client_;
  World& world_;
  kube::EventRecorder& events_;
  const Clock& clock_;
};

}  // namespace dynamo::operators

#pragma once

#include <stop_token>

#include "api/graph_deployment.h"
#include "base/clock.h"
#include "kube/controller.h"
#include "operator/attempt.h"
#include "operator/world.h"
#include "operator/writer.h"

namespace dynamo::operators {

/// Makes the components, claims, adapters and rights of a DynamoGraphDeployment, and says how it is.
/// Threads: the loop's.
class GraphReconciler {
 public:
  static constexpr std::string_view kEventSource = "dynamographdeployment";

  GraphReconciler(kube::Client& client, World& world, Writer& writer, kube::EventRecorder& events,
                  const Clock& clock)
      : client_(client), world_(world), writer_(writer), events_(events), clock_(clock) {}

  /// Puts a graph into the queue when it, or anything that it owns, changes.
  void feed(kube::Controller& controller);
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);

 private:
  net::Task<Attempt> attempt(api::DynamoGraphDeployment dgd, kube::ObjectPtr object, std::stop_token stop);
  net::Task<Result<void>> tell(api::DynamoGraphDeployment dgd, kube::ObjectPtr object, Attempt attempt,
                               std::stop_token stop);

  kube::Client& client_;
  World& world_;
  Writer& writer_;
  kube::EventRecorder& events_;
  const Clock& clock_;
};

}  // namespace dynamo::operators

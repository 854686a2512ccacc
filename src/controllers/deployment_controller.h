#pragma once

#include "controllers/context.h"
#include "controllers/deployment_plan.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Rolls each Deployment's template out over ReplicaSets.
class DeploymentController {
 public:
  /// Before the caches run.
  DeploymentController(const Context& context, kube::Cache& deployments, kube::Cache& sets,
                       kube::Cache& pods);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);
  net::Task<Result<std::vector<ObjectPtr>>> claim_sets(ObjectPtr deployment, std::stop_token stop);
  net::Task<Result<void>> perform(ObjectPtr deployment, DeploymentPlan plan, std::stop_token stop);
  net::Task<Result<void>> create_set(ObjectPtr deployment, Object set, std::stop_token stop);
  std::vector<ObjectPtr> pods_of(const Object& deployment) const;

  const Context& context_;
  kube::Cache& deployments_;
  kube::Cache& sets_;
  kube::Cache& pods_;
  kube::Controller controller_;
};

}  // namespace dynamo::controllers

#pragma once

#include <string>
#include <unordered_map>

#include "controllers/context.h"
#include "controllers/expectations.h"
#include "controllers/replica_set_plan.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Keeps as many pods of each ReplicaSet's template as it asks for.
class ReplicaSetController {
 public:
  /// Before the caches run.
  ReplicaSetController(const Context& context, kube::Cache& sets, kube::Cache& pods);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);
  /// Adopts and lets go; the pods that the set controls then.
  net::Task<Result<std::vector<ObjectPtr>>> claim_pods(ObjectPtr set, std::stop_token stop);
  net::Task<Result<void>> create_pods(ObjectPtr set, std::size_t count, std::stop_token stop);
  net::Task<Result<void>> delete_pods(ObjectPtr set, std::vector<ObjectPtr> pods, std::stop_token stop);
  void pod_changed(const kube::Change& change);

  const Context& context_;
  kube::Cache& sets_;
  kube::Cache& pods_;
  kube::Controller controller_;
  Expectations expectations_;
  std::unordered_map<kube::NamespacedName, std::string> failures_;  // why the last write failed
};

}  // namespace dynamo::controllers

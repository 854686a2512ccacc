#pragma once

#include <map>

#include "controllers/context.h"
#include "controllers/schedule_plan.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Binds pods to the node. One pod at a time; what was bound and is not yet seen in the cache is taken as
/// there. A pod that has to wait is looked at again when a pod goes or the node changes.
class Scheduler {
 public:
  /// Before the caches run.
  Scheduler(const Context& context, kube::Cache& pods, kube::Cache& nodes);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);
  net::Task<Result<void>> bind(ObjectPtr pod, std::string node, std::stop_token stop);
  net::Task<Result<void>> report_waiting(ObjectPtr pod, std::string missing, std::stop_token stop);
  void pod_changed(const kube::Change& change);
  void retry_waiting();
  std::vector<ObjectPtr> bound_pods() const;

  const Context& context_;
  kube::Cache& pods_;
  kube::Cache& nodes_;
  kube::Controller controller_;
  std::map<std::string, ObjectPtr> assumed_;  // by uid, with nodeName set
};

}  // namespace dynamo::controllers

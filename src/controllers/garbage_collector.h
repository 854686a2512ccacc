#pragma once

#include <map>
#include <memory>
#include <vector>

#include "controllers/context.h"
#include "controllers/garbage_plan.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Deletes what is left behind by its owners, in the three ways that Kubernetes knows: in the background, in
/// the foreground (dependents first), or not at all (orphan). Watches the resources whose caches it is given;
/// owners of other kinds are unknown to it, and what they own is kept.
class GarbageCollector {
 public:
  /// Before the caches run.
  GarbageCollector(const Context& context, const std::vector<kube::Cache*>& caches);
  /// Begins when all caches are in sync: an owner that is merely not known yet must not count as absent.
  net::Task<void> run(std::stop_token stop);

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);
  net::Task<Result<void>> collect(kube::Cache& cache, ObjectPtr object, std::stop_token stop);
  net::Task<Result<void>> finish_owner(kube::Cache& cache, ObjectPtr object, std::stop_token stop);
  net::Task<Result<OwnerState>> state_of(kube::OwnerReference owner, std::string ns, std::stop_token stop);
  net::Task<Result<void>> patch_away(const kube::Resource& resource, ObjectPtr object, Object changed,
                                     std::stop_token stop);
  void changed(const kube::Cache& cache, const kube::Change& change);
  void enqueue(const kube::Cache& cache, const Object& object);
  void enqueue_dependents(std::string_view owner_uid);
  std::vector<ObjectPtr> dependents_of(std::string_view owner_uid) const;
  kube::Cache* cache_of(const kube::OwnerReference& owner) const;

  const Context& context_;
  std::map<std::string, kube::Cache*> caches_;  // by "deployments.apps"
  kube::Controller controller_;
};

}  // namespace dynamo::controllers

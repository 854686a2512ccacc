#pragma once

#include "controllers/context.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// The status of a volume claim that is bound to a directory of this machine: as large as was asked for.
/// Pure.
kube::Object bound_claim_status(const kube::Object& claim);

/// Binds every PersistentVolumeClaim at once: on one machine a volume is a directory, which the node makes.
class ClaimBinder {
 public:
  /// Before the cache runs.
  ClaimBinder(const Context& context, kube::Cache& claims);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);

  const Context& context_;
  kube::Cache& claims_;
  kube::Controller controller_;
};

}  // namespace dynamo::controllers

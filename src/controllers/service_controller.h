#pragma once

#include "controllers/context.h"
#include "kube/applier.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Keeps the EndpointSlices of each Service as its pods are. An unchanged slice costs no request.
class ServiceController {
 public:
  /// Before the caches run.
  ServiceController(const Context& context, kube::Cache& services, kube::Cache& pods, kube::Cache& slices);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);

  kube::Cache& services_;
  kube::Cache& pods_;
  kube::Applier applier_;
  kube::Controller controller_;
};

}  // namespace dynamo::controllers

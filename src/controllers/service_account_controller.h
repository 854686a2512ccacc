#pragma once

#include "controllers/context.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Gives every namespace the service account "default".
class ServiceAccountController {
 public:
  /// Before the caches run.
  ServiceAccountController(const Context& context, kube::Cache& namespaces, kube::Cache& accounts);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);

  const Context& context_;
  kube::Cache& namespaces_;
  kube::Cache& accounts_;
  kube::Controller controller_;
};

/// Fills Secrets of type kubernetes.io/service-account-token with a token that it asks the API server for.
class TokenController {
 public:
  /// Before the caches run.
  TokenController(const Context& context, kube::Cache& secrets, kube::Cache& accounts);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);

  const Context& context_;
  kube::Cache& secrets_;
  kube::Cache& accounts_;
  kube::Controller controller_;
};

/// Whether a Secret waits for its token. Pure.
bool wants_token(const kube::Object& secret);

}  // namespace dynamo::controllers

#pragma once

#include <vector>

#include "controllers/context.h"
#include "kube/cache.h"
#include "kube/controller.h"

namespace dynamo::controllers {

/// Empties a namespace that is being deleted, and lets it go when nothing is left in it.
class NamespaceController {
 public:
  /// `contents` are all namespaced resources. Before the cache runs.
  NamespaceController(const Context& context, kube::Cache& namespaces, std::vector<kube::Resource> contents);
  net::Task<void> run(std::stop_token stop) { return controller_.run(std::move(stop)); }

 private:
  net::Task<kube::Outcome> reconcile(kube::NamespacedName key, std::stop_token stop);
  /// Asks for the deletion of everything of one resource; how many objects are still there.
  net::Task<Result<std::size_t>> empty(kube::Resource resource, std::string ns, std::stop_token stop);

  const Context& context_;
  kube::Cache& namespaces_;
  std::vector<kube::Resource> contents_;
  kube::Controller controller_;
};

}  // namespace dynamo::controllers

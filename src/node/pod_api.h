#pragma once

#include <string>

#include "base/error.h"
#include "kube/object.h"
#include "net/task.h"
#include "node/plan.h"
#include "node/references.h"

namespace dynamo::node {

/// What runs a pod needs of the API server.
class PodApi {
 public:
  virtual ~PodApi() = default;

  /// The ConfigMaps and Secrets that the pod names; those that do not exist are left out.
  virtual net::Task<Result<Sources>> sources(kube::ObjectPtr pod) = 0;
  /// A token of the pod's service account, and whom it should trust. Errors: not_found, when there is no such
  /// account (yet).
  virtual net::Task<Result<ServiceAccountFiles>> account(kube::ObjectPtr pod) = 0;
  /// The pod as it is then. Errors: not_found or conflict, when it has gone or is another one now.
  virtual net::Task<Result<kube::ObjectPtr>> write_status(kube::ObjectPtr pod, kube::Object status) = 0;
  virtual net::Task<Result<void>> annotate(kube::ObjectPtr pod, std::string key, std::string value) = 0;
  /// Takes the object of a pod that has ended away.
  virtual net::Task<Result<void>> remove(kube::ObjectPtr pod) = 0;
  /// `container` is empty when the event is about the pod as a whole.
  virtual void tell(const kube::Object& pod, std::string_view container, PlanNote note) = 0;
};

}  // namespace dynamo::node

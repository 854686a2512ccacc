#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kube/object.h"

namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

/// What a ReplicaSet needs. Pure.
struct ReplicaSetPlan {
  std::size_t create = 0;
  std::vector<ObjectPtr> remove;
  Object status;
  std::optional<Duration> look_again;  // a pod will have been ready for long enough then
};

/// `pods` are those that the set controls; `writable` is false while its expectations are not fulfilled or it
/// is being deleted: then only the status is up to date. `failure` is why the last write failed, empty when
/// it did not.
struct ReplicaSetFacts {
  const Object& set;
  std::vector<ObjectPtr> pods;
  bool writable = true;
  std::string failure;
  WallTime now;
};
ReplicaSetPlan plan_replica_set(const ReplicaSetFacts& facts);

/// A pod of the set's template, controlled by the set.
Object pod_from_template(const Object& set, std::string name);

}  // namespace dynamo::controllers

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kube/object.h"

/// What a Deployment needs, decided from what is there. Pure.
namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

/// A change of a ReplicaSet that is there: a merge patch, and what to say of it.
struct ReplicaSetChange {
  ObjectPtr set;
  Object patch;
  std::string event;  // empty = not worth one
  friend bool operator==(const ReplicaSetChange&, const ReplicaSetChange&) = default;
};

struct DeploymentPlan {
  std::optional<Object> create;           // the ReplicaSet of a new template
  std::vector<ReplicaSetChange> changes;  // sizes and annotations
  std::vector<ObjectPtr> remove;          // beyond the history limit
  std::optional<std::string> revision;    // the deployment's revision annotation, when it changes
  Object status;
  std::optional<Duration> look_again;  // the progress deadline passes then
};

/// `sets` are the ReplicaSets that the deployment controls; `pods` those of its selector, which only Recreate
/// looks at.
struct DeploymentFacts {
  const Object& deployment;
  std::vector<ObjectPtr> sets;
  std::vector<ObjectPtr> pods;
  WallTime now;
};
DeploymentPlan plan_deployment(const DeploymentFacts& facts);

/// Whether `set` was made from the deployment's template as it is now.
bool has_template_of(const Object& set, const Object& deployment);
/// The value of the label `pod-template-hash`: depends on the template's content, not on the order of its
/// members, and on how often the name was found taken.
std::string template_hash(const Object& deployment);

inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kHashLabel = "pod-template-hash";

}  // namespace dynamo::controllers

#include "controllers/garbage_plan.h"

#include <algorithm>

namespace dynamo::controllers {
namespace {

/// The object's own finalizers say how its deletion was asked for earlier.
kube::Propagation propagation_of(const Object& object) {
  if (kube::has_finalizer(object, kOrphanFinalizer)) return kube::Propagation::orphan;
  if (kube::has_finalizer(object, kForegroundFinalizer)) return kube::Propagation::foreground;
  return kube::Propagation::background;
}

bool blocks(const Object& dependent, std::string_view owner_uid) {
  return std::ranges::any_of(kube::owners_of(dependent), [&](const kube::OwnerReference& owner) {
    return owner.uid == owner_uid && owner.block_owner_deletion;
  });
}

}  // namespace

DependentPlan plan_dependent(const Object& object, const std::vector<OwnerFact>& owners,
                             bool has_dependents) {
  DependentPlan plan;
  bool held = false;
  bool awaited = false;
  for (const OwnerFact& fact : owners) {
    switch (fact.state) {
      case OwnerState::present:
      case OwnerState::unknown:
        held = true;
        break;
      case OwnerState::waiting:
        awaited = true;
        [[fallthrough]];
      case OwnerState::absent:
        plan.owners.push_back(fact.owner.uid);
        break;
    }
  }
  if (plan.owners.empty() || kube::is_deleting(object)) {
    plan.owners.clear();
    return plan;
  }
  if (held) {
    plan.action = DependentPlan::Action::drop_owners;
    return plan;
  }
  plan.action = DependentPlan::Action::remove;
  plan.owners.clear();
  plan.propagation = awaited && has_dependents ? kube::Propagation::foreground : propagation_of(object);
  return plan;
}

OwnerPlan plan_owner(const Object& object, const std::vector<ObjectPtr>& dependents) {
  OwnerPlan plan;
  if (!kube::is_deleting(object)) return plan;
  if (kube::has_finalizer(object, kOrphanFinalizer)) {
    plan.orphan_dependents = !dependents.empty();
    plan.finalizer = kOrphanFinalizer;
    return plan;
  }
  if (!kube::has_finalizer(object, kForegroundFinalizer)) return plan;
  plan.remove_dependents = !dependents.empty();
  const bool blocked = std::ranges::any_of(
      dependents, [&](const ObjectPtr& dependent) { return blocks(*dependent, kube::uid_of(object)); });
  if (!blocked) plan.finalizer = kForegroundFinalizer;
  return plan;
}

}  // namespace dynamo::controllers

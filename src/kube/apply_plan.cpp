#include "kube/apply_plan.h"

#include <fmt/format.h>
#include <set>

#include "kube/compare.h"
#include "kube/owner.h"

namespace dynamo::kube {
namespace {

ApplyStep step_for(Desired desired, const ObjectPtr& seen, const ApplyRules& rules) {
  if (!rules.hash_annotation.empty()) {
    set_annotation(desired.object, rules.hash_annotation, content_hash(desired.object));
  }
  if (!seen) return {ApplyAction::create, std::move(desired), "not there"};
  if (is_deleting(*seen)) return {ApplyAction::blocked, std::move(desired), "being deleted"};
  const auto controller = controller_of(*seen);
  if (controller && !rules.owner_uid.empty() && controller->uid != rules.owner_uid) {
    std::string why = fmt::format("controlled by {} {}", controller->kind, controller->name);
    return {ApplyAction::blocked, std::move(desired), std::move(why)};
  }
  if (auto field = first_difference(*seen, desired.object)) {
    return {ApplyAction::update, std::move(desired), std::move(*field)};
  }
  return {ApplyAction::unchanged, std::move(desired), {}};
}

bool may_prune(const Object& object, const ApplyRules& rules) {
  return !is_deleting(object) && is_controlled_by(object, rules.owner_uid) &&
         rules.inventory.matches(labels_of(object));
}

}  // namespace

std::string_view to_string(ApplyAction action) noexcept {
  switch (action) {
    case ApplyAction::unchanged:
      return "unchanged";
    case ApplyAction::create:
      return "create";
    case ApplyAction::update:
      return "update";
    case ApplyAction::prune:
      return "prune";
    case ApplyAction::blocked:
      return "blocked";
  }
  return "unchanged";
}

std::vector<ApplyStep> plan_apply(std::vector<Desired> desired, const FindObject& find,
                                  const std::vector<Owned>& owned, const ApplyRules& rules) {
  std::vector<ApplyStep> steps;
  std::set<std::pair<Resource, NamespacedName>> wanted;
  for (Desired& one : desired) {
    NamespacedName key = key_of(one.object);
    const ObjectPtr seen = find(one.resource, key);
    wanted.emplace(one.resource, std::move(key));
    steps.push_back(step_for(std::move(one), seen, rules));
  }
  for (const Owned& one : owned) {
    if (wanted.contains({one.resource, key_of(*one.object)}) || !may_prune(*one.object, rules)) continue;
    steps.push_back({ApplyAction::prune, {one.resource, *one.object}, "no longer wanted"});
  }
  return steps;
}

}  // namespace dynamo::kube

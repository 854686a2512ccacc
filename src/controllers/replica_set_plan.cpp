#include "controllers/replica_set_plan.h"

#include <algorithm>

#include "controllers/pod_ranking.h"
#include "controllers/pods.h"
#include "kube/conditions.h"
#include "kube/owner.h"
#include "kube/selector.h"

namespace dynamo::controllers {
namespace {

constexpr std::size_t kMaxBurst = 500;  // pods written in one go

struct Counts {
  std::int64_t replicas = 0;
  std::int64_t fully_labeled = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
};

Counts count(const ReplicaSetFacts& facts, const std::vector<ObjectPtr>& active,
             std::optional<Duration>& look_again) {
  const std::chrono::seconds min_ready{kube::int_at(facts.set, {"spec", "minReadySeconds"}).value_or(0)};
  const auto labels =
      kube::LabelSelector::from_map(kube::object_at(facts.set, {"spec", "template", "metadata", "labels"}));
  Counts counts;
  for (const ObjectPtr& pod : active) {
    ++counts.replicas;
    if (labels.matches(kube::labels_of(*pod))) ++counts.fully_labeled;
    if (!is_ready(*pod)) continue;
    ++counts.ready;
    const Availability state = availability(*pod, min_ready, facts.now);
    if (state.available) ++counts.available;
    if (state.look_again) look_again = std::min(look_again.value_or(*state.look_again), *state.look_again);
  }
  return counts;
}

json::array conditions(const ReplicaSetFacts& facts) {
  json::array list = kube::array_at(facts.set, {"status", "conditions"});
  if (facts.failure.empty()) {
    kube::remove_condition(list, "ReplicaFailure");
  } else {
    kube::set_condition(
        list, {"ReplicaFailure", kube::ConditionStatus::yes, "FailedCreate", facts.failure, 0}, facts.now);
  }
  return list;
}

Object status_of(const ReplicaSetFacts& facts, const Counts& counts) {
  Object status{{"replicas", counts.replicas}, {"observedGeneration", kube::generation_of(facts.set)}};
  if (counts.fully_labeled > 0) status["fullyLabeledReplicas"] = counts.fully_labeled;
  if (counts.ready > 0) status["readyReplicas"] = counts.ready;
  if (counts.available > 0) status["availableReplicas"] = counts.available;
  if (json::array list = conditions(facts); !list.empty()) status["conditions"] = std::move(list);
  return status;
}

}  // namespace

ReplicaSetPlan plan_replica_set(const ReplicaSetFacts& facts) {
  std::vector<ObjectPtr> active;
  std::ranges::copy_if(facts.pods, std::back_inserter(active),
                       [](const ObjectPtr& pod) { return is_active(*pod); });
  ReplicaSetPlan plan;
  plan.status = status_of(facts, count(facts, active, plan.look_again));
  if (!facts.writable || kube::is_deleting(facts.set)) return plan;
  const auto want = static_cast<std::size_t>(
      std::max<std::int64_t>(kube::int_at(facts.set, {"spec", "replicas"}).value_or(1), 0));
  if (active.size() < want) plan.create = std::min(want - active.size(), kMaxBurst);
  if (active.size() > want) plan.remove = pods_to_delete(active, std::min(active.size() - want, kMaxBurst));
  return plan;
}

Object pod_from_template(const Object& set, std::string name) {
  Object pod =
      kube::make_object(kube::resources::kPods, {std::string(kube::namespace_of(set)), std::move(name)});
  const Object& from = kube::object_at(set, {"spec", "template"});
  for (const std::string_view field : {"labels", "annotations", "finalizers"}) {
    const json::value* value = json::find(from, {"metadata", field});
    if (value != nullptr && !value->is_null()) kube::metadata(pod)[field] = *value;
  }
  kube::metadata(pod)["generateName"] = std::string(kube::name_of(set)) + "-";
  // Cannot be refused: a new object has no owner.
  (void)kube::set_owner(pod, kube::controller_reference(set));
  pod["spec"] = kube::object_at(from, {"spec"});
  return pod;
}

}  // namespace dynamo::controllers

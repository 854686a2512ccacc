#include "controllers/deployment_plan.h"

#include <algorithm>

#include "controllers/deployment_status.h"
#include "controllers/deployment_view.h"
#include "controllers/pods.h"
#include "kube/compare.h"
#include "kube/owner.h"

namespace dynamo::controllers {
namespace {

/// FNV-1a, 32 bit.
std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

Object without_hash_label(Object pod_template) {
  if (json::value* meta = pod_template.if_contains("metadata"); meta != nullptr && meta->is_object()) {
    json::value* labels = meta->get_object().if_contains("labels");
    if (labels != nullptr && labels->is_object()) labels->get_object().erase(kHashLabel);
  }
  return pod_template;
}

/// What people noted on the deployment (a change cause, say) is kept with the revision; what tools keep there
/// is not.
void copy_annotations(const Object& deployment, Object& set) {
  for (const auto& entry : kube::annotations_of(deployment)) {
    const std::string_view key = kube::view(entry.key());
    const bool of_tools = key.starts_with("deployment.kubernetes.io/") ||
                          key.ends_with("/last-applied-hash") ||
                          key == "kubectl.kubernetes.io/last-applied-configuration";
    if (!of_tools) kube::set_annotation(set, key, json::string_at(entry.value(), {}));
  }
}

/// Collects the plan; one method for each thing that Kubernetes does in a round.
class Planner {
 public:
  Planner(const DeploymentFacts& facts, DeploymentPlan& plan)
      : facts_(facts), plan_(plan), view_(view_deployment(facts.deployment, facts.sets)) {}

  const DeploymentView& view() const { return view_; }

  void run() {
    if (!view_.paused) revise();
    follow_min_ready();
    if (was_resized()) return resize();
    if (view_.paused) return resize();
    const bool moved = view_.strategy == RolloutStrategy::recreate ? recreate() : roll();
    if (!moved) clean_up();
  }

 private:
  /// Keeps the new set's revision above all others'.
  void revise() {
    std::int64_t highest = 0;
    for (const ObjectPtr& set : view_.old) highest = std::max(highest, revision_of(*set));
    revision_ = std::max(highest + 1, view_.newest ? revision_of(*view_.newest) : 0);
    const std::string text = std::to_string(revision_);
    if (view_.newest && revision_of(*view_.newest) < revision_) {
      annotate(patch_of(view_.newest), kRevision, text);
    }
    if (kube::annotation(facts_.deployment, kRevision) != text) plan_.revision = text;
  }

  /// `minReadySeconds` is no part of the template: the set that is there takes a new value over.
  void follow_min_ready() {
    if (!view_.newest) return;
    const auto wanted = kube::int_at(facts_.deployment, {"spec", "minReadySeconds"}).value_or(0);
    if (kube::int_at(*view_.newest, {"spec", "minReadySeconds"}).value_or(0) == wanted) return;
    json::ensure_object(patch_of(view_.newest).patch, "spec")["minReadySeconds"] = wanted;
  }

  /// Somebody changed the deployment's replicas since its sets were sized.
  bool was_resized() const {
    return std::ranges::any_of(view_.all(), [&](const ObjectPtr& set) {
      const std::string_view sized_for = kube::annotation(*set, kDesiredReplicas);
      return wanted_replicas(*set) > 0 && !sized_for.empty() && sized_for != std::to_string(view_.replicas);
    });
  }

  void resize() {
    const std::vector<ObjectPtr> sets = view_.all();
    std::vector<ObjectPtr> active;
    std::ranges::copy_if(sets, std::back_inserter(active),
                         [](const ObjectPtr& set) { return wanted_replicas(*set) > 0; });
    if (active.empty() && !sets.empty()) active.push_back(view_.newest ? view_.newest : sets.back());
    if (active.size() == 1) {
      scale(active.front(), view_.replicas);
      return;
    }
    const bool saturated = view_.newest && wanted_replicas(*view_.newest) == view_.replicas &&
                           status_count(*view_.newest, "availableReplicas") == view_.replicas;
    if (saturated) {
      for (const ObjectPtr& set : view_.old) scale(set, 0);
      return;
    }
    if (view_.strategy == RolloutStrategy::recreate) return;
    std::vector<SetSize> sizes;
    for (const ObjectPtr& set : active) sizes.push_back(size_of(*set, facts_.deployment));
    const auto next = scale_in_proportion(sizes, view_.replicas, view_.leeway);
    for (std::size_t i = 0; i < active.size(); ++i) scale(active[i], next[i]);
  }

  /// One step of a rolling update: the new set grows, or else the old ones shrink.
  bool roll() {
    std::vector<SetSize> old;
    for (const ObjectPtr& set : view_.old) old.push_back(size_of(*set, facts_.deployment));
    const SetSize newest = view_.newest ? size_of(*view_.newest, facts_.deployment) : SetSize{};
    const std::int64_t grown = grow_new(newest, old, view_.replicas, view_.leeway);
    if (!view_.newest) return create(grown);
    if (scale(view_.newest, grown)) return true;
    const auto shrunk = shrink_old(newest, old, view_.replicas, view_.leeway);
    bool moved = false;
    for (std::size_t i = 0; i < shrunk.size(); ++i) moved |= scale(view_.old[i], shrunk[i]);
    return moved;
  }

  /// All old pods go before the first new one comes.
  bool recreate() {
    bool moved = false;
    for (const ObjectPtr& set : view_.old) moved |= scale(set, 0);
    if (moved || old_pods_run()) return true;
    if (!view_.newest) return create(view_.replicas);
    return scale(view_.newest, view_.replicas);
  }

  bool old_pods_run() const {
    return std::ranges::any_of(facts_.pods, [&](const ObjectPtr& pod) {
      const bool of_newest = view_.newest && kube::is_controlled_by(*pod, kube::uid_of(*view_.newest));
      return !of_newest && !is_finished(*pod);
    });
  }

  bool create(std::int64_t replicas) {
    const Object& deployment = facts_.deployment;
    const std::string hash = template_hash(deployment);
    Object set = kube::make_object(
        kube::resources::kReplicaSets,
        {std::string(kube::namespace_of(deployment)), std::string(kube::name_of(deployment)) + "-" + hash});
    Object pod_template = kube::object_at(deployment, {"spec", "template"});
    kube::set_label(pod_template, kHashLabel, hash);
    kube::metadata(set)["labels"] = kube::object_at(pod_template, {"metadata", "labels"});
    copy_annotations(deployment, set);
    kube::set_annotation(set, kRevision, std::to_string(revision_));
    kube::set_annotation(set, kDesiredReplicas, std::to_string(view_.replicas));
    kube::set_annotation(set, kMaxReplicas, std::to_string(view_.most()));
    // Cannot be refused: a new object has no owner.
    (void)kube::set_owner(set, kube::controller_reference(deployment));
    Object selector = kube::object_at(deployment, {"spec", "selector"});
    json::ensure_object(selector, "matchLabels")[kHashLabel] = hash;
    Object spec{
        {"replicas", replicas}, {"selector", std::move(selector)}, {"template", std::move(pod_template)}};
    if (const auto min_ready = kube::int_at(deployment, {"spec", "minReadySeconds"}))
      spec["minReadySeconds"] = *min_ready;
    set["spec"] = std::move(spec);
    plan_.create = std::move(set);
    return true;
  }

  /// True when the set's size changes. The annotations follow the deployment's size in any case.
  bool scale(const ObjectPtr& set, std::int64_t to) {
    const std::string desired = std::to_string(view_.replicas);
    const std::string most = std::to_string(view_.most());
    const bool annotated =
        kube::annotation(*set, kDesiredReplicas) == desired && kube::annotation(*set, kMaxReplicas) == most;
    const std::int64_t from = wanted_replicas(*set);
    if (!annotated && (to > 0 || from > 0)) {
      ReplicaSetChange& change = patch_of(set);
      annotate(change, kDesiredReplicas, desired);
      annotate(change, kMaxReplicas, most);
    }
    if (from == to) return false;
    ReplicaSetChange& change = patch_of(set);
    json::ensure_object(change.patch, "spec")["replicas"] = to;
    change.event = fmt::format("Scaled replica set {} from {} to {}", kube::name_of(*set), from, to);
    return true;
  }

  /// Deletes the oldest sets without pods, once the rollout is complete.
  void clean_up() {
    if (!is_complete(view_, facts_.deployment)) return;
    std::vector<ObjectPtr> empty;
    for (const ObjectPtr& set : view_.old) {
      const bool has_pods = wanted_replicas(*set) > 0 || status_count(*set, "replicas") > 0;
      const bool seen = status_count(*set, "observedGeneration") >= kube::generation_of(*set);
      if (!has_pods && seen && !kube::is_deleting(*set)) empty.push_back(set);
    }
    if (empty.size() <= view_.history_limit) return;
    std::ranges::stable_sort(empty, {}, [](const ObjectPtr& set) { return revision_of(*set); });
    empty.resize(empty.size() - view_.history_limit);
    plan_.remove = std::move(empty);
  }

  ReplicaSetChange& patch_of(const ObjectPtr& set) {
    const auto found = std::ranges::find(plan_.changes, set, &ReplicaSetChange::set);
    if (found != plan_.changes.end()) return *found;
    return plan_.changes.emplace_back(set, Object{}, std::string());
  }

  static void annotate(ReplicaSetChange& change, std::string_view key, std::string_view value) {
    kube::set_annotation(change.patch, key, value);
  }

  const DeploymentFacts& facts_;
  DeploymentPlan& plan_;
  DeploymentView view_;
  std::int64_t revision_ = 1;
};

}  // namespace

bool has_template_of(const Object& set, const Object& deployment) {
  return without_hash_label(kube::object_at(set, {"spec", "template"})) ==
         without_hash_label(kube::object_at(deployment, {"spec", "template"}));
}

std::string template_hash(const Object& deployment) {
  std::string content =
      kube::content_hash(without_hash_label(kube::object_at(deployment, {"spec", "template"})));
  if (const auto taken = kube::int_at(deployment, {"status", "collisionCount"}))
    content += std::to_string(*taken);
  return encode_suffix(fnv1a(content));
}

DeploymentPlan plan_deployment(const DeploymentFacts& facts) {
  DeploymentPlan plan;
  Planner planner(facts, plan);
  if (!kube::is_deleting(facts.deployment)) planner.run();
  DeploymentProgress progress =
      deployment_status(planner.view(), facts.deployment, plan.create.has_value(), facts.now);
  plan.status = std::move(progress.status);
  plan.look_again = progress.look_again;
  return plan;
}

}  // namespace dynamo::controllers

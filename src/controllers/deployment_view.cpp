#include "controllers/deployment_view.h"

#include <algorithm>
#include <charconv>

namespace dynamo::controllers {
namespace {

constexpr std::int64_t kDefaultHistory = 10;
constexpr std::int64_t kDefaultDeadline = 600;  // seconds
/// What the API server puts in for "no deadline".
constexpr std::int64_t kNoDeadline = 2147483647;

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool older(const ObjectPtr& a, const ObjectPtr& b) {
  const auto created_a = json::string_at(*a, {"metadata", "creationTimestamp"});
  const auto created_b = json::string_at(*b, {"metadata", "creationTimestamp"});
  if (created_a != created_b) return created_a < created_b;
  if (revision_of(*a) != revision_of(*b)) return revision_of(*a) < revision_of(*b);
  return kube::name_of(*a) < kube::name_of(*b);
}

}  // namespace

std::vector<ObjectPtr> DeploymentView::all() const {
  std::vector<ObjectPtr> sets = old;
  if (newest) sets.push_back(newest);
  return sets;
}

std::int64_t wanted_replicas(const Object& set) {
  return std::max<std::int64_t>(kube::int_at(set, {"spec", "replicas"}).value_or(1), 0);
}

std::int64_t status_count(const Object& set, std::string_view field) {
  return kube::int_at(set, {"status", field}).value_or(0);
}

std::int64_t revision_of(const Object& set) { return number(kube::annotation(set, kRevision)); }

SetSize size_of(const Object& set, const Object& deployment) {
  const std::int64_t annotated = number(kube::annotation(set, kMaxReplicas));
  return SetSize{.wanted = wanted_replicas(set),
                 .available = status_count(set, "availableReplicas"),
                 .most = annotated > 0 ? annotated : status_count(deployment, "replicas")};
}

DeploymentView view_deployment(const Object& deployment, std::vector<ObjectPtr> sets) {
  DeploymentView view;
  view.replicas = wanted_replicas(deployment);
  if (json::string_at(deployment, {"spec", "strategy", "type"}) == "Recreate") {
    view.strategy = RolloutStrategy::recreate;
  } else {
    const Object& rolling = kube::object_at(deployment, {"spec", "strategy", "rollingUpdate"});
    view.leeway =
        resolve_leeway(rolling.if_contains("maxSurge"), rolling.if_contains("maxUnavailable"), view.replicas);
  }
  view.paused = kube::bool_at(deployment, {"spec", "paused"});
  const auto history = kube::int_at(deployment, {"spec", "revisionHistoryLimit"}).value_or(kDefaultHistory);
  view.history_limit = static_cast<std::size_t>(std::max<std::int64_t>(history, 0));
  const auto deadline =
      kube::int_at(deployment, {"spec", "progressDeadlineSeconds"}).value_or(kDefaultDeadline);
  if (deadline < kNoDeadline) view.progress_deadline = std::chrono::seconds{deadline};
  std::ranges::sort(sets, older);
  for (ObjectPtr& set : sets) {
    // Of several with the current template the oldest one counts, so that all controllers would choose the
    // same.
    if (!view.newest && has_template_of(*set, deployment))
      view.newest = std::move(set);
    else
      view.old.push_back(std::move(set));
  }
  return view;
}

}  // namespace dynamo::controllers

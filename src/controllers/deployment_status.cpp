#include "controllers/deployment_status.h"

#include <algorithm>

#include "kube/conditions.h"

namespace dynamo::controllers {
namespace {

using kube::Condition;
using kube::ConditionStatus;

struct Counts {
  std::int64_t wanted = 0;  // by the sets' spec
  std::int64_t replicas = 0;
  std::int64_t updated = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
};

Counts count(const DeploymentView& view) {
  Counts counts;
  for (const ObjectPtr& set : view.all()) {
    counts.wanted += wanted_replicas(*set);
    counts.replicas += status_count(*set, "replicas");
    counts.ready += status_count(*set, "readyReplicas");
    counts.available += status_count(*set, "availableReplicas");
  }
  if (view.newest) counts.updated = status_count(*view.newest, "replicas");
  return counts;
}

bool complete(const DeploymentView& view, const Counts& counts) {
  return view.newest && counts.updated == view.replicas && counts.replicas == view.replicas &&
         counts.available == view.replicas;
}

bool advanced(const Counts& now, const Object& deployment) {
  const auto before = [&](std::string_view field) { return status_count(deployment, field); };
  const std::int64_t old_before = before("replicas") - before("updatedReplicas");
  return now.updated > before("updatedReplicas") || now.replicas - now.updated < old_before ||
         now.ready > before("readyReplicas") || now.available > before("availableReplicas");
}

Condition available_condition(const DeploymentView& view, const Counts& counts) {
  const std::int64_t at_least = view.replicas - view.leeway.unavailable;
  const bool enough = counts.available >= at_least;
  return {.type = "Available",
          .status = enough ? ConditionStatus::yes : ConditionStatus::no,
          .reason = enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
          .message = fmt::format("{} of {} replicas are available, at least {} must be", counts.available,
                                 view.replicas, std::max<std::int64_t>(at_least, 0)),
          .observed_generation = 0};
}

/// Deployments also say when a condition was last renewed; the progress deadline counts from there.
void put(json::array& conditions, const Condition& next, bool renew, WallTime now) {
  const bool changed = kube::set_condition(conditions, next, now);
  if (!changed && !renew) return;
  for (json::value& entry : conditions) {
    if (json::string_at(entry, {"type"}) == next.type)
      entry.get_object()["lastUpdateTime"] = format_rfc3339(now);
  }
}

/// The Progressing condition, and when to look at it again.
class Progress {
 public:
  Progress(const DeploymentView& view, const Object& deployment, const Counts& counts, bool creating,
           WallTime now)
      : view_(view), deployment_(deployment), counts_(counts), creating_(creating), now_(now) {}

  std::optional<Duration> update(json::array& conditions) const {
    const Object* seen = kube::find_condition(conditions, "Progressing");
    const std::string reason(seen == nullptr ? std::string_view{} : json::string_at(*seen, {"reason"}));
    if (view_.paused) {
      if (reason != "DeploymentPaused")
        set(conditions, ConditionStatus::unknown, "DeploymentPaused", "is paused");
      return std::nullopt;
    }
    if (reason == "DeploymentPaused")
      set(conditions, ConditionStatus::unknown, "DeploymentResumed", "was resumed");
    if (!view_.progress_deadline) {
      kube::remove_condition(conditions, "Progressing");
      return std::nullopt;
    }
    if (complete(view_, counts_)) {
      if (reason != "NewReplicaSetAvailable") {
        set(conditions, ConditionStatus::yes, "NewReplicaSetAvailable",
            fmt::format("replica set {} has all its replicas", kube::name_of(*view_.newest)));
      }
      return std::nullopt;
    }
    if (creating_) {
      set(conditions, ConditionStatus::yes, "NewReplicaSetCreated",
          "a replica set of the new template was made");
    } else if (advanced(counts_, deployment_) || reason.empty()) {
      set(conditions, ConditionStatus::yes, "ReplicaSetUpdated", "replicas are being replaced");
    }
    return check_deadline(conditions);
  }

 private:
  void set(json::array& conditions, ConditionStatus status, std::string reason, std::string_view what) const {
    const Condition next{.type = "Progressing",
                         .status = status,
                         .reason = std::move(reason),
                         .message = fmt::format("deployment {}: {}", kube::name_of(deployment_), what),
                         .observed_generation = 0};
    put(conditions, next, true, now_);
  }

  std::optional<Duration> check_deadline(json::array& conditions) const {
    const Object* seen = kube::find_condition(conditions, "Progressing");
    const std::string_view reason = json::string_at(*seen, {"reason"});
    // A completed rollout that lost pods afterwards makes no progress that could be late.
    if (reason == "ProgressDeadlineExceeded" || reason == "NewReplicaSetAvailable") return std::nullopt;
    const auto renewed = parse_rfc3339(json::string_at(*seen, {"lastUpdateTime"}));
    const auto left = renewed.value_or(now_) + *view_.progress_deadline - now_;
    if (left > WallTime::duration::zero())
      return std::chrono::duration_cast<Duration>(left) + std::chrono::seconds{1};
    set(conditions, ConditionStatus::no, "ProgressDeadlineExceeded",
        fmt::format("no progress for {} seconds", view_.progress_deadline->count()));
    return std::nullopt;
  }

  const DeploymentView& view_;
  const Object& deployment_;
  const Counts& counts_;
  bool creating_;
  WallTime now_;
};

void copy_failure(const DeploymentView& view, json::array& conditions, WallTime now) {
  const Object* failure = nullptr;
  for (const ObjectPtr& set : view.all()) {
    const Object* found =
        kube::find_condition(kube::array_at(*set, {"status", "conditions"}), "ReplicaFailure");
    if (found != nullptr) failure = found;
  }
  if (failure == nullptr) {
    kube::remove_condition(conditions, "ReplicaFailure");
    return;
  }
  const Condition next{.type = "ReplicaFailure",
                       .status = ConditionStatus::yes,
                       .reason = std::string(json::string_at(*failure, {"reason"})),
                       .message = std::string(json::string_at(*failure, {"message"})),
                       .observed_generation = 0};
  put(conditions, next, false, now);
}

}  // namespace

bool is_complete(const DeploymentView& view, const Object& deployment) {
  return complete(view, count(view)) &&
         status_count(deployment, "observedGeneration") >= kube::generation_of(deployment);
}

DeploymentProgress deployment_status(const DeploymentView& view, const Object& deployment, bool creating,
                                     WallTime now) {
  const Counts counts = count(view);
  json::array conditions = kube::array_at(deployment, {"status", "conditions"});
  DeploymentProgress result;
  put(conditions, available_condition(view, counts), false, now);
  result.look_again = Progress(view, deployment, counts, creating, now).update(conditions);
  copy_failure(view, conditions, now);

  Object& status = result.status;
  status["observedGeneration"] = kube::generation_of(deployment);
  const auto say = [&](std::string_view field, std::int64_t value) {
    if (value > 0) status[field] = value;
  };
  say("replicas", counts.replicas);
  say("updatedReplicas", counts.updated);
  say("readyReplicas", counts.ready);
  say("availableReplicas", counts.available);
  say("unavailableReplicas", std::max(counts.wanted - counts.available, view.replicas - counts.available));
  if (const auto taken = kube::int_at(deployment, {"status", "collisionCount"}))
    status["collisionCount"] = *taken;
  status["conditions"] = std::move(conditions);
  return result;
}

}  // namespace dynamo::controllers

#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "controllers/deployment_plan.h"
#include "controllers/rollout.h"

namespace dynamo::controllers {

enum class RolloutStrategy : std::uint8_t { rolling_update, recreate };

/// A Deployment and its ReplicaSets in the terms that decisions are made in.
struct DeploymentView {
  std::int64_t replicas = 1;
  RolloutStrategy strategy = RolloutStrategy::rolling_update;
  Leeway leeway;
  bool paused = false;
  std::size_t history_limit = 10;
  std::optional<std::chrono::seconds> progress_deadline;
  ObjectPtr newest;            // of the current template; null when there is none
  std::vector<ObjectPtr> old;  // oldest first

  /// All of them, oldest first, the newest last.
  std::vector<ObjectPtr> all() const;
  std::int64_t most() const { return replicas + (replicas > 0 ? leeway.surge : 0); }
};
DeploymentView view_deployment(const Object& deployment, std::vector<ObjectPtr> sets);

/// `spec.replicas`, and counters of the status.
std::int64_t wanted_replicas(const Object& set);
std::int64_t status_count(const Object& set, std::string_view field);
std::int64_t revision_of(const Object& set);
SetSize size_of(const Object& set, const Object& deployment);

}  // namespace dynamo::controllers

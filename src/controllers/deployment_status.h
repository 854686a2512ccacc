#pragma once

#include <optional>

#include "controllers/deployment_view.h"

namespace dynamo::controllers {

/// Everything is of the current template, there, and available.
bool is_complete(const DeploymentView& view, const Object& deployment);

struct DeploymentProgress {
  Object status;
  std::optional<Duration> look_again;
};

/// The status: counters, and the conditions Available, Progressing and ReplicaFailure. `creating` says that
/// the set of a new template is being made in this round. Pure.
DeploymentProgress deployment_status(const DeploymentView& view, const Object& deployment, bool creating,
                                     WallTime now);

}  // namespace dynamo::controllers

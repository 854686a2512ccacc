#pragma once

#include <string>
#include <vector>

#include "discovery/record.h"
#include "frontend/models.h"

namespace dynamo::frontend {

/// A worker that is known but not used, and why: shown in the log.
struct RefusedWorker {
  std::uint64_t instance_id;
  std::string model;
  std::string why;
  friend bool operator==(const RefusedWorker&, const RefusedWorker&) = default;
};

struct DiscoveredWorkers {
  std::vector<Worker> workers;
  std::vector<RefusedWorker> refused;
};

/// The workers that `snapshot` stands for: every model card whose process also serves the card's endpoint.
/// Only those of Dynamo namespace `only_namespace`, when it is not empty. Prefill workers take no requests of
/// their own. All workers of a model must agree on its card; those that differ from the one with the lowest
/// id are refused. Pure.
DiscoveredWorkers workers_from_snapshot(const discovery::Snapshot& snapshot,
                                        const std::string& only_namespace);

}  // namespace dynamo::frontend

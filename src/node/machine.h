#pragma once

#include <cstdint>
#include <string>

#include "kube/object.h"

namespace dynamo::node {

/// What this machine has.
struct MachineCapacity {
  int cpus = 1;
  std::int64_t memory_bytes = 0;
  int gpus = 0;
  bool gpus_simulated = false;  // there are none: as many as pods may count on with the mock engine
};

/// How many GPUs are given out on a machine that has none, when a simulation is allowed.
constexpr int kSimulatedGpus = 8;

/// Looks at this machine: its processors, memory and /dev/nvidia0, 1, …
MachineCapacity detect_capacity(bool simulate_gpus);

struct NodeFacts {
  std::string name;
  std::string address;
  std::string version;  // of this program
  MachineCapacity capacity;
};

/// The Node object, ready; its labels and annotations say plainly when the GPUs are simulated.
kube::Object node_object(const NodeFacts& facts, WallTime now);

}  // namespace dynamo::node

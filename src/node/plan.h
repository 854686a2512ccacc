#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "kube/object.h"
#include "node/engines.h"
#include "node/references.h"
#include "node/variables.h"
#include "node/volumes.h"
#include "process/mounts.h"

namespace dynamo::node {

/// What the machine is like, as far as pods can see it.
struct MachineFacts {
  Environment environment;      // PATH, HOME, LANG … that a pod's processes start from
  std::string dynamo;           // our own executable
  std::string shim_folder;      // holds python3, see python.h
  bool private_mounts = false;  // the kernel gives us mount namespaces
  EngineMode engine_mode = EngineMode::automatic;
  std::set<std::string, std::less<>> installed_engines;
  std::function<bool(const std::string&)> exists;  // a file or folder of the machine
};

/// What one pod gets of the machine.
struct PodGrant {
  std::string folder;     // its own
  std::string temporary;  // its own too, and short: the name of a socket in there has 107 characters at most
  std::string claims_folder;  // of all pods' PersistentVolumeClaims
  std::string kubeconfig;     // file with the token of its service account; empty = none
  std::vector<int> gpus;      // indexes of devices
  ServiceAccountFiles account;
};

/// Something about a pod that people should know: it becomes an event.
struct PlanNote {
  bool warning = false;
  std::string reason;
  std::string message;
  friend bool operator==(const PlanNote&, const PlanNote&) = default;
};

/// One container as a process to start.
struct ContainerPlan {
  std::string name;
  std::vector<std::string> argv;
  Environment environment;
  std::string working_directory;
  std::vector<process::BindMount> mounts;
};

struct PodPlan {
  std::vector<VolumePlan> volumes;
  std::vector<ContainerPlan> init_containers;  // one after the other
  std::vector<ContainerPlan> containers;
  std::vector<PlanNote> notes;
  std::string engine;  // the engine behind the pod's worker, empty when it is none
};

/// GPUs that a container, or a whole pod (init containers and the others at different times), asks for.
int gpus_of(const json::object& container);
int gpus_of_pod(const kube::Object& pod);

/// Everything that has to be made and started for `pod`. Pure: what exists on the machine is asked of
/// `machine`. Errors: not_found (a ConfigMap, Secret or key: may come later), invalid or unsupported (will
/// never work here).
Result<PodPlan> plan_pod(const kube::Object& pod, const PodFacts& facts, const Sources& sources,
                         const MachineFacts& machine, const PodGrant& grant);

}  // namespace dynamo::node

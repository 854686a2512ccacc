#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "kube/object.h"
#include "process/spawn.h"

/// The status of a pod as a kubelet writes it, from what was observed. Pure.
namespace dynamo::node {

struct Waiting {
  std::string reason = "ContainerCreating";
  std::string message;
  friend bool operator==(const Waiting&, const Waiting&) = default;
};
struct Running {
  WallTime started;
  friend bool operator==(const Running&, const Running&) = default;
};
struct Terminated {
  process::ExitStatus how;
  std::string reason;
  std::string message;
  WallTime started;
  WallTime finished;
  friend bool operator==(const Terminated&, const Terminated&) = default;
};
using ContainerState = std::variant<Waiting, Running, Terminated>;

/// "Completed" or "Error", as a kubelet says how a container ended by itself.
Terminated terminated(process::ExitStatus how, WallTime started, WallTime finished);

struct ContainerObserved {
  std::string name;
  std::string image;
  ContainerState state = Waiting{};
  std::optional<Terminated> last{};
  int restarts = 0;
  bool started = false;  // its startup probe has succeeded, or it has none
  bool ready = false;
  int pid = 0;  // of the run that is under way or was last; 0 = never started
  friend bool operator==(const ContainerObserved&, const ContainerObserved&) = default;
};

struct PodObserved {
  std::string pod_ip;
  std::string host_ip;
  WallTime started{};
  std::vector<ContainerObserved> init_containers;
  std::vector<ContainerObserved> containers;
  /// Refused for good: the pod fails with this reason and message.
  std::optional<std::pair<std::string, std::string>> rejected{};
  bool ended = false;  // nothing of it will be started again: it was deleted
  friend bool operator==(const PodObserved&, const PodObserved&) = default;
};

/// "Pending", "Running", "Succeeded" or "Failed".
std::string_view phase_of(const kube::Object& pod, const PodObserved& seen);

/// The whole `status`. Conditions of others (PodScheduled, readiness gates) stay, and so do transition times
/// of conditions whose status does not change.
kube::Object pod_status(const kube::Object& pod, const PodObserved& seen, WallTime now);

/// What an earlier run of the platform left in the pod's status: containers that ran then count as ended,
/// with the exit code 255 of a machine that lost them; their next start is a restart.
std::vector<ContainerObserved> observed_before(const kube::Object& pod, std::string_view spec_list,
                                               std::string_view status_list, WallTime now);

}  // namespace dynamo::node

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "kube/object.h"

namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

/// Resource name → amount.
using Amounts = std::map<std::string, Quantity, std::less<>>;

/// What a pod asks for: its containers together, or its largest init container where that is more; init
/// containers that stay (restartPolicy Always) count as containers. Limits stand in for requests that are not
/// there.
Amounts requests_of(const Object& pod);

/// Where one pod goes. Pure.
struct Placement {
  std::optional<std::string> node;    // none: it has to wait
  std::string missing;                // what it lacks, for people; empty when it has a node
  std::vector<std::string> warnings;  // CPU and memory are counted, not enforced
};

/// `bound` are the pods on the node that have not finished, those assumed to be there included. Extended
/// resources (nvidia.com/gpu and the like) must be free; CPU and memory beyond what the node has are only
/// warned about, as the processes of one machine share them anyway.
Placement place_pod(const Object& pod, const std::vector<ObjectPtr>& nodes,
                    const std::vector<ObjectPtr>& bound);

/// Waits for the scheduler: no node yet, not finished, not being deleted, no scheduling gate, and ours by
/// name.
bool wants_scheduling(const Object& pod);

}  // namespace dynamo::controllers

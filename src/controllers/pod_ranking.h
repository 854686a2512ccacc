#pragma once

#include <vector>

#include "kube/object.h"

namespace dynamo::controllers {

/// The `count` pods that a set can spare best, in the order in which Kubernetes would take them: not yet on a
/// node; pending before unknown before running; not ready; cheaper by the annotation
/// `controller.kubernetes.io/pod-deletion-cost`; sharing a node with more of the set; ready for a shorter
/// time; restarted more often; younger. Pure.
std::vector<kube::ObjectPtr> pods_to_delete(std::vector<kube::ObjectPtr> pods, std::size_t count);

}  // namespace dynamo::controllers

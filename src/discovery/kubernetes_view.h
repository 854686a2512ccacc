#pragma once

#include <vector>

#include "discovery/record.h"
#include "kube/object.h"

namespace dynamo::discovery {

/// What EndpointSlices and DynamoWorkerMetadata objects say together (spec/runtime.md 4.2): the records of
/// every pod that is a ready endpoint and has a metadata object of its name. The host of an instance's
/// address comes from the slice, its port from the record. A metadata object that belongs to an earlier pod
/// of the same name does not count. Pure.
Snapshot snapshot_from_kubernetes(const std::vector<kube::ObjectPtr>& slices,
                                  const std::vector<kube::ObjectPtr>& metadata);

}  // namespace dynamo::discovery

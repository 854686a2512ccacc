#pragma once

#include "api/meta.h"

namespace dynamo::api {

struct DynamoWorkerMetadataSpec {
  json::value data{};  // endpoints and model cards of the pod; null = absent
  friend bool operator==(const DynamoWorkerMetadataSpec&, const DynamoWorkerMetadataSpec&) = default;
};
const StructInfo& describe(Type<DynamoWorkerMetadataSpec>);

/// What one worker pod tells others about itself; written by the pod, named as the pod.
struct DynamoWorkerMetadata {
  static constexpr std::string_view kKind = "DynamoWorkerMetadata";
  ObjectMeta metadata{};
  DynamoWorkerMetadataSpec spec{};
  friend bool operator==(const DynamoWorkerMetadata&, const DynamoWorkerMetadata&) = default;
};
const StructInfo& describe(Type<DynamoWorkerMetadata>);

}  // namespace dynamo::api

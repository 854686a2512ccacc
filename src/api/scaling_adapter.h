#pragma once

#include "api/meta.h"

namespace dynamo::api {

/// The service of a graph that an adapter scales.
struct ServiceRef {
  std::string name{};          // of the DynamoGraphDeployment, in the adapter's namespace
  std::string service_name{};  // key in its spec.services
  friend bool operator==(const ServiceRef&, const ServiceRef&) = default;
};
const StructInfo& describe(Type<ServiceRef>);

struct DynamoGraphDeploymentScalingAdapterSpec {
  std::int32_t replicas{0};
  ServiceRef dgd_ref{};
  friend bool operator==(const DynamoGraphDeploymentScalingAdapterSpec&,
                         const DynamoGraphDeploymentScalingAdapterSpec&) = default;
};
const StructInfo& describe(Type<DynamoGraphDeploymentScalingAdapterSpec>);

struct DynamoGraphDeploymentScalingAdapterStatus {
  std::optional<std::int32_t> replicas{};
  std::string selector{};
  std::optional<WallTime> last_scale_time{};
  friend bool operator==(const DynamoGraphDeploymentScalingAdapterStatus&,
                         const DynamoGraphDeploymentScalingAdapterStatus&) = default;
};
const StructInfo& describe(Type<DynamoGraphDeploymentScalingAdapterStatus>);

/// What an autoscaler scales: one service of a graph.
struct DynamoGraphDeploymentScalingAdapter {
  static constexpr std::string_view kKind = "DynamoGraphDeploymentScalingAdapter";
  ObjectMeta metadata{};
  DynamoGraphDeploymentScalingAdapterSpec spec{};
  DynamoGraphDeploymentScalingAdapterStatus status{};
  friend bool operator==(const DynamoGraphDeploymentScalingAdapter&,
                         const DynamoGraphDeploymentScalingAdapter&) = default;
};
const StructInfo& describe(Type<DynamoGraphDeploymentScalingAdapter>);

}  // namespace dynamo::api

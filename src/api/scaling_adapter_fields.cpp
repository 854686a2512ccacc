#include "api/describe.h"
#include "api/scaling_adapter.h"

namespace dynamo::api {

const StructInfo& describe(Type<ServiceRef>) {
  static const StructInfo kInfo =
      Fields<ServiceRef>("ServiceRef", "A service of a graph in the adapter's namespace.")
          .field<&ServiceRef::name>("name", "Name of the DynamoGraphDeployment.", kRequired)
          .min_length(1)
          .field<&ServiceRef::service_name>("serviceName", "Name of the service in it.", kRequired)
          .min_length(1)
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoGraphDeploymentScalingAdapterSpec>) {
  using Spec = DynamoGraphDeploymentScalingAdapterSpec;
  static const StructInfo kInfo =
      Fields<Spec>("DynamoGraphDeploymentScalingAdapterSpec", "What is scaled, and how far.")
          .field<&Spec::replicas>("replicas", "Replicas wanted; they hold for the service.", kRequired)
          .minimum(0)
          .field<&Spec::dgd_ref>("dgdRef", "The service.", kRequired)
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoGraphDeploymentScalingAdapterStatus>) {
  using Status = DynamoGraphDeploymentScalingAdapterStatus;
  static const StructInfo kInfo =
      Fields<Status>("DynamoGraphDeploymentScalingAdapterStatus", "What an autoscaler reads.")
          .field<&Status::replicas>("replicas", "Replicas of the service now.")
          .field<&Status::selector>("selector", "Selects the pods of the service.")
          .field<&Status::last_scale_time>("lastScaleTime", "When the adapter changed the service last.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoGraphDeploymentScalingAdapter>) {
  using Adapter = DynamoGraphDeploymentScalingAdapter;
  static const StructInfo kInfo =
      Fields<Adapter>("DynamoGraphDeploymentScalingAdapter",
                      "What an autoscaler scales: one service of a DynamoGraphDeployment.")
          .field<&Adapter::metadata>("metadata", "Name, labels and annotations.")
          .field<&Adapter::spec>("spec", "What is scaled.")
          .field<&Adapter::status>("status", "What an autoscaler reads; written by the operator.")
          .build();
  return kInfo;
}

}  // namespace dynamo::api

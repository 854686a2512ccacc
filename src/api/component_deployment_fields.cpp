#include "api/component_deployment.h"
#include "api/describe.h"

namespace dynamo::api {

const StructInfo& describe(Type<DynamoComponentDeploymentStatus>) {
  static const StructInfo kInfo =
      Fields<DynamoComponentDeploymentStatus>("DynamoComponentDeploymentStatus", "How the workload is.")
          .field<&DynamoComponentDeploymentStatus::observed_generation>("observedGeneration",
                                                                        "Last generation that was worked on.")
          .field<&DynamoComponentDeploymentStatus::conditions>(
              "conditions", "Available and DynamoComponentReady.", kRequired)
          .field<&DynamoComponentDeploymentStatus::pod_selector>("podSelector", "Labels of the pods.")
          .field<&DynamoComponentDeploymentStatus::service>("service", "Replicas of the workload.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoComponentDeployment>) {
  static const StructInfo kInfo =
      Fields<DynamoComponentDeployment>(
          "DynamoComponentDeployment",
          "One component as a workload; normally made from a service of a DynamoGraphDeployment.")
          .field<&DynamoComponentDeployment::metadata>("metadata", "Name, labels and annotations.")
          .field<&DynamoComponentDeployment::spec>("spec", "The component.")
          .field<&DynamoComponentDeployment::status>("status", "How it is; written by the operator.")
          .build();
  return kInfo;
}

}  // namespace dynamo::api

#include "api/describe.h"
#include "api/worker_metadata.h"

namespace dynamo::api {

const StructInfo& describe(Type<DynamoWorkerMetadataSpec>) {
  static const StructInfo kInfo =
      Fields<DynamoWorkerMetadataSpec>("DynamoWorkerMetadataSpec", "What a worker pod tells about itself.")
          .field<&DynamoWorkerMetadataSpec::data>("data", "Endpoints and model cards of the pod.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<DynamoWorkerMetadata>) {
  static const StructInfo kInfo =
      Fields<DynamoWorkerMetadata>("DynamoWorkerMetadata",
                                   "Discovery record of one worker pod, written by the pod and named as it.")
          .field<&DynamoWorkerMetadata::metadata>("metadata", "Name, labels and annotations.")
          .field<&DynamoWorkerMetadata::spec>("spec", "What the pod tells.")
          .build();
  return kInfo;
}

}  // namespace dynamo::api

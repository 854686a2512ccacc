#include "api/describe.h"

namespace dynamo::api {

const StructInfo& describe(Type<OwnerReference>) {
  static const StructInfo kInfo =
      Fields<OwnerReference>("OwnerReference", "Whose child an object is.")
          .field<&OwnerReference::api_version>("apiVersion", "Group and version of the owner.", kRequired)
          .field<&OwnerReference::kind>("kind", "Kind of the owner.", kRequired)
          .field<&OwnerReference::name>("name", "Name of the owner, in the same namespace.", kRequired)
          .field<&OwnerReference::uid>("uid", "Unique id of the owner.", kRequired)
          .field<&OwnerReference::controller>("controller", "The owner manages the object.")
          .field<&OwnerReference::block_owner_deletion>(
              "blockOwnerDeletion", "A foreground deletion of the owner waits for the object.")
          .build();
  return kInfo;
}

const StructInfo& describe(Type<ObjectMeta>) {
  static const BuiltinPart kObjectMeta{"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"};
  static const StructInfo kInfo =
      Fields<ObjectMeta>("ObjectMeta", "Metadata of an object, as Kubernetes defines it.")
          .field<&ObjectMeta::name>("name", "Name, unique among the objects of the kind in a namespace.")
          .field<&ObjectMeta::generate_name>("generateName", "Start of a name that the API server completes.")
          .field<&ObjectMeta::ns>("namespace", "Namespace of the object.")
          .field<&ObjectMeta::uid>("uid", "Unique id, given by the API server.")
          .field<&ObjectMeta::resource_version>("resourceVersion", "Version of this state of the object.")
          .field<&ObjectMeta::generation>("generation", "Counts changes of the spec.")
          .field<&ObjectMeta::creation_timestamp>("creationTimestamp", "When the object was created.")
          .field<&ObjectMeta::deletion_timestamp>("deletionTimestamp", "When deletion was asked for.")
          .field<&ObjectMeta::labels>("labels", "Names to select objects by.")
          .field<&ObjectMeta::annotations>("annotations", "Anything else worth noting.")
          .field<&ObjectMeta::owner_references>("ownerReferences", "Objects that this one goes away with.")
          .field<&ObjectMeta::finalizers>("finalizers", "Who must act before the object may go away.")
          .rest<&ObjectMeta::rest>(kObjectMeta)
          .is_builtin(kObjectMeta)
          .build();
  return kInfo;
}

const StructInfo& describe(Type<Condition>) {
  static const StructInfo kInfo =
      Fields<Condition>("Condition", "One aspect of the state of an object.")
          .field<&Condition::type>("type", "Aspect, in CamelCase.", kRequired)
          .max_length(316)
          .pattern(R"(^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?)"
                   R"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$)")
          .field<&Condition::status>("status", "Whether it holds.", kRequired)
          .one_of({"True", "False", "Unknown"})
          .field<&Condition::observed_generation>("observedGeneration",
                                                  "Generation that the condition speaks of.")
          .minimum(0)
          .field<&Condition::last_transition_time>("lastTransitionTime", "When the status changed last.",
                                                   kRequired)
          .field<&Condition::reason>("reason", "Why, as one word for programs.", kRequired)
          .min_length(1)
          .max_length(1024)
          .pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
          .field<&Condition::message>("message", "Why, as a sentence for people.", kRequired)
          .max_length(32768)
          .build();
  return kInfo;
}

}  // namespace dynamo::api

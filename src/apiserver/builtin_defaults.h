#pragma once

#include "kube/object.h"

/// What a real API server fills in on create and update of its own kinds, where a schema cannot say it. Each
/// changes only what is absent; running one twice changes nothing.
namespace dynamo::apiserver {

void default_namespace(kube::Object& object);
void default_pod(kube::Object& pod);
void default_service(kube::Object& service);
void default_secret(kube::Object& secret);  // also moves stringData into data
void default_claim(kube::Object& claim);
void default_event(kube::Object& event);
void default_deployment(kube::Object& deployment);
void default_replica_set(kube::Object& replica_set);
void default_endpoint_slice(kube::Object& slice);
void default_autoscaler(kube::Object& autoscaler);
void default_role_binding(kube::Object& binding);
void default_definition(kube::Object& definition);  // CustomResourceDefinition

/// Of `spec` of a pod or pod template.
void default_pod_spec(kube::Object& spec);

}  // namespace dynamo::apiserver

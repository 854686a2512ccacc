#pragma once

#include <vector>

#include "kube/object.h"
#include "schema/field_error.h"

/// Rules of built-in kinds that a schema cannot say. `old` is the object before an update, null on create.
namespace dynamo::apiserver {

std::vector<schema::FieldError> check_pod(const kube::Object& pod, const kube::Object* old);
/// Deployments and ReplicaSets.
std::vector<schema::FieldError> check_workload(const kube::Object& workload, const kube::Object* old);
std::vector<schema::FieldError> check_service(const kube::Object& service, const kube::Object* old);
std::vector<schema::FieldError> check_definition(const kube::Object& definition, const kube::Object* old);

/// Name, namespace, labels, annotations and finalizers of any object.
enum class NameRule;
std::vector<schema::FieldError> check_metadata(const kube::Object& object, NameRule rule);

}  // namespace dynamo::apiserver
